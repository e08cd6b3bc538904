/**
 * One tenant's OpenID Provider: an oidc-provider instance of its own with its own issuer, clients, keys, cookies and
 * records (design 1). Everything else in Varco speaks to it through `TenantProvider`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider, { errors } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Audit } from '../audit/events.ts'
import type { Register } from '../audit/register/register.ts'
import { type Citizen, nameOf } from '../citizen/citizen.ts'
import { type ErrorCode, errorRow, GatewayError } from '../errors.ts'
import type { TenantKeys } from '../keyring/keyring.ts'
import { standingsOf } from '../keyring/signing-key.ts'
import type { Records } from '../store/sealed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { createFindAccount } from './account.ts'
import { answerAcr } from './acr-response.ts'
import { createAdapter } from './adapter.ts'
import type { Departed, LogoutTokenOf } from './backchannel.ts'
import { createBegun, createResumedFor, keepBegun } from './begun.ts'
import { authenticateClients } from './client-authentication.ts'
import { configurationFor, SESSION, sessionLife } from './configuration.ts'
import { reportEvents } from './events.ts'
import { type FormPost, ProviderWithFormPost } from './form-post.ts'
import { createGrants } from './grants.ts'
import { jwksOf, publishJwks } from './keys.ts'
import { loginRecords } from './login-record.ts'
import { type Completed, createLogins, type LoginUnderWay } from './logins.ts'
import { createLogout, type Logout } from './logout.ts'
import { createLogoutToken } from './logout-token.ts'
import { answerOutages } from './outage.ts'
import { personLogins } from './person-logins.ts'
import { createPolicy } from './policy.ts'
import { type ProviderLogout, type ProviderSession, providerSessions } from './provider-sessions.ts'
import { createReadAhead } from './read-ahead.ts'
import { createOidcRecords } from './register.ts'
import type { Asked } from './registered.ts'
import { createSessionEnds } from './session-end.ts'
import { sessionRecords } from './session-records.ts'
import { createSingleSignOn } from './single-sign-on.ts'

export interface TenantProvider {
  /** Answers a request to one of the provider's own routes. `req.url` is below the tenant's path, `req.originalUrl` whole. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Whom the login is for that goes back to the library. Throws `login_browser_mismatch`, `interaction_expired`. */
  resumedFor(req: IncomingMessage, res: ServerResponse, uid: string): Promise<Asked>
  /**
   * The login that this browser's interaction cookie names and that it began, or undefined. Throws `service_gone`,
   * `redirect_uri_gone`.
   */
  loginUnderWay(req: IncomingMessage, res: ServerResponse): Promise<LoginUnderWay | undefined>
  /** Ends the login with this person; `session` is the one that their provider keeps. Throws `eidas_fiscal_number_needed`. */
  complete(req: IncomingMessage, res: ServerResponse, citizen: Citizen, session?: ProviderSession): Promise<Completed>
  /** Ends the login with the person who is logged in already. Where the browser goes next. */
  proceed(req: IncomingMessage, res: ServerResponse): Promise<string>
  /** Ends the login with an error to the client. Where the browser goes next. */
  refuse(req: IncomingMessage, res: ServerResponse, error: string): Promise<string>
  /** Ends the login and tells nobody: whoever comes back to it finds that it is over. */
  abandon(req: IncomingMessage, res: ServerResponse): Promise<void>
  logout: Logout
  /** Whom to tell that a session has ended, and in which words (Back-Channel Logout 2.4). */
  logoutToken(client: string, departed: Departed): ReturnType<LogoutTokenOf>
  /** The name of the person who is logged in with this browser, where single sign-on is on. */
  nameOfPresent(req: IncomingMessage, res: ServerResponse): Promise<string | undefined>
  /** An identity provider ends what was opened with its session. Resolves with how many sessions ended. */
  endSessionsOf(logout: ProviderLogout): Promise<number>
  /** An operator ends everything of one person. */
  endAllOf(sub: string): Promise<void>
  clientOf(id: string): Client | undefined
}

const errorCodeOf = (error: Error): ErrorCode => {
  if (error instanceof GatewayError) return error.code
  if (error instanceof errors.SessionNotFound) return 'interaction_expired'
  return error instanceof errors.OIDCProviderError && error.expose ? 'oidc_request_invalid' : 'oidc_server_error'
}

/**
 * @param renderPost the page that brings an answer to a client that wants it by POST.
 * @param renderError the page for an error that cannot go back to the client; gets the code and the client when known.
 * @throws TypeError or InvalidClientMetadata when a client is not one that the library accepts: then, not at its first login.
 */
export const createTenantProvider = async ({
  tenant,
  keys,
  records: stored,
  subjectKey,
  register,
  audit,
  log,
  now,
  randomId,
  fetch,
  browserOf,
  announce,
  renderError,
  renderPost,
}: {
  tenant: Tenant
  keys: TenantKeys
  records: Records
  subjectKey: Buffer
  register: Register
  audit: Audit
  log: Logger
  now: () => number
  randomId: () => string
  fetch: typeof globalThis.fetch
  browserOf: (req: IncomingMessage) => string | undefined
  /** Puts a back-channel logout into the queue. */
  announce: (client: string, departed: Departed) => Promise<void>
  renderError: (req: IncomingMessage, res: ServerResponse, code: ErrorCode, client: Client | undefined) => string
  renderPost: (req: IncomingMessage, res: ServerResponse, post: FormPost) => string
}): Promise<TenantProvider> => {
  const signing = standingsOf(keys.signing, now())
  const clients = new Map(tenant.clients.map((client) => [client.id, client]))
  const clientOf = (id: string) => clients.get(id)
  const { lifetimes } = tenant
  const grantLife = Math.max(
    SESSION,
    ...tenant.clients.map((client) => (client.refreshTokens ? lifetimes.refreshToken : 0)),
  )
  const begun = createBegun({ browserOf, now })
  const ahead = createReadAhead(stored, () => Provider.ctx)
  const { records } = ahead
  const sessions = sessionRecords(records, { session: sessionLife(tenant), grant: grantLife })
  const people = personLogins(records, { now, longest: Math.max(grantLife, sessionLife(tenant)) })
  const atProviders = providerSessions(records, sessionLife(tenant))
  const singleSignOn = createSingleSignOn({ records, tenant, now, browserOf })
  const { policy, passes } = createPolicy({ clientOf, singleSignOn })
  const grants = createGrants({
    provider: () => provider,
    logins: loginRecords(records),
    clientOf,
    sessions,
    people,
    atProviders,
    singleSignOn,
    passes,
    renewal: lifetimes.refreshToken,
    randomId,
    used: (client, { citizen }) => audit({ type: 'session.used', tenant: tenant.id, client, level: citizen.level }),
  })

  const provider: Provider = new ProviderWithFormPost(
    tenant.issuer,
    configurationFor(tenant, {
      adapter: createAdapter({ ahead, sessions, now, loginLife: lifetimes.interaction, grantLife }),
      findAccount: createFindAccount({ records, tenant, clientOf, singleSignOn }),
      loadExistingGrant: grants.existing,
      renderError: (ctx, _out, error) => {
        const client = ctx.oidc?.client === undefined ? undefined : clientOf(ctx.oidc.client.clientId)
        const code = errorCodeOf(error)
        if (code !== 'oidc_request_invalid') ctx.status = errorRow(code).status
        ctx.type = 'html'
        ctx.body = renderError(ctx.req, ctx.res, code, client)
      },
      jwks: jwksOf(signing),
      cookieKeys: keys.cookieKeys,
      policy,
      secretPlaceholder: randomId(),
      fetch,
      now,
      began: begun.mark,
    }),
    ({ req, res }, post) => renderPost(req, res, post),
  )
  keepBegun(provider)
  // the origin middleware has replaced every forwarded header by what the configuration says
  provider.proxy = true
  provider.use(publishJwks({ keys: signing, now }))
  authenticateClients(provider, { clientOf, now })
  // every site learns which session a login is part of: a logout then names that one, and no other device
  Object.defineProperty(provider.Client.prototype, 'includeSid', { value: () => true })
  answerAcr(provider, clientOf)
  for (const id of clients.keys()) await provider.Client.find(id)
  answerOutages(provider)
  const oidcRecords = createOidcRecords(provider, {
    tenant: tenant.id,
    register,
    renderFailure: ({ req, res, oidc }) =>
      renderError(req, res, 'register_unavailable', oidc.client && clientOf(oidc.client.clientId)),
  })
  reportEvents(provider, { tenant: tenant.id, audit, log })
  const answer = provider.callback()

  const ends = createSessionEnds({
    provider,
    sessions,
    people,
    atProviders,
    singleSignOn,
    notify: async ({ client, sub, sid }) => {
      if (clientOf(client)?.backchannelLogout === undefined || sid === undefined) return false
      await announce(client, { sub, sid })
      return true
    },
    audit,
    tenant: tenant.id,
    cookiePath: tenant.mountPath || '/',
  })
  const logout = createLogout({
    provider,
    records,
    sessions,
    ends,
    atProviders,
    randomId,
    record: oidcRecords.endSession,
  })
  const logins = createLogins({
    provider,
    tenant,
    clientOf,
    subjectKey,
    grants,
    ends,
    singleSignOn,
    begun,
  })

  return {
    handle: (req, res) => Promise.resolve(answer(req, res)),
    resumedFor: createResumedFor({ provider, begun, browserOf, ahead }),
    loginUnderWay: logins.underWay,
    complete: logins.complete,
    proceed: logins.proceed,
    refuse: logins.refuse,
    abandon: async (req, res) => (await provider.interactionDetails(req, res)).destroy(),
    logout,
    logoutToken: createLogoutToken({ provider, randomId }),
    nameOfPresent: async (req, res) => {
      const login = await singleSignOn.loginOf(req, await provider.Session.get(provider.createContext(req, res)))
      return login && nameOf(login.citizen)
    },
    endSessionsOf: ends.endSessionsOf,
    endAllOf: ends.endAllOf,
    clientOf,
  }
}
