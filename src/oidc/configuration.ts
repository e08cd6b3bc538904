/** Tenant → configuration of its oidc-provider. Pure: the same tenant and parts give the same configuration. */
import type { IncomingMessage } from 'node:http'
import type { Configuration, Interaction, JWKS, Client as RegisteredClient } from 'oidc-provider'
import { authnContextClasses, type Level } from '../citizen/assurance.ts'
import { claimsByScope } from '../claims/catalogue.ts'
import { algorithms } from '../keyring/signing-key.ts'
import { cookieName } from '../tenant/cookie-name.ts'
import { clientSigningAlgorithms } from '../tenant/jwk-set.ts'
import { authMethods } from '../tenant/presets.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { assertClaimsParameter } from './claims-parameter.ts'
import { assertionRules, withoutCaching } from './client-authentication.ts'
import { cookieSignatures } from './cookie-keys.ts'
import { discoveryOf } from './discovery.ts'
import { routes } from './endpoints.ts'
import { longestRenewal } from './refresh.ts'

/** Seconds from the login. */
export const SESSION = 8 * 3600

/** Seconds after the login. What a tenant's single sign-on lets it serve others may be less, never more. */
export const sessionLife = ({ singleSignOn }: Tenant): number => Math.max(SESSION, singleSignOn?.seconds ?? 0)

type Parts = Required<Pick<Configuration, 'adapter' | 'findAccount' | 'renderError' | 'loadExistingGrant' | 'jwks'>> & {
  fetch: typeof globalThis.fetch
  policy: NonNullable<NonNullable<Configuration['interactions']>['policy']>
  cookieKeys: readonly string[]
  /** Placeholder for clients that have a secret: the real ones are known by hash and compared in provider.ts. */
  secretPlaceholder: string
  now: () => number
  /** Told of each login that begins, before it is stored. */
  began: (req: IncomingMessage, interaction: Interaction) => void
}

/** Path below the tenant of everything about one login; oidc-provider scopes the interaction cookie to exactly this path. */
export const loginPath = (tenant: Tenant, uid: string) => `${tenant.mountPath}/login/${uid}`

const clientMetadata = (client: Client, secretPlaceholder: string) => ({
  client_id: client.id,
  client_name: client.names.it,
  client_uri: client.url,
  redirect_uris: [...client.redirectUris],
  post_logout_redirect_uris: [...client.postLogoutRedirectUris],
  ...(client.backchannelLogout && {
    backchannel_logout_uri: client.backchannelLogout.uri,
    backchannel_logout_session_required: client.backchannelLogout.sessionRequired,
  }),
  token_endpoint_auth_method: client.auth,
  ...(client.secrets.length > 0 && { client_secret: secretPlaceholder }),
  ...(client.jwks !== undefined && { jwks: structuredClone(client.jwks) as JWKS }),
  ...(client.jwksUri !== undefined && { jwks_uri: client.jwksUri }),
  ...(client.userinfoSignedResponseAlg && { userinfo_signed_response_alg: client.userinfoSignedResponseAlg }),
  grant_types: ['authorization_code', ...(client.refreshTokens ? ['refresh_token'] : [])],
  response_types: ['code' as const],
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
})

/** A page of a client without a secret may ask for tokens by JavaScript. One with a secret has no business in a browser. */
const isOwnPage = (client: RegisteredClient, origin: string) =>
  client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin)

/** Seconds, never 0, which the library refuses. Session and renewal are absolute: counted from the login, not from the last request. */
const ttlOf = (tenant: Tenant, { now, began }: Pick<Parts, 'now' | 'began'>): NonNullable<Configuration['ttl']> => {
  const left = (since: number, life: number) => Math.max(1, since + life - Math.floor(now() / 1000))
  const { lifetimes } = tenant
  const most = lifetimes.refreshToken
  return {
    AuthorizationCode: lifetimes.code,
    AccessToken: lifetimes.accessToken,
    IdToken: lifetimes.idToken,
    // the library shows a login nowhere else before it stores it
    Interaction: ({ req }, interaction) => {
      began(req, interaction)
      return lifetimes.interaction
    },
    Grant: SESSION,
    Session: (_ctx, session) => left(session.loginTs ?? Math.floor(now() / 1000), sessionLife(tenant)),
    // by what the login reached: the token's `acr` may be the lower one that its client asked for (`acr_response`)
    RefreshToken: ({ oidc: { account } }, token) =>
      left(token.authTime ?? 0, longestRenewal((account?.level as Level | undefined) ?? 3, { most, session: SESSION })),
  }
}

export const configurationFor = (tenant: Tenant, parts: Parts): Configuration => ({
  adapter: parts.adapter,
  clients: tenant.clients.map((client) => clientMetadata(client, parts.secretPlaceholder)),
  findAccount: parts.findAccount,
  loadExistingGrant: parts.loadExistingGrant,
  renderError: parts.renderError,
  fetch: withoutCaching(parts.fetch),
  jwks: parts.jwks,
  routes,
  claims: claimsByScope(tenant.clients),
  scopes: ['openid', ...(tenant.clients.some(({ refreshTokens }) => refreshTokens) ? ['offline_access'] : [])],
  rotateRefreshToken: true,
  acrValues: [...authnContextClasses],
  // the level is checked by our own policy; the library compares for equality
  conformIdTokenClaims: false,
  subjectTypes: ['public'],
  responseTypes: ['code'],
  extraParams: ['idp_hint'],
  pkce: { required: (_ctx, { clientId }) => tenant.clients.find(({ id }) => id === clientId)?.pkce !== 'optional' },
  clientAuthMethods: [...authMethods],
  assertJwtClientAuthClaimsAndHeader: assertionRules(parts),
  clientBasedCORS: (_ctx, origin, client) => isOwnPage(client, origin),
  discovery: discoveryOf(tenant),
  enabledJWA: {
    idTokenSigningAlgValues: [...algorithms],
    userinfoSigningAlgValues: [...algorithms],
    introspectionSigningAlgValues: [...algorithms],
    authorizationSigningAlgValues: [...algorithms],
    requestObjectSigningAlgValues: ['RS256'],
    clientAuthSigningAlgValues: [...clientSigningAlgorithms],
  },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
    // for the metadata; what is sent, when and how often is backchannel.ts
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: { enabled: false },
    dPoP: { enabled: false },
    userinfo: { enabled: true },
    jwtUserinfo: { enabled: true },
    // a token says something, or ends, for the client that it was issued to: a public one proves nothing about itself
    introspection: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) =>
        client.clientAuthMethod !== 'none' && token.clientId === client.clientId,
    },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    // keys that are parsed once, and public halves that verify hints: src/oidc/keys.ts
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
  },
  interactions: {
    policy: parts.policy,
    url: (_ctx, { uid, params }) => `${loginPath(tenant, uid)}?c=${encodeURIComponent(String(params.client_id))}`,
  },
  cookies: {
    keys: cookieSignatures(parts.cookieKeys),
    names: {
      interaction: cookieName(tenant, 'interaction', 'login'),
      resume: cookieName(tenant, 'resume', 'login'),
      session: cookieName(tenant, 'session', 'tenant'),
    },
    // `finish` ends a cross-site chain of redirects: Lax arrives there, Strict would not
    long: { signed: true, httpOnly: true, sameSite: 'lax', path: tenant.mountPath || '/' },
    short: { signed: true, httpOnly: true, sameSite: 'lax' },
  },
  ttl: ttlOf(tenant, parts),
})
