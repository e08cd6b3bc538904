/**
 * One tenant's OpenID Provider: an oidc-provider instance of its own with its own issuer, clients, keys, cookies and
 * records (design 1). Everything else in Varco speaks to it through `TenantProvider`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider, { errors, type Interaction } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Audit } from '../audit/events.ts'
import { classOfLevel, type Level } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'
import { amrOf, requestedLevel } from '../claims/acr.ts'
import { catalogue, claimsByScope, loginClaims } from '../claims/catalogue.ts'
import { subjectOf } from '../claims/subject.ts'
import { type ErrorCode, errorRow, GatewayError } from '../errors.ts'
import type { TenantKeys } from '../keyring/keyring.ts'
import type { Records } from '../store/sealed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { createFindAccount } from './account.ts'
import { createAdapter } from './adapter.ts'
import { configurationFor, lifetimes } from './configuration.ts'
import { reportEvents } from './events.ts'
import { jwksOf } from './keys.ts'
import { loginRecords } from './login-record.ts'
import { createLogout, type LogoutStep } from './logout.ts'
import { createPolicy } from './policy.ts'

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
  /** Is this path, below the tenant's, one of the provider's own routes? */
  handles(path: string): boolean
  /** The login that this browser's interaction cookie names, or undefined: no cookie, a foreign or an old one. */
  loginUnderWay(req: IncomingMessage, res: ServerResponse): Promise<LoginUnderWay | undefined>
  /** Ends the login with this person. Where the browser goes next. */
  complete(req: IncomingMessage, res: ServerResponse, citizen: Citizen): Promise<string>
  /** Ends the login with an error to the client. Where the browser goes next. */
  refuse(req: IncomingMessage, res: ServerResponse, error: string): Promise<string>
  logout(req: IncomingMessage, res: ServerResponse, params: Readonly<Record<string, string>>): Promise<LogoutStep>
  clientOf(id: string): Client | undefined
}

const OWN_ROUTES =
  /^\/(authorize(\/[\w-]+)?|token|userinfo|jwks|\.well-known\/(openid-configuration|oauth-authorization-server))$/

/** Constant time over all secrets that are valid now. */
const knowsSecret = (client: Client, actual: string): boolean => {
  const digest = createHash('sha256').update(actual).digest()
  return client.secrets.reduce((known, secret) => timingSafeEqual(Buffer.from(secret, 'hex'), digest) || known, false)
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
  renderError,
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
  renderError: (req: IncomingMessage, res: ServerResponse, code: ErrorCode, client: Client | undefined) => string
}): Promise<TenantProvider> => {
  const clients = new Map(tenant.clients.map((client) => [client.id, client]))
  const clientOf = (id: string) => clients.get(id)
  const logins = loginRecords(records)
  const scopes = Object.keys(claimsByScope())

  const provider: Provider = new Provider(
    tenant.issuer,
    configurationFor(tenant, {
      adapter: createAdapter({ records, tenant: tenant.id, audit, now }),
      findAccount: createFindAccount({ records, tenant }),
      loadExistingGrant: async (ctx) => {
        const grantId = ctx.oidc.result?.consent?.grantId
        return grantId === undefined ? undefined : provider.Grant.find(grantId)
      },
      renderError: (ctx, _out, error) => {
        const client = ctx.oidc?.client === undefined ? undefined : clientOf(ctx.oidc.client.clientId)
        const code = errorCodeOf(error)
        if (code !== 'oidc_request_invalid') ctx.status = errorRow(code).status
        ctx.type = 'html'
        ctx.body = renderError(ctx.req, ctx.res, code, client)
      },
      jwks: jwksOf(keys),
      cookieKeys: keys.cookieKeys,
      policy: createPolicy({ clientOf }),
      secretPlaceholder: randomId(),
      fetch,
      now,
    }),
  )
  // the origin middleware has replaced every forwarded header by what the configuration says
  provider.proxy = true
  Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
    value(this: { clientId: string }, actual: string) {
      const client = clientOf(this.clientId)
      return client !== undefined && knowsSecret(client, actual)
    },
  })
  for (const id of clients.keys()) await provider.Client.find(id)
  reportEvents(provider, { tenant: tenant.id, audit, log })
  const answer = provider.callback()

  const cookiePath = tenant.mountPath || '/'
  const { logout, endSession } = createLogout({ provider, records, audit, tenant: tenant.id, cookiePath, randomId })

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

  /** Another person than the one of this browser's session: the library would show a form of its own. The old session ends. */
  const makeRoomFor = async (req: IncomingMessage, res: ServerResponse, interaction: Interaction, sub: string) => {
    if (interaction.session === undefined || interaction.session.accountId === sub) return
    const session = await provider.Session.findByUid(interaction.session.uid)
    if (session) await endSession(req, res, session)
    interaction.session = undefined
    await interaction.persist()
  }

  const complete = async (req: IncomingMessage, res: ServerResponse, citizen: Citizen): Promise<string> => {
    if (citizen.fiscalNumber === undefined) throw new GatewayError('saml_fiscal_number_invalid')
    const interaction = await provider.interactionDetails(req, res)
    const client = clientOf(String(interaction.params.client_id))
    if (!client) throw new GatewayError('oidc_request_invalid')
    const sub = subjectOf(subjectKey, tenant.sector, citizen.fiscalNumber)
    await makeRoomFor(req, res, interaction, sub)

    const grant = new provider.Grant({ accountId: sub, clientId: client.id })
    grant.addOIDCScope(
      String(interaction.params.scope ?? '')
        .split(' ')
        .filter((scope) => scopes.includes(scope)),
    )
    grant.addOIDCClaims([...loginClaims, ...client.claims.flatMap((name) => catalogue[name]?.names ?? [])])
    const grantId = await grant.save()
    await logins.put(grantId, { sub, citizen, declared: client.claims }, lifetimes.session)

    return provider.interactionResult(req, res, {
      login: { accountId: sub, acr: classOfLevel(citizen.level), amr: amrOf(citizen), ts: citizen.authTime },
      consent: { grantId },
      select_account: {},
    })
  }

  return {
    handle: (req, res) => Promise.resolve(answer(req, res)),
    handles: (path) => OWN_ROUTES.test(path),
    loginUnderWay,
    complete,
    refuse: (req, res, error) => provider.interactionResult(req, res, { error }, { mergeWithLastSubmission: false }),
    logout,
    clientOf,
  }
}
