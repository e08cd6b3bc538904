/**
 * oidc-provider's persistence over sealed records. The library tests `consumed` and then calls `consume()`: of twenty
 * parallel redemptions it would let several through, so `consume` here is a compare-and-set that refuses the second
 * itself and revokes the grant (RFC 6749 4.1.2), in the library's own words.
 */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { ReadAhead, RecordName } from './read-ahead.ts'
import type { SessionRecords } from './session-records.ts'

const BOUND_TO_GRANT: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken'])

/** Who uses a grant looks for these. */
export const recordsOfGrant = (grantId: string): readonly RecordName[] => [
  ['Grant', grantId],
  ['Login', grantId],
]

/** What the library says of each that is used twice. */
const REUSED: Readonly<Record<string, () => Error>> = {
  AuthorizationCode: () => new errors.InvalidGrant('authorization code already consumed'),
  RefreshToken: () => new errors.InvalidGrant('refresh token already used'),
  PushedAuthorizationRequest: () =>
    new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used'),
}

/** Seconds between the look at a pushed request and the start of its login's own life. */
const MARGIN = 60

/** `loginLife`, `grantLife`: seconds that a login may take, and that anything which hangs on its grant may live. */
export const createAdapter =
  ({
    ahead: { records, expect },
    sessions,
    now,
    loginLife,
    grantLife,
  }: {
    ahead: ReadAhead
    sessions: SessionRecords
    now: () => number
    loginLife: number
    grantLife: number
  }) =>
  (model: string): Adapter => {
    // A mark instead of a list: what the winner of a race still saves afterwards is dead too.
    const revoke = async (grantId: string) => {
      await records.put('RevokedGrant', grantId, true, grantLife)
      await records.delete('Grant', grantId)
    }

    return {
      async upsert(id, payload, expiresIn) {
        // `jti` of a client assertion: the library asks first and saves then, so of two at once both would pass
        if (model === 'ReplayDetection') {
          if (await records.add(model, id, payload, Math.ceil(expiresIn || grantLife))) return
          throw new errors.InvalidClientAuth('client assertion tokens must only be used once')
        }
        await records.put(model, id, payload, expiresIn || grantLife)
      },

      async find(id) {
        // kept until the login that begins with it now can end, for only one may. Of those that nobody uses there may be many.
        if (model === 'PushedAuthorizationRequest') {
          return records.update<AdapterPayload>(model, id, (request) => request, loginLife + MARGIN)
        }
        const payload = await records.get<AdapterPayload>(model, id)
        if (payload?.grantId === undefined || !BOUND_TO_GRANT.has(model)) return payload
        const { grantId, sessionUid, expiresWithSession } = payload
        const ofSession = expiresWithSession && sessionUid !== undefined ? ([['SessionUid', sessionUid]] as const) : []
        expect([...ofSession, ...recordsOfGrant(grantId)])
        // A replayed code must still be recognised as one: only its tokens die.
        if (model === 'AuthorizationCode') return payload
        return (await records.get('RevokedGrant', grantId)) === undefined ? payload : undefined
      },

      // only sessions have one
      async findByUid() {
        return undefined
      },

      async findByUserCode() {
        return undefined
      },

      async consume(id) {
        const consumed = Math.floor(now() / 1000)
        const taken = await records.update<AdapterPayload>(model, id, (payload) =>
          payload.consumed ? undefined : { ...payload, consumed },
        )
        if (taken !== undefined) return
        const payload = await records.get<AdapterPayload>(model, id)
        if (payload?.grantId) await revoke(payload.grantId)
        throw REUSED[model]?.() ?? new Error(`a ${model} used twice`)
      },

      async destroy(id) {
        await records.delete(model, id)
      },

      async revokeByGrantId(grantId) {
        await revoke(grantId)
      },

      ...(model === 'Session' && sessions.adapter),
    }
  }
