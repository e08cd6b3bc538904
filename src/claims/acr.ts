/** Which level a request asks for, and what a login's `acr` and `amr` say. docs/rules/oidc-claims.md 3.2 and 3.3. */
import { type AuthnContextClass, classOfLevel, type Level, levelOfClass } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'

const DEFAULT_LEVEL: Level = 2

/** The request for `acr` among the claims of the ID token: OpenID Connect Core 5.5.1.1. */
export interface AcrRequest {
  readonly essential?: unknown
  readonly value?: unknown
  readonly values?: unknown
}

/** What an authorization request says of the level, its parameters letter by letter. */
export interface LevelRequest {
  readonly acrValues: string | undefined
  /** The `claims` parameter: JSON, already checked. */
  readonly claims: string | undefined
}

const levelsIn = (classes: readonly unknown[]): Level[] =>
  classes.flatMap((uri) => (typeof uri === 'string' ? (levelOfClass(uri) ?? []) : []))

const lowest = (classes: readonly unknown[]): Level | undefined => {
  const levels = levelsIn(classes)
  return levels.length === 0 ? undefined : (Math.min(...levels) as Level)
}

const acrOf = (claims: string | undefined): AcrRequest =>
  claims === undefined ? {} : ((JSON.parse(claims) as { id_token?: { acr?: AcrRequest | null } }).id_token?.acr ?? {})

const classesOf = ({ value, values }: AcrRequest): readonly unknown[] => [
  ...(value === undefined ? [] : [value]),
  ...(Array.isArray(values) ? values : []),
]

/**
 * The level asked: the lowest class that the request lists (a higher one is always acceptable), never below what it calls
 * essential and never below the client's minimum; level 2 when it names none. Classes that we do not know are passed over.
 */
export const requestedLevel = ({ acrValues, claims, minLevel }: LevelRequest & { readonly minLevel: Level }): Level => {
  const acr = acrOf(claims)
  const essential = acr.essential === true ? lowest(classesOf(acr)) : undefined
  const wished = lowest([...(acrValues?.split(' ') ?? []), ...(acr.essential === true ? [] : classesOf(acr))])
  return Math.max(wished ?? essential ?? DEFAULT_LEVEL, essential ?? 1, minLevel) as Level
}

/** Essential, and nothing in it that any login of ours could be. */
export const asksTheImpossible = (claims: string | undefined): boolean => {
  const acr = acrOf(claims)
  return acr.essential === true && classesOf(acr).length > 0 && lowest(classesOf(acr)) === undefined
}

/**
 * For a client that compares `acr` with what it asked: the highest of the classes asked that the login reached, else what it
 * reached. `asked`: of the request, as the library keeps it with codes and tokens; `acr_values` is in it.
 */
export const acrAsAsked = (reached: Level, asked: AcrRequest | null | undefined): AuthnContextClass => {
  const met = levelsIn(classesOf(asked ?? {})).filter((level) => level <= reached)
  return classOfLevel(met.length === 0 ? reached : (Math.max(...met) as Level))
}

/** What we know of how the person proved it: a card and its PIN, or only that a provider vouches (no guessing). */
export const amrOf = ({ upstream, level }: Pick<Citizen, 'upstream' | 'level'>): string[] =>
  upstream === 'cns' || (upstream === 'cie' && level === 3) ? [upstream, 'sc', 'pin'] : [upstream]
