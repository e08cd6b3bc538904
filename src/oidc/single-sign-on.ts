/**
 * Single sign-on, where a tenant wants it: a session remembers the person who opened it, and may serve a second service
 * without another login. Only inside one tenant, only so long after the login, only at its level and with its data.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Level } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'
import type { Records } from '../store/sealed.ts'
import { claimsWithout } from '../tenant/attributes-needed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'

export interface SessionLogin {
  readonly sub: string
  readonly citizen: Citizen
  /** What SPID was asked for. Absent for the other ways in: they give each service the same. */
  readonly attributes?: readonly string[]
  readonly purpose?: Client['purpose']
  /** Another host of the domain can plant the session's cookie in a browser, not the browser's name: src/http/browser.ts. */
  readonly browser: string
}

/** Why another login is needed: the session's level is too low, or it lacks what the service needs. */
export type Obstacle = 'level' | 'data'

/** What stands between a session and a service that asks for `level`. */
export const obstacleBetween = (login: SessionLogin, client: Client, level: Level): Obstacle | undefined => {
  const { citizen, attributes, purpose } = login
  if (citizen.level < level) return 'level'
  if (citizen.upstream === 'spid' && purpose !== client.purpose) return 'data'
  if (citizen.fiscalNumber === undefined && client.claims.includes('fiscal_number')) return 'data'
  return attributes !== undefined && claimsWithout({ attributes }, client.claims).length > 0 ? 'data' : undefined
}

export const createSingleSignOn = ({
  records,
  tenant,
  now,
  browserOf,
}: {
  records: Records
  tenant: Tenant
  now: () => number
  browserOf: (req: IncomingMessage) => string | undefined
}) => {
  const seconds = tenant.singleSignOn?.seconds
  const fingerprintOf = (req: IncomingMessage): string | undefined => {
    const name = browserOf(req)
    return name === undefined ? undefined : createHash('sha256').update(name).digest('base64url')
  }

  const loginOf = async (req: IncomingMessage, session: { uid: string; accountId?: string | undefined }) => {
    if (seconds === undefined || session.accountId === undefined) return undefined
    const login = await records.get<SessionLogin>('SessionLogin', session.uid)
    if (login?.sub !== session.accountId || login.browser !== fingerprintOf(req)) return undefined
    // the tenant may have shortened it since
    return now() < (login.citizen.authTime + seconds) * 1000 ? login : undefined
  }
  const asked = new WeakMap<KoaContextWithOIDC, ReturnType<typeof loginOf>>()

  return {
    on: seconds !== undefined,
    /** Whose session this is, if it may serve anybody; the same for the whole of a request. */
    of(ctx: KoaContextWithOIDC): Promise<SessionLogin | undefined> {
      const { session } = ctx.oidc
      const known = asked.get(ctx) ?? (session === undefined ? Promise.resolve(undefined) : loginOf(ctx.req, session))
      asked.set(ctx, known)
      return known
    },
    loginOf,
    /** After a login: `uid` is the session's. Without single sign-on nothing of the person stays with it. */
    async remember(req: IncomingMessage, uid: string, login: { sub: string; citizen: Citizen }, client: Client) {
      const browser = fingerprintOf(req)
      if (seconds === undefined || browser === undefined) return
      const { sub, citizen } = login
      const set =
        citizen.upstream === 'spid' && tenant.spid.attributeSets.find((one) => one.index === client.attributeSet)
      const known: SessionLogin = {
        sub,
        citizen,
        ...(set && { attributes: set.attributes }),
        ...(client.purpose !== undefined && { purpose: client.purpose }),
        browser,
      }
      await records.put('SessionLogin', uid, known, seconds)
    },
    forget: (uid: string) => records.delete('SessionLogin', uid),
  }
}
export type SingleSignOn = ReturnType<typeof createSingleSignOn>
