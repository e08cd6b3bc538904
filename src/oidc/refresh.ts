/**
 * How long a login may be renewed without the citizen. SPID's long sessions that can be revoked are for what level 1 can
 * do: a higher level wants a new login, so its refresh tokens end with the session (docs/rules/oidc-claims.md 3.5).
 */
import type { Level } from '../citizen/assurance.ts'

/** Seconds from the login. `most`: the configured age; `session`: the length of a session. */
export const longestRenewal = (level: Level, { most, session }: { most: number; session: number }): number =>
  level === 1 ? most : Math.min(most, session)
