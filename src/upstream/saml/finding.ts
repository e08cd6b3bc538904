/** What a check of metadata or of a certificate found: docs/rules/spid-saml.md sections 2 and 3, docs/rules/cie.md A2. */

export interface Finding {
  /** The number of the national check list (`1.7.x`, `4.21`), or section and name of the row where it has none (`2.4 Company`). */
  readonly id: string
  readonly reason: string
  readonly fix: string
}

/** One row of the rules. */
export interface Check<Subject> {
  readonly id: string
  /** Each thing that is wrong, in words that go on from "it". */
  readonly faults: (subject: Subject) => readonly string[]
  readonly fix: string
}

export const findingsOf = <Subject>(checks: readonly Check<Subject>[], subject: Subject): readonly Finding[] =>
  checks.flatMap(({ id, faults, fix }) => faults(subject).map((reason) => ({ id, reason, fix })))

/** For a check of one sentence. */
export const unless = (holds: boolean, reason: string): readonly string[] => (holds ? [] : [reason])

/** `id  reason`, and what to do below it. */
export const findingText = ({ id, reason, fix }: Finding): string => `${id}  ${reason}\n  → ${fix}`
