/** What a service is given: after a login, or because the session of one may serve it. */
import { createHash } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Grant, KoaContextWithOIDC, Session } from 'oidc-provider'
import type { Citizen } from '../citizen/citizen.ts'
import { claimsGrantable, scopesGranted } from '../claims/request.ts'
import type { Client } from '../tenant/tenant.ts'
import { SESSION } from './configuration.ts'
import type { loginRecords } from './login-record.ts'
import type { Finished } from './logins.ts'
import type { PersonLogins } from './person-logins.ts'
import type { ProviderSessions } from './provider-sessions.ts'
import { longestRenewal } from './refresh.ts'
import type { SessionRecords } from './session-records.ts'
import type { SingleSignOn } from './single-sign-on.ts'

/** Of one client in one session. Not random: two requests at once must not make two of it. */
export const sidOf = (sessionUid: string, clientId: string): string =>
  createHash('sha256').update(`${sessionUid}\0${clientId}`).digest('base64url')

interface Login {
  readonly sub: string
  readonly citizen: Citizen
}

export const createGrants = ({
  provider,
  logins,
  clientOf,
  sessions,
  people,
  atProviders,
  singleSignOn,
  passes,
  renewal,
  randomId,
  used,
}: {
  provider: () => Provider
  logins: ReturnType<typeof loginRecords>
  clientOf: (id: string) => Client | undefined
  sessions: SessionRecords
  people: PersonLogins
  atProviders: ProviderSessions
  singleSignOn: SingleSignOn
  /** May the session of this request serve it? */
  passes: (ctx: KoaContextWithOIDC) => Promise<boolean>
  /** Seconds from a login at level 1 for which it may be renewed. */
  renewal: number
  randomId: () => string
  /** Told when a session served a client. */
  used: (client: string, login: Login) => void
}) => {
  /** `before`: to be used further. */
  const save = async ({ sub, citizen }: Login, client: Client, scope: unknown, before?: Grant): Promise<Grant> => {
    const scopes = scopesGranted(client, { scope })
    const longest = longestRenewal(citizen.level, { most: renewal, session: SESSION })
    const life = scopes.includes('offline_access') ? Math.max(SESSION, longest) : SESSION
    const { Grant } = provider()
    const grant = before ?? new Grant({ accountId: sub, clientId: client.id })
    // one that has already been given for longer keeps its end
    if (before === undefined || before.remainingTTL < life) Object.assign(grant, { exp: undefined, expiresIn: life })
    grant.addOIDCScope(scopes)
    grant.addOIDCClaims(claimsGrantable(client))
    // named here, so that the two need not wait for each other
    grant.jti ??= randomId()
    const login = { sub, citizen, declared: client.claims }
    await Promise.all([grant.save(), logins.put(grant.jti, login, grant.remainingTTL)])
    return grant
  }

  /** The grant becomes the session's, which knows one of each client: what an earlier one gave would outlive the logout. */
  const join = async (session: Session, client: Client, sub: string, grant: Grant, earlier?: string) => {
    const { jti: grantId, remainingTTL } = grant
    session.sidFor(client.id, sidOf(session.uid, client.id))
    if (earlier !== undefined && earlier !== grantId) await provider().RefreshToken.revokeByGrantId(earlier)
    for (const old of await people.remember(sub, { uid: session.uid, grantId }, remainingTTL)) {
      await provider().RefreshToken.revokeByGrantId(old.grantId)
      if (old.uid !== session.uid) await singleSignOn.forget(old.uid)
    }
  }

  /** That which the client has had from this very login, or a new one: another would end its tokens. */
  const ofSession = async (given: string | undefined, login: Login, client: Client, scope: unknown): Promise<Grant> => {
    const before = given === undefined ? undefined : await logins.get(given)
    const { authTime, level } = login.citizen
    const same = before?.sub === login.sub && before.citizen.authTime === authTime && before.citizen.level === level
    const grant = await save(login, client, scope, same && given ? await provider().Grant.find(given) : undefined)
    used(client.id, login)
    return grant
  }

  return {
    /** Resolves with its id. */
    create: async (login: Login, client: Client, scope: unknown): Promise<string> =>
      (await save(login, client, scope)).jti,

    /** What the library looks for: the grant of the login that ends with this request, or of the session that passes it on. */
    async existing(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
      const { client: { clientId = '' } = {}, session, result } = ctx.oidc
      const client = clientOf(clientId)
      if (client === undefined || session === undefined) return undefined
      // one that this request opened has given nothing yet
      const isNew = (session as Session & { readonly new?: true }).new === true
      const { [client.id]: given } = isNew ? {} : await sessions.authorizationsOf(session.uid)
      const { consent, providerSession } = (result ?? {}) as Finished
      if (consent?.grantId === undefined) {
        const login = (await passes(ctx)) ? await singleSignOn.of(ctx) : undefined
        if (login === undefined) return undefined
        const grant = await ofSession(given?.grantId, login, client, ctx.oidc.params?.scope)
        await join(session, client, login.sub, grant, given?.grantId)
        return grant
      }
      // here the login meets the session of the browser, which has no name before
      if (providerSession !== undefined) await atProviders.bind(session.uid, providerSession)
      const login = singleSignOn.on ? await logins.get(consent.grantId) : undefined
      if (login) await singleSignOn.remember(ctx.req, session.uid, login, client)
      const grant = await provider().Grant.find(consent.grantId)
      if (grant?.accountId !== undefined) await join(session, client, grant.accountId, grant, given?.grantId)
      return grant
    },
  }
}
export type Grants = ReturnType<typeof createGrants>
