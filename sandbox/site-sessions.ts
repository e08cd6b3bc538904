/** The sample site's own sessions: in memory, under a signed cookie. Nothing of the gateway is in them but its tokens' content. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What must still be true when the browser comes back from the gateway. */
export interface PendingLogin {
  readonly tenant: string
  readonly client: string
  readonly codeVerifier: string
  readonly nonce: string
}

export interface SiteLogin {
  readonly client: string
  readonly idToken: string
  readonly idTokenClaims: Readonly<Record<string, unknown>>
  readonly userInfo: Readonly<Record<string, unknown>>
}

export interface SiteSession {
  /** By `state`. */
  readonly pending: Map<string, PendingLogin>
  /** By tenant: each Comune is a site of its own. */
  readonly logins: Map<string, SiteLogin>
}

const COOKIE = 'comune_session'
const MOST_SESSIONS = 1000

export const createSessions = (secret: Buffer) => {
  const sessions = new Map<string, SiteSession>()
  const signatureOf = (id: string) => createHmac('sha256', secret).update(id).digest('base64url')

  const find = (req: IncomingMessage): SiteSession | undefined => {
    const value = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)\\.([\\w-]+)`).exec(req.headers.cookie ?? '')
    const [, id = '', signature = ''] = value ?? []
    const expected = Buffer.from(signatureOf(id))
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected) ? sessions.get(id) : undefined
  }

  /** A fresh one, with the header that sets its cookie. Lax: the gateway's redirect to the callback is cross-site. */
  const create = () => {
    const id = randomBytes(18).toString('base64url')
    const session: SiteSession = { pending: new Map(), logins: new Map() }
    const [oldest] = sessions.keys()
    if (sessions.size >= MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest)
    sessions.set(id, session)
    return { session, cookie: `${COOKIE}=${id}.${signatureOf(id)}; Path=/; HttpOnly; SameSite=Lax` }
  }

  return { find, create }
}
