/**
 * RP-initiated logout. The library would always ask by a form and answer 400 to a hint that it cannot verify; here a hint
 * that verifies and names the person of this session logs out at once, and everything else leads to a page with one button.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, default as Provider, Session } from 'oidc-provider'
import type { Records } from '../store/sealed.ts'
import type { ProviderSession, ProviderSessions } from './provider-sessions.ts'
import type { OidcRecords } from './register.ts'
import type { Ended, SessionEnds } from './session-end.ts'
import type { SessionRecords } from './session-records.ts'

type Params = Readonly<Record<string, string>>

interface Next {
  /** Where the client wants the citizen back: registered by it. */
  readonly url?: string
  readonly uiLocales?: string
}

export type LogoutStep =
  /** Logged out here. */
  | ({ readonly kind: 'done' } & Next & Ended)
  | {
      readonly kind: 'ask'
      readonly uiLocales?: string
      readonly fields: Params
      /** Ids of the clients that the session opened. */
      readonly clients: readonly string[]
      /** Those at identity providers. */
      readonly sessions: readonly ProviderSession[]
    }
  /** To be asked again as a GET, with these parameters. */
  | { readonly kind: 'again'; readonly params: Params }

interface Wish extends Next {
  readonly sessionUid: string
  readonly client?: string
}

/** Seconds that the one-button page waits, and that a browser has to come back. */
const LIFE = { wish: 900, request: 120 } as const

/** What a logout may say (OpenID Connect RP-Initiated Logout 2); anything else is passed over. */
const KNOWN = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales'] as const
/** Characters of all of them together. */
const LONGEST = 8192

export const createLogout = ({
  provider,
  records,
  sessions,
  ends,
  atProviders,
  randomId,
  record,
}: {
  provider: Provider
  records: Records
  sessions: SessionRecords
  ends: SessionEnds
  atProviders: ProviderSessions
  randomId: () => string
  record: OidcRecords['endSession']
}) => {
  /** The client and person that a hint names, once its signature has been verified; an expired one is fine. */
  const readHint = async (hint: string): Promise<{ client: Client; sub: string } | undefined> => {
    try {
      const [, payload = ''] = hint.split('.')
      const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: string }
      const client = aud === undefined ? undefined : await provider.Client.find(aud)
      if (!client) return undefined
      const verified = await provider.IdToken.validate(hint, client)
      // a logout token is signed by the same key, and is no proof that its bearer was logged in
      if (verified.header.typ === 'logout+jwt') return undefined
      return { client, sub: String(verified.payload.sub) }
    } catch {
      return undefined
    }
  }

  const whereTo = (client: Client | undefined, params: Params): Next => {
    const { post_logout_redirect_uri: uri, state, ui_locales: uiLocales } = params
    const language = uiLocales === undefined ? {} : { uiLocales }
    if (client === undefined || uri === undefined || !client.postLogoutRedirectUriAllowed(uri)) return language
    const url = new URL(uri)
    if (state !== undefined) url.searchParams.set('state', state)
    return { url: url.href, ...language }
  }

  const leave = async (req: IncomingMessage, res: ServerResponse, session: Session, next: Next, client?: string) => {
    const { accountId: sub } = session
    const ended = await ends.endHere(req, res, session, { why: 'logout', client })
    await record(req, res, { result: 'ended', client, sub, url: next.url })
    return { kind: 'done', ...next, ...ended } as const
  }
  const gone = async (req: IncomingMessage, res: ServerResponse, next: Next, client?: string) => {
    await record(req, res, { result: 'no session', client, url: next.url })
    return { kind: 'done', ...next, sessions: [], untold: [] } as const
  }

  /** The session cookie does not come with a form posted from another site; with the redirect after it, it does. */
  const comeBack = async (params: Params): Promise<LogoutStep> => {
    const known = KNOWN.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]] as const]))
    const size = known.reduce((sum, [, value]) => sum + value.length, 0)
    const request = randomId()
    // not in the address: an ID token would stay in logs and histories. What is too long is forgotten, and the page asks.
    if (size <= LONGEST) await records.put('LogoutRequest', request, Object.fromEntries(known), LIFE.request)
    return { kind: 'again', params: { request } }
  }

  /** The button of our own page: a form of another site would come without the session. */
  const confirmed = async (req: IncomingMessage, res: ServerResponse, session: Session, confirm = '') => {
    const { sessionUid, client, ...next } = (await records.get<Wish>('LogoutWish', confirm)) ?? {}
    if (session.accountId === undefined) return gone(req, res, next, client)
    return sessionUid === session.uid ? leave(req, res, session, next, client) : undefined
  }

  /** `params`: of the query or of the form, each once. */
  return async (
    req: IncomingMessage,
    res: ServerResponse,
    { method, params: sent }: { readonly method: 'GET' | 'POST'; readonly params: Params },
  ): Promise<LogoutStep> => {
    const session = await provider.Session.get(provider.createContext(req, res))
    const someone = session.accountId !== undefined

    const pressed = method === 'POST' && sent.confirm !== undefined
    const answered = pressed ? await confirmed(req, res, session, sent.confirm) : undefined
    if (answered !== undefined) return answered
    if (method === 'POST' && !someone) return comeBack(sent)
    const stored = sent.request === undefined ? undefined : await records.take<Params>('LogoutRequest', sent.request)
    const params = stored ?? sent

    const read = params.id_token_hint === undefined ? undefined : await readHint(params.id_token_hint)
    // a hint for another client than the one that speaks is not its own (RP-Initiated Logout 2)
    const hint = params.client_id === undefined || params.client_id === read?.client.clientId ? read : undefined
    const client =
      hint?.client ?? (params.client_id === undefined ? undefined : await provider.Client.find(params.client_id))
    const next = whereTo(client, params)
    if (!someone) return gone(req, res, next, client?.clientId)
    if (hint !== undefined && hint.sub === session.accountId)
      return leave(req, res, session, next, hint.client.clientId)
    const confirm = randomId()
    const wish: Wish = { sessionUid: session.uid, ...next, ...(client && { client: client.clientId }) }
    await records.put('LogoutWish', confirm, wish, LIFE.wish)
    const { accountId: sub } = session
    await record(req, res, { result: 'asked', client: client?.clientId, sub, url: next.url })
    const clients = Object.keys(await sessions.authorizationsOf(session.uid))
    const { uiLocales } = next
    const asked = { fields: { confirm }, clients, sessions: await atProviders.of(session.uid) }
    return { kind: 'ask', ...asked, ...(uiLocales !== undefined && { uiLocales }) }
  }
}
export type Logout = ReturnType<typeof createLogout>
