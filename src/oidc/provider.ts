/**
 * One tenant's OpenID Provider: an oidc-provider instance of its own with its own issuer, clients, keys, cookies and
 * records (design 1). Everything else in Varco speaks to it through `TenantProvider`.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { errors, type Interaction } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Audit } from '../audit/events.ts'
import { classOfLevel, type Level } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'
import { amrOf, requestedLevel } from '../claims/acr.ts'
import { catalogue, claimsByScope, loginClaims } from '../claims/catalogue.ts'
import { subjectOf, userKeyOf } from '../claims/subject.ts'
import { type ErrorCode, errorRow, GatewayError } from '../errors.ts'
import type { TenantKeys } from '../keyring/keyring.ts'
import { standingsOf } from '../keyring/signing-key.ts'
import type { Records } from '../store/sealed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { createFindAccount } from './account.ts'
import { createAdapter } from './adapter.ts'
import { authenticateClients } from './client-authentication.ts'
import { configurationFor, SESSION } from './configuration.ts'
import { reportEvents } from './events.ts'
import { type FormPost, providerWithFormPost } from './form-post.ts'
import { jwksOf, publishJwks } from './keys.ts'
import { loginRecords } from './login-record.ts'
import { createLogout, type LogoutStep } from './logout.ts'
import { createPolicy } from './policy.ts'
import { type ProviderLogout, type ProviderSession, providerSessions } from './provider-sessions.ts'
import { longestRenewal } from './refresh.ts'

/** One authorization request that waits for its citizen. */
export interface LoginUnderWay {
  readonly uid: string
  readonly client: Client
  readonly level: Level
  /** Declared names of what the client will receive. */
  readonly claims: readonly string[]
  readonly uiLocales: string | undefined
  readonly idpHint: string | undefined
}

export interface TenantProvider {
  /** Answers a request to one of the provider's own routes. `req.url` is below the tenant's path, `req.originalUrl` whole. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Did this browser begin the login? The interaction cookie alone does not say so: src/http/browser.ts. */
  isBeginner(req: IncomingMessage, uid: string): Promise<boolean>
  /** The login that this browser's interaction cookie names and that it began, or undefined. */
  loginUnderWay(req: IncomingMessage, res: ServerResponse): Promise<LoginUnderWay | undefined>
  /** Ends the login with this person; `session` is the one that their provider keeps. Where the browser goes next. Throws `eidas_fiscal_number_needed`. */
  complete(req: IncomingMessage, res: ServerResponse, citizen: Citizen, session?: ProviderSession): Promise<string>
  /** Ends the login with an error to the client. Where the browser goes next. */
  refuse(req: IncomingMessage, res: ServerResponse, error: string): Promise<string>
  logout(req: IncomingMessage, res: ServerResponse, params: Readonly<Record<string, string>>): Promise<LogoutStep>
  /** An identity provider ends what was opened with its session. Resolves with how many sessions ended. */
  endSessionsOf(logout: ProviderLogout): Promise<number>
  clientOf(id: string): Client | undefined
}

/** The result of a login as `complete` writes it. */
interface Finished {
  readonly consent?: { readonly grantId: string }
  readonly providerSession?: ProviderSession
}

const errorCodeOf = (error: Error): ErrorCode => {
  if (error instanceof GatewayError) return error.code
  if (error instanceof errors.SessionNotFound) return 'interaction_expired'
  return error instanceof errors.OIDCProviderError && error.expose ? 'oidc_request_invalid' : 'oidc_server_error'
}

/** The part of the requested claims that the client also declared, by the names of the tenant file. */
const releasedTo = (client: Client, { scope, claims }: { scope?: unknown; claims?: unknown }): string[] => {
  const scopes = new Set(String(scope ?? '').split(' '))
  const { userinfo = {} } = typeof claims === 'string' ? (JSON.parse(claims) as { userinfo?: object }) : {}
  return client.claims.filter((name) => {
    const claim = catalogue[name]
    return claim?.scopes.some((asked) => scopes.has(asked)) || claim?.names.some((asked) => asked in userinfo)
  })
}

/**
 * @param renderPost the page that brings an answer to a client that wants it by POST.
 * @param renderError the page for an error that cannot go back to the client; gets the code and the client when known.
 * @throws TypeError or InvalidClientMetadata when a client is not one that the library accepts: then, not at its first login.
 */
export const createTenantProvider = async ({
  tenant,
  keys,
  records,
  subjectKey,
  audit,
  log,
  now,
  randomId,
  fetch,
  browserOf,
  renderError,
  renderPost,
}: {
  tenant: Tenant
  keys: TenantKeys
  records: Records
  subjectKey: Buffer
  audit: Audit
  log: Logger
  now: () => number
  randomId: () => string
  fetch: typeof globalThis.fetch
  browserOf: (req: IncomingMessage) => string | undefined
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
  const logins = loginRecords(records)
  const sessions = providerSessions(records, SESSION)
  const scopes = [...Object.keys(claimsByScope()), 'offline_access']
  const fingerprintOf = (req: IncomingMessage) =>
    createHash('sha256')
      .update(browserOf(req) ?? '')
      .digest('base64url')
  const isBeginner = async (req: IncomingMessage, uid: string) =>
    browserOf(req) !== undefined && (await records.get<string>('Beginner', uid)) === fingerprintOf(req)

  const TenantOidc = providerWithFormPost(({ req, res }, post) => renderPost(req, res, post))
  const provider: Provider = new TenantOidc(
    tenant.issuer,
    configurationFor(tenant, {
      adapter: createAdapter({ records, now, loginLife: lifetimes.interaction, grantLife }),
      findAccount: createFindAccount({ records, tenant, clientOf }),
      loadExistingGrant: async (ctx) => {
        const { consent, providerSession } = (ctx.oidc.result ?? {}) as Finished
        if (consent === undefined) return undefined
        // here the login meets the session of the browser, which has no name before
        if (providerSession !== undefined && ctx.oidc.session)
          await sessions.bind(ctx.oidc.session.uid, providerSession)
        // a session knows one grant of each client: what an earlier one gave would outlive the logout
        const earlier = ctx.oidc.session?.grantIdFor(String(ctx.oidc.params?.client_id))
        if (earlier !== undefined && earlier !== consent.grantId) await provider.RefreshToken.revokeByGrantId(earlier)
        return provider.Grant.find(consent.grantId)
      },
      renderError: (ctx, _out, error) => {
        const client = ctx.oidc?.client === undefined ? undefined : clientOf(ctx.oidc.client.clientId)
        const code = errorCodeOf(error)
        if (code !== 'oidc_request_invalid') ctx.status = errorRow(code).status
        ctx.type = 'html'
        ctx.body = renderError(ctx.req, ctx.res, code, client)
      },
      jwks: jwksOf(signing),
      cookieKeys: keys.cookieKeys,
      policy: createPolicy({ clientOf }),
      secretPlaceholder: randomId(),
      fetch,
      now,
      began: (req, uid) => records.put('Beginner', uid, fingerprintOf(req), lifetimes.interaction),
    }),
  )
  // the origin middleware has replaced every forwarded header by what the configuration says
  provider.proxy = true
  provider.use(publishJwks({ keys: signing, now }))
  authenticateClients(provider, { clientOf, now })
  for (const id of clients.keys()) await provider.Client.find(id)
  reportEvents(provider, { tenant: tenant.id, audit, log })
  const answer = provider.callback()

  const cookiePath = tenant.mountPath || '/'
  const { logout, endSession, endSessionsOf } = createLogout({
    provider,
    records,
    sessions,
    audit,
    tenant: tenant.id,
    cookiePath,
    randomId,
  })

  const interactionOf = async (req: IncomingMessage, res: ServerResponse): Promise<Interaction | undefined> => {
    try {
      return await provider.interactionDetails(req, res)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined
      throw error
    }
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

  const loginUnderWay = async (req: IncomingMessage, res: ServerResponse): Promise<LoginUnderWay | undefined> => {
    const interaction = await interactionOf(req, res)
    const client = interaction && clientOf(String(interaction.params.client_id))
    if (!client) return undefined
    const { params, uid } = interaction
    if (!(await isBeginner(req, uid))) return undefined
    return {
      uid,
      client,
      level: requestedLevel({
        acrValues: text(params.acr_values),
        claims: text(params.claims),
        minLevel: client.minLevel,
      }),
      claims: releasedTo(client, params),
      uiLocales: text(params.ui_locales),
      idpHint: text(params.idp_hint),
    }
  }

  /**
   * Another person than the one of this browser's session: the library would show a form of its own. The old session
   * ends, the one that the login began with and the one that another tab has opened since.
   */
  const makeRoomFor = async (req: IncomingMessage, res: ServerResponse, interaction: Interaction, sub: string) => {
    const present = await provider.Session.get(provider.createContext(req, res))
    if (present.accountId !== undefined && present.accountId !== sub) await endSession(req, res, present)
    if (interaction.session === undefined || interaction.session.accountId === sub) return
    const earlier = await provider.Session.findByUid(interaction.session.uid)
    if (earlier) await endSession(req, res, earlier)
    interaction.session = undefined
    await interaction.persist()
  }

  const complete: TenantProvider['complete'] = async (req, res, citizen, providerSession) => {
    const userKey = userKeyOf(citizen)
    if (userKey === undefined) throw new GatewayError('saml_fiscal_number_invalid')
    const interaction = await provider.interactionDetails(req, res)
    const client = clientOf(String(interaction.params.client_id))
    if (!client) throw new GatewayError('oidc_request_invalid')
    // an empty claim would look like a mistake of ours: who has none is told before the service is
    if (citizen.fiscalNumber === undefined && client.claims.includes('fiscal_number')) {
      throw new GatewayError('eidas_fiscal_number_needed')
    }
    const sub = subjectOf(subjectKey, tenant.sector, userKey)
    await makeRoomFor(req, res, interaction, sub)

    const asked = String(interaction.params.scope ?? '').split(' ')
    const renewal = longestRenewal(citizen.level, { most: lifetimes.refreshToken, session: SESSION })
    const life = asked.includes('offline_access') ? Math.max(SESSION, renewal) : SESSION
    const grant = new provider.Grant({ accountId: sub, clientId: client.id, ...{ expiresIn: life } })
    grant.addOIDCScope(asked.filter((scope) => scopes.includes(scope)))
    grant.addOIDCClaims([...loginClaims, ...client.claims.flatMap((name) => catalogue[name]?.names ?? [])])
    const grantId = await grant.save()
    await logins.put(grantId, { sub, citizen, declared: client.claims }, life)

    return provider.interactionResult(req, res, {
      login: { accountId: sub, acr: classOfLevel(citizen.level), amr: amrOf(citizen), ts: citizen.authTime },
      consent: { grantId },
      select_account: {},
      // also when there is none: an earlier result of this interaction is merged in
      providerSession,
    })
  }

  return {
    handle: (req, res) => Promise.resolve(answer(req, res)),
    isBeginner,
    loginUnderWay,
    complete,
    refuse: (req, res, error) => provider.interactionResult(req, res, { error }, { mergeWithLastSubmission: false }),
    logout,
    endSessionsOf,
    clientOf,
  }
}
