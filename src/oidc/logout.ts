/**
 * RP-initiated logout. The library would always ask by a form and answer 400 to a hint that it cannot verify; here a hint
 * that verifies and names the person of this session logs out at once, and everything else leads to a page with one button.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, default as Provider, Session } from 'oidc-provider'
import type { Audit } from '../audit/events.ts'
import type { Records } from '../store/sealed.ts'

export type LogoutStep =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'ask'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'done' }

interface Wish {
  readonly sessionUid: string
  readonly next: LogoutStep
}

/** Seconds that the one-button page waits. */
const PATIENCE = 900

export const createLogout = ({
  provider,
  records,
  audit,
  tenant,
  cookiePath,
  randomId,
}: {
  provider: Provider
  records: Records
  audit: Audit
  tenant: string
  cookiePath: string
  randomId: () => string
}) => {
  /** Ends the session and everything issued in it, here and in the browser. */
  const endSession = async (req: IncomingMessage, res: ServerResponse, session: Session): Promise<void> => {
    const grants = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? [])
    await Promise.all(grants.map((grantId) => provider.AccessToken.revokeByGrantId(grantId)))
    await session.destroy()
    const { cookies } = provider.createContext(req, res)
    cookies.set(provider.cookieName('session'), null, { path: cookiePath, httpOnly: true, sameSite: 'lax' })
    audit({ type: 'session.ended', tenant })
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

  const whereTo = (client: Client | undefined, params: Readonly<Record<string, string>>): LogoutStep => {
    const uri = params.post_logout_redirect_uri
    if (client === undefined || uri === undefined || !client.postLogoutRedirectUriAllowed(uri)) return { kind: 'done' }
    const url = new URL(uri)
    if (params.state !== undefined) url.searchParams.set('state', params.state)
    return { kind: 'redirect', url: url.href }
  }

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
      if (wish === undefined || wish.sessionUid !== session.uid) return { kind: 'done' }
      await endSession(req, res, session)
      return wish.next
    }

    const hint = params.id_token_hint === undefined ? undefined : await readHint(params.id_token_hint)
    const client =
      hint?.client ?? (params.client_id === undefined ? undefined : await provider.Client.find(params.client_id))
    const next = whereTo(client, params)
    if (session.accountId === undefined) return next
    if (hint !== undefined && hint.sub === session.accountId) {
      await endSession(req, res, session)
      return next
    }
    const confirm = randomId()
    await records.put('LogoutWish', confirm, { sessionUid: session.uid, next } satisfies Wish, PATIENCE)
    return { kind: 'ask', fields: { confirm } }
  }

  return { endSession, logout }
}
