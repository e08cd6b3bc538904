/** A thing that helps citizens, in their words, with where it was read and when it was last compared with that. */
import type { Language } from '../../src/tenant/tenant.ts'

export interface Answer {
  readonly question: string
  readonly answer: string
  /** Text of `href`. */
  readonly link?: string
}

/** Ladin falls back to Italian, marked as such. */
export type Answers = { readonly [language in Exclude<Language, 'lld'>]: Answer } & { readonly lld?: Answer }

export interface Fact extends Answers {
  readonly id: string
  /** Shown where the tenant has that way in. */
  readonly about: 'spid' | 'cie' | 'cns' | 'everyone'
  /** Italian, as its publisher calls it. A fact without one is not shown. */
  readonly source?: string
  /** Day of the last comparison with the source, as 2026-11-22. */
  readonly reviewed?: string
  /** An official page that says more. */
  readonly href?: string
  /** What the region must still find out before it relies on this. English, for docs/help.md. */
  readonly confirm?: string
}
