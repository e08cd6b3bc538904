/**
 * Sessions that identity providers keep (SPID level 1), bound to the session here that was opened with them: what single
 * logout needs, in both directions. docs/rules/spid-saml.md section 6.
 */
import type { UpstreamId } from '../citizen/citizen.ts'
import type { Records } from '../store/sealed.ts'

/** What the provider knows its session by. The words are SAML's, and only carried here. */
export interface ProviderSession {
  readonly upstream: UpstreamId
  /** EntityID. */
  readonly idp: string
  readonly nameId: string
  readonly nameQualifier: string
  readonly sessionIndex: string
}

/** Whom a provider wants logged out. Without indexes: all sessions of that NameID. */
export interface ProviderLogout {
  readonly idp: string
  readonly nameId: string
  readonly sessionIndexes: readonly string[]
}

const indexId = (idp: string, nameId: string, sessionIndex = '') => JSON.stringify([idp, nameId, sessionIndex])

/** `life`: seconds, that of a session here. */
export const providerSessions = (records: Records, life: number) => ({
  /** `uid`: of the session here. */
  bind: async (uid: string, session: ProviderSession): Promise<void> => {
    const { idp, nameId, sessionIndex } = session
    const known = (await records.get<readonly ProviderSession[]>('ProviderSessions', uid)) ?? []
    // one browser has one session at a provider, however often it entered: browsers give up after twenty redirects
    const others = known.filter((one) => one.idp !== idp)
    await records.put('ProviderSessions', uid, [...others, session], life)
    await records.put('LogoutIndex', indexId(idp, nameId, sessionIndex), uid, life)
    // a logout request may leave the index out; the NameID of SPID is new at each login
    await records.put('LogoutIndex', indexId(idp, nameId), uid, life)
  },

  of: async (uid: string): Promise<readonly ProviderSession[]> =>
    (await records.get<readonly ProviderSession[]>('ProviderSessions', uid)) ?? [],

  /** Once: a session is left only once. */
  take: async (uid: string): Promise<readonly ProviderSession[]> => {
    const sessions = (await records.take<readonly ProviderSession[]>('ProviderSessions', uid)) ?? []
    for (const { idp, nameId, sessionIndex } of sessions) {
      await records.delete('LogoutIndex', indexId(idp, nameId, sessionIndex))
      await records.delete('LogoutIndex', indexId(idp, nameId))
    }
    return sessions
  },

  /** Ids of the sessions here that such a logout ends. */
  endedBy: async ({ idp, nameId, sessionIndexes }: ProviderLogout): Promise<readonly string[]> => {
    const ids = sessionIndexes.length === 0 ? [undefined] : sessionIndexes
    const uids = await Promise.all(ids.map((index) => records.get<string>('LogoutIndex', indexId(idp, nameId, index))))
    return [...new Set(uids.flatMap((uid) => uid ?? []))]
  },
})
export type ProviderSessions = ReturnType<typeof providerSessions>
