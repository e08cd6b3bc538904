/** What the trial of a tenant and the sandbox, a process of its own, say to each other: one answer for each question. */

/** A key and its certificate, PEM. */
interface Pair {
  readonly key: string
  readonly certificate: string
}

/** A tenant as the test providers know it. */
export interface Registered {
  readonly entityId: string
  readonly name: string
  readonly acsUrls: readonly string[]
  readonly attributeSets: readonly { readonly index: number; readonly attributes: readonly string[] }[]
}

export type TrialWay = 'spid' | 'cie' | 'eidas'

export type Question =
  /** First of all: makes throw-away keys, and providers that know this tenant. */
  | { readonly ask: 'prepare'; readonly spid: Registered; readonly cie: Registered; readonly cardUrl: string }
  /** A citizen at their provider. `request`: the address that the browser was sent to, or the fields of its form. */
  | {
      readonly ask: 'answer'
      readonly way: TrialWay
      readonly request: string | Readonly<Record<string, string>>
      /** Of the national table; absent: a login. */
      readonly errorCode?: number
    }
  /** A card in a reader. */
  | { readonly ask: 'present'; readonly port: number; readonly path: string }

export interface Prepared {
  /** Signs what the private copy sends to its providers. */
  readonly serviceProvider: Pair
  readonly cardListener: Pair
  /** PEM. */
  readonly cardAuthority: string
  readonly metadata: Readonly<Record<TrialWay, string>>
}

/** The form that the provider's page posts to the gateway, and whom it names there. */
export interface Answered {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** Absent of people without one. */
  readonly fiscalNumber?: string
}

export interface Presented {
  readonly status: number
  readonly location?: string
  readonly fiscalNumber: string
}

export interface Answers {
  readonly prepare: Prepared
  readonly answer: Answered
  readonly present: Presented
}

export type Envelope = Question & { readonly id: number }
export type Reply =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly fault: string }
