/** What an authorization request asks for, of what its client may have. */
import type { Client } from '../tenant/tenant.ts'
import { catalogue, loginClaims } from './catalogue.ts'

/** The parameters letter by letter; `claims` is JSON, already checked. */
export interface ClaimsRequest {
  readonly scope?: unknown
  readonly claims?: unknown
}

/** Granted to every client. What else there is must be declared: it has its own claims and nothing besides. */
const STANDARD: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'phone',
  'address',
  'fiscal_number',
  'offline_access',
])

const scopesIn = ({ scope }: ClaimsRequest): readonly string[] => String(scope ?? '').split(' ')

/** The scopes of the request that this client may have; the others are passed over, as OpenID Connect Core 3.1.2.1 wants. */
export const scopesGranted = (client: Pick<Client, 'claims' | 'scopeClaims'>, request: ClaimsRequest): string[] => {
  const declared = client.claims.flatMap((name) => catalogue[name]?.scopes ?? [])
  const allowed = new Set([...STANDARD, ...declared, ...Object.keys(client.scopeClaims)])
  return scopesIn(request).filter((scope) => allowed.has(scope))
}

/** Every claim that a request of this client can name in its `claims` parameter and get. */
export const claimsGrantable = ({ claims, emailFallback }: Pick<Client, 'claims' | 'emailFallback'>): string[] => {
  const declared = emailFallback === 'none' ? claims : [...claims, 'email']
  return [...loginClaims, ...declared.flatMap((name) => catalogue[name]?.names ?? [])]
}

/** The names of ours that the requested scopes of another system give under theirs. */
const sourcesAsked = ({ scopeClaims }: Pick<Client, 'scopeClaims'>, scopes: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    Object.entries(scopeClaims)
      .filter(([scope]) => scopes.has(scope))
      .flatMap(([, claims]) => Object.values(claims))
      .flatMap((source) => (typeof source === 'string' ? [source] : Object.values(source))),
  )

/** About the person, declared and asked for: by the names of the tenant file, as the login page lists them. */
export const claimsAsked = (
  client: Pick<Client, 'claims' | 'idTokenClaims' | 'scopeClaims'>,
  request: ClaimsRequest,
): readonly string[] => {
  const scopes = new Set(scopesIn(request))
  const sources = sourcesAsked(client, scopes)
  const { userinfo = {}, id_token = {} } =
    typeof request.claims === 'string' ? (JSON.parse(request.claims) as { userinfo?: object; id_token?: object }) : {}
  return client.claims.filter((declared) => {
    const { scopes: asking = [], names = [] } = catalogue[declared] ?? {}
    return (
      // made of nothing personal
      declared !== 'preferred_username' &&
      (asking.some((scope) => scopes.has(scope)) ||
        names.some((name) => name in userinfo || sources.has(name)) ||
        sources.has(declared) ||
        (client.idTokenClaims.includes(declared) && names.some((name) => name in id_token)))
    )
  })
}
