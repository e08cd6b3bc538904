/** The records of a login under way, and how long each lives (seconds). */
import type { Citizen, UpstreamId } from '../citizen/citizen.ts'
import type { ErrorCode } from '../errors.ts'
import type { ProviderSession } from '../oidc/provider-sessions.ts'
import type { Records } from '../store/sealed.ts'
import type { Language } from '../tenant/tenant.ts'
import type { Pending } from '../upstream/upstream.ts'

/** Under the handle that only the browser with the answer is given. */
export interface StoredOutcome {
  readonly tenant: string
  readonly uid: string
  readonly clientId: string
  readonly upstream: UpstreamId
  readonly language?: Language
  readonly result:
    | { readonly citizen: Citizen; readonly session?: ProviderSession }
    /** `idp`: the provider that refused, if there are several. */
    | { readonly error: ErrorCode; readonly idp?: string }
}

/** A LogoutRequest of ours that waits for its answer, under its ID. */
export interface PendingLogout {
  /** EntityID of the provider that was asked. */
  readonly idp: string
  readonly upstream: UpstreamId
  readonly leaving: Leaving
}

/** What is still to do for a citizen whose session here has ended. */
export interface Leaving {
  /** Sessions at providers that are still to be ended. */
  readonly sessions: readonly ProviderSession[]
  /** Where the client wants the citizen back, already allowed. */
  readonly url?: string
  readonly uiLocales?: string
  /** A provider could not end its session, or was not asked. */
  readonly partial: boolean
  /** Ids of the services that we cannot tell. */
  readonly untold?: readonly string[]
}

const LIFE = { used: 24 * 3600, outcome: 120, finished: 24 * 3600, logout: 1800 } as const

/** What one login may cost us, however often somebody clicks or posts. */
const MOST = { failures: 10, begins: 30 } as const

/** `life`: seconds that a login may take. */
export const loginState = (records: Records, life: number) => ({
  /** Pending logins by RelayState. Each is used once. */
  pending: {
    put: (pending: Pending) => records.put('Pending', pending.relayState, pending, life),
    get: (relayState: string) => records.get<Pending>('Pending', relayState),
    /** Of many answers to one request only one gets it; the others find the mark. */
    take: async ({ relayState, clientId }: Pending): Promise<Pending | undefined> => {
      // first: a store that has no room for the mark has then not lost the login either
      await records.put('UsedRelayState', relayState, clientId, LIFE.used)
      return records.take<Pending>('Pending', relayState)
    },
    /** Counts an answer that nobody signed for. `true` for so many; the one after them ends the login. */
    bears: async (relayState: string): Promise<boolean> => {
      const counted = await records.update<Pending & { failures?: number }>('Pending', relayState, (pending) => ({
        ...pending,
        failures: (pending.failures ?? 0) + 1,
      }))
      return (counted?.failures ?? 0) <= MOST.failures
    },
    /** Client of a login whose answer was already used. */
    usedBy: (relayState: string) => records.get<string>('UsedRelayState', relayState),
  },
  /** `false` when this assertion was seen before, also under another RelayState. */
  firstUse: (idp: string, id: string, ttl: number) => records.add('UsedAssertion', `${idp}\n${id}`, true, ttl),
  /** Logouts under way. Each answer counts once. */
  logout: {
    put: (requestId: string, logout: PendingLogout) => records.put('PendingLogout', requestId, logout, LIFE.logout),
    get: (requestId: string) => records.get<PendingLogout>('PendingLogout', requestId),
    take: (requestId: string) => records.take<PendingLogout>('PendingLogout', requestId),
    /** `false` when this provider's request was seen before. */
    firstRequest: (idp: string, id: string) => records.add('UsedLogout', JSON.stringify([idp, id]), true, LIFE.used),
  },
  outcome: {
    put: (handle: string, outcome: StoredOutcome) => records.put('Outcome', handle, outcome, LIFE.outcome),
    take: (handle: string) => records.take<StoredOutcome>('Outcome', handle),
  },
  /** Logins that came to their end, so that their pages still say so. Of others every address names the service. */
  finished: {
    put: (uid: string, clientId: string) => records.put('Finished', uid, clientId, LIFE.finished),
    /** Whom it was for. */
    clientOf: (uid: string) => records.get<string>('Finished', uid),
  },
  /** `false` once a login was sent out too often. */
  mayBegin: async (uid: string): Promise<boolean> => {
    if (await records.add('Begins', uid, 1, life)) return true
    const begins = await records.update<number>('Begins', uid, (count) => count + 1)
    return (begins ?? 1) <= MOST.begins
  },
  /** `true` the first time only: who has read that the service may have forgotten them may go on. */
  warnOnce: (uid: string) => records.add('Warned', uid, true, life),
  /** `true` the first time only: an `idp_hint` skips the page once in a login, so that "back" shows it. */
  hintOnce: (uid: string) => records.add('Hint', uid, true, life),
})

export type LoginState = ReturnType<typeof loginState>
