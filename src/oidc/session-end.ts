/** The end of a session: its grants are revoked, the services that it opened are told, and what it remembered is gone. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Session } from 'oidc-provider'
import type { Audit, SessionEnd } from '../audit/events.ts'
import type { PersonLogins } from './person-logins.ts'
import type { ProviderLogout, ProviderSession, ProviderSessions } from './provider-sessions.ts'
import type { SessionRecords } from './session-records.ts'
import type { SingleSignOn } from './single-sign-on.ts'

interface Leave {
  readonly why: SessionEnd
  /** The client that asked: it knows. */
  readonly client?: string | undefined
}

export interface Ended {
  /** Those at identity providers that it was opened with. */
  readonly sessions: readonly ProviderSession[]
  /** Ids of the clients that still believe in it: they have no back channel. */
  readonly untold: readonly string[]
}

export const createSessionEnds = ({
  provider,
  sessions,
  people,
  atProviders,
  singleSignOn,
  notify,
  audit,
  tenant,
  cookiePath,
}: {
  provider: Provider
  sessions: SessionRecords
  people: PersonLogins
  atProviders: ProviderSessions
  singleSignOn: SingleSignOn
  /** Tells a client, sooner or later. Resolves with `false` when it has no ear for it. */
  notify: (about: { client: string; sub: string; sid: string | undefined }) => Promise<boolean>
  audit: Audit
  tenant: string
  cookiePath: string
}) => {
  const end = async (session: Session, { why, client: asking }: Leave): Promise<Ended> => {
    const { uid, accountId: sub = '' } = session
    const authorizations = Object.entries(await sessions.close(uid))
    const untold: string[] = []
    for (const [client, { sid, grantId }] of authorizations) {
      if (!(await notify({ client, sub, sid })) && client !== asking) untold.push(client)
      // what was asked for with offline_access ends too: who leaves a shared computer leaves nothing behind
      if (grantId !== undefined) await provider.AccessToken.revokeByGrantId(grantId)
    }
    await singleSignOn.forget(uid)
    await session.destroy()
    await sessions.forget(uid)
    audit({ type: 'session.ended', tenant, why })
    return { sessions: await atProviders.take(uid), untold }
  }

  /** Closed first: one whose record changes its name in this moment is found by nobody, and ends when it is written. */
  const closed = async (uids: readonly string[]): Promise<(Session | undefined)[]> => {
    await Promise.all(uids.flatMap((uid) => [sessions.close(uid), singleSignOn.forget(uid)]))
    return Promise.all(uids.map((uid) => provider.Session.findByUid(uid)))
  }

  return {
    /** The session of the browser that asks; its cookie goes too. */
    async endHere(req: IncomingMessage, res: ServerResponse, session: Session, leave: Leave) {
      const ended = await end(session, leave)
      // last: who is told that the store is away must still be able to leave
      const { cookies } = provider.createContext(req, res)
      cookies.set(provider.cookieName('session'), null, { path: cookiePath, httpOnly: true, sameSite: 'lax' })
      return ended
    },
    /** A provider ends what it opened: the browser that asks may be any. Resolves with how many sessions ended here. */
    async endSessionsOf(logout: ProviderLogout): Promise<number> {
      const uids = await atProviders.endedBy(logout)
      const found = await closed(uids)
      const open = found.filter((session) => session !== undefined)
      await Promise.all(open.map((session) => end(session, { why: 'provider' })))
      return open.length
    },
    /** Everything of this person at this tenant: sessions, and what outlives them. */
    async endAllOf(sub: string): Promise<void> {
      const opened = await people.of(sub)
      const uids = [...new Set(opened.map(({ uid }) => uid))]
      const found = await closed(uids)
      const open = found.filter((session) => session?.accountId === sub).flatMap((session) => session ?? [])
      for (const session of open) await end(session, { why: 'revoked' })
      for (const { grantId } of opened) await provider.AccessToken.revokeByGrantId(grantId)
      await people.forget(sub)
      audit({ type: 'person.revoked', tenant, sessions: open.length, grants: opened.length })
    },
  }
}
export type SessionEnds = ReturnType<typeof createSessionEnds>
