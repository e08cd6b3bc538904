/**
 * A browser's session in the store. The library writes it whole, so of two requests at once (two services opened side by
 * side, a logout beside a login) the last would undo the other. Here what clients were given stands under the session's
 * uid and is only ever added to, and a session that has ended stays ended.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Records } from '../store/sealed.ts'

/** What the session gave one client: the library's own words. */
export interface Authorization {
  readonly sid?: string | undefined
  readonly grantId?: string | undefined
}
export type Authorizations = Readonly<Record<string, Authorization>>

interface OfUid {
  /** Of the session's record: new after each login. */
  readonly id: string
  readonly authorizations: Authorizations
}

/** Times that a session is looked for whose record changes its name, and milliseconds between them. */
const LOOKS = 10
const PAUSE = 2

/** Seconds that a session can live, and anything that hangs on a grant. */
interface Lives {
  readonly session: number
  readonly grant: number
}

export const sessionRecords = (records: Records, lives: Lives) => {
  const hasEnded = async (uid: string) => (await records.get('EndedSession', uid)) !== undefined

  const remember = async (uid: string, id: string, authorizations: Authorizations, ttl: number) => {
    const added = (known: OfUid): OfUid => ({ id, authorizations: { ...known.authorizations, ...authorizations } })
    const first: OfUid = { id, authorizations }
    // in this order: nearly every session is new, and saved once
    for (;;) {
      if (await records.add('SessionUid', uid, first, ttl)) return
      if ((await records.update('SessionUid', uid, added, ttl)) !== undefined) return
    }
  }

  const adapter = {
    async upsert(id: string, payload: AdapterPayload, expiresIn: number) {
      const { uid, authorizations = {} } = payload
      await Promise.all([
        records.put('Session', id, payload, expiresIn),
        uid !== undefined && remember(uid, id, authorizations, expiresIn),
      ])
      if (uid === undefined) return
      // looked at afterwards: a logout that came in between has not seen this record
      if (!(await hasEnded(uid))) return
      await records.delete('Session', id)
      // nor what it gave meanwhile
      const given = Object.values(authorizations as Authorizations).flatMap(({ grantId }) => grantId ?? [])
      for (const grantId of given) {
        await records.put('RevokedGrant', grantId, true, lives.grant)
        await records.delete('Grant', grantId)
      }
    },
    find: (id: string) => records.get<AdapterPayload>('Session', id),
    async findByUid(uid: string) {
      for (let look = 1; ; look++) {
        const known = await records.get<OfUid>('SessionUid', uid)
        const payload = known && (await records.get<AdapterPayload>('Session', known.id))
        if (payload !== undefined) return { ...payload, authorizations: { ...known?.authorizations } }
        // after a login the library takes the old record away before it writes the new one
        if (known === undefined || look === LOOKS || (await hasEnded(uid))) return undefined
        await sleep(PAUSE)
      }
    },
    destroy: (id: string) => records.delete('Session', id),
  } satisfies Partial<Adapter>

  const authorizationsOf = async (uid: string): Promise<Authorizations> =>
    (await records.get<OfUid>('SessionUid', uid))?.authorizations ?? {}

  return {
    adapter,
    /** By client id. */
    authorizationsOf,
    /** From now on nothing joins it. Resolves with all that it gave. */
    async close(uid: string): Promise<Authorizations> {
      await records.put('EndedSession', uid, true, lives.session)
      return authorizationsOf(uid)
    },
    /** What is left of one that was closed. */
    async forget(uid: string): Promise<void> {
      const known = await records.take<OfUid>('SessionUid', uid)
      if (known) await records.delete('Session', known.id)
    },
  }
}
export type SessionRecords = ReturnType<typeof sessionRecords>
