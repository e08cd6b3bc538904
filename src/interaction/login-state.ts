/** The records of a login under way, and how long each lives (seconds). */
import type { Citizen, UpstreamId } from '../citizen/citizen.ts'
import type { ErrorCode } from '../errors.ts'
import type { Records } from '../store/sealed.ts'
import type { Pending } from '../upstream/upstream.ts'

/** Under the handle that only the browser with the answer is given. */
export interface StoredOutcome {
  readonly tenant: string
  readonly uid: string
  readonly clientId: string
  readonly upstream: UpstreamId
  readonly result: { readonly citizen: Citizen } | { readonly error: ErrorCode; readonly provider?: string }
}

/** What a page can still say of a login that is over or lost. */
export interface Tombstone {
  readonly clientId: string
  readonly finished: boolean
}

const LIFE = { pending: 1800, used: 24 * 3600, outcome: 120, tombstone: 24 * 3600, hint: 1800 } as const

export const loginState = (records: Records) => ({
  /** Pending logins by RelayState. Each is used once. */
  pending: {
    put: (pending: Pending) => records.put('Pending', pending.relayState, pending, LIFE.pending),
    get: (relayState: string) => records.get<Pending>('Pending', relayState),
    /** Of many answers to one request only one gets it; the others find the mark that it leaves. */
    take: async (relayState: string): Promise<Pending | undefined> => {
      const pending = await records.take<Pending>('Pending', relayState)
      if (pending) await records.put('UsedRelayState', relayState, pending.clientId, LIFE.used)
      return pending
    },
    /** Client of a login whose answer was already used. */
    usedBy: (relayState: string) => records.get<string>('UsedRelayState', relayState),
  },
  /** `false` when this assertion was seen before, also under another RelayState. */
  firstUse: (idp: string, id: string, ttl: number) => records.add('UsedAssertion', `${idp}\n${id}`, true, ttl),
  outcome: {
    put: (handle: string, outcome: StoredOutcome) => records.put('Outcome', handle, outcome, LIFE.outcome),
    take: (handle: string) => records.take<StoredOutcome>('Outcome', handle),
  },
  tombstone: {
    put: (uid: string, tombstone: Tombstone) => records.put('Tombstone', uid, tombstone, LIFE.tombstone),
    get: (uid: string) => records.get<Tombstone>('Tombstone', uid),
  },
  /** `true` the first time only: an `idp_hint` skips the page once in a login, so that "back" shows it. */
  hintOnce: (uid: string) => records.add('Hint', uid, true, LIFE.hint),
})

export type LoginState = ReturnType<typeof loginState>
