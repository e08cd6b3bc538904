/** Which level a request asks for, and what a login's `amr` says. docs/rules/oidc-claims.md 3.2 and 3.3. */
import { type Level, levelOfClass } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'

const DEFAULT_LEVEL: Level = 2

/** The `claims` parameter's request for `acr`: OpenID Connect Core 5.5.1.1. */
interface AcrRequest {
  readonly value?: unknown
  readonly values?: unknown
}

const lowest = (classes: readonly unknown[]): Level | undefined => {
  const levels = classes.flatMap((uri) => (typeof uri === 'string' ? (levelOfClass(uri) ?? []) : []))
  return levels.length === 0 ? undefined : (Math.min(...levels) as Level)
}

/**
 * The level asked: the lowest class that the request lists (a higher one is always acceptable), never below the
 * client's minimum; level 2 when the request names none. Classes that we do not know are passed over.
 */
export const requestedLevel = (request: {
  readonly acrValues: string | undefined
  readonly claims: string | undefined
  readonly minLevel: Level
}): Level => {
  const asked = lowest([...(request.acrValues?.split(' ') ?? []), ...acrOfClaims(request.claims)])
  return Math.max(asked ?? DEFAULT_LEVEL, request.minLevel) as Level
}

const acrOfClaims = (parameter: string | undefined): readonly unknown[] => {
  if (parameter === undefined) return []
  const { id_token } = JSON.parse(parameter) as { id_token?: { acr?: AcrRequest | null } }
  const { value, values } = id_token?.acr ?? {}
  return [value, ...(Array.isArray(values) ? values : [])]
}

/** What we know of how the person proved it: a card and its PIN, or only that a provider vouches (no guessing). */
export const amrOf = ({ upstream, level }: Pick<Citizen, 'upstream' | 'level'>): string[] =>
  upstream === 'cns' || (upstream === 'cie' && level === 3) ? [upstream, 'sc', 'pin'] : [upstream]
