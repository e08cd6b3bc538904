/**
 * RP-initiated logout. The library would always ask by a form and answer 400 to a hint that it cannot verify; here a hint
 * that verifies and names the person of this session logs out at once, and everything else leads to a page with one button.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, default as Provider, Session } from 'oidc-provider'
import type { Audit } from '../audit/events.ts'
import type { Records } from '../store/sealed.ts'
import type { ProviderLogout, ProviderSession, ProviderSessions } from './provider-sessions.ts'

/** `sessions`: those at identity providers that the session here was opened with. */
export type LogoutStep =
  /** Logged out here; `url` is where the client wants the citizen back, registered by it. */
  | { readonly kind: 'done'; readonly url?: string; readonly sessions: readonly ProviderSession[] }
  | {
      readonly kind: 'ask'
      readonly fields: Readonly<Record<string, string>>
      readonly sessions: readonly ProviderSession[]
    }

interface Wish {
  readonly sessionUid: string
  readonly url?: string
}

/** Seconds that the one-button page waits. */
const PATIENCE = 900

export const createLogout = ({
  provider,
  records,
  sessions,
  audit,
  tenant,
  cookiePath,
  randomId,
}: {
  provider: Provider
  records: Records
  sessions: ProviderSessions
  audit: Audit
  tenant: string
  cookiePath: string
  randomId: () => string
}) => {
  /** Ends the session and everything issued in it. Resolves with those at identity providers that it was opened with. */
  const end = async (session: Session): Promise<readonly ProviderSession[]> => {
    const grants = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? [])
    await Promise.all(grants.map((grantId) => provider.AccessToken.revokeByGrantId(grantId)))
    await session.destroy()
    audit({ type: 'session.ended', tenant })
    return sessions.take(session.uid)
  }

  /** The same, and in the browser. */
  const endSession = async (
    req: IncomingMessage,
    res: ServerResponse,
    session: Session,
  ): Promise<readonly ProviderSession[]> => {
    const { cookies } = provider.createContext(req, res)
    cookies.set(provider.cookieName('session'), null, { path: cookiePath, httpOnly: true, sameSite: 'lax' })
    return end(session)
  }

  /** A provider ends what it opened: the browser that asks may be any. Resolves with how many sessions ended here. */
  const endSessionsOf = async (logout: ProviderLogout): Promise<number> => {
    const uids = await sessions.endedBy(logout)
    const found = await Promise.all(uids.map((uid) => provider.Session.findByUid(uid)))
    const open = found.filter((session) => session !== undefined)
    await Promise.all(open.map(end))
    return open.length
  }

  /** The client and person that a hint names, once its signature has been verified; an expired one is fine. */
  const readHint = async (hint: string): Promise<{ client: Client; sub: string } | undefined> => {
    try {
      const [, payload = ''] = hint.split('.')
      const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: string }
      const client = aud === undefined ? undefined : await provider.Client.find(aud)
      if (!client) return undefined
      const verified = await provider.IdToken.validate(hint, client)
      return { client, sub: String(verified.payload.sub) }
    } catch {
      return undefined
    }
  }

  const whereTo = (client: Client | undefined, params: Readonly<Record<string, string>>): { readonly url?: string } => {
    const uri = params.post_logout_redirect_uri
    if (client === undefined || uri === undefined || !client.postLogoutRedirectUriAllowed(uri)) return {}
    const url = new URL(uri)
    if (params.state !== undefined) url.searchParams.set('state', params.state)
    return { url: url.href }
  }

  const done = (next: { readonly url?: string }, ended: readonly ProviderSession[] = []): LogoutStep => ({
    kind: 'done',
    ...next,
    sessions: ended,
  })

  /** `params`: of the query or of the form, each once. */
  const logout = async (
    req: IncomingMessage,
    res: ServerResponse,
    params: Readonly<Record<string, string>>,
  ): Promise<LogoutStep> => {
    const session = await provider.Session.get(provider.createContext(req, res))

    if (params.confirm !== undefined) {
      const wish = await records.take<Wish>('LogoutWish', params.confirm)
      // the session cookie does not come with a form posted from another site
      if (wish === undefined || wish.sessionUid !== session.uid) return done({})
      const { sessionUid: _, ...next } = wish
      return done(next, await endSession(req, res, session))
    }

    const hint = params.id_token_hint === undefined ? undefined : await readHint(params.id_token_hint)
    const client =
      hint?.client ?? (params.client_id === undefined ? undefined : await provider.Client.find(params.client_id))
    const next = whereTo(client, params)
    if (session.accountId === undefined) return done(next)
    if (hint !== undefined && hint.sub === session.accountId) return done(next, await endSession(req, res, session))
    const confirm = randomId()
    await records.put('LogoutWish', confirm, { sessionUid: session.uid, ...next } satisfies Wish, PATIENCE)
    return { kind: 'ask', fields: { confirm }, sessions: await sessions.of(session.uid) }
  }

  return { endSession, endSessionsOf, logout }
}
