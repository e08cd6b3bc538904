/** Every value of a tenant that counts, under the key by which a file would say it, with the place that said it. */
import { type Path, pathText } from '../config/problem.ts'
import type { Plain } from '../config/yaml-edit.ts'
import { mergedBelow } from './shared-schema.ts'
import type { Client, Tenant } from './tenant.ts'

export type Origin = 'tenant' | 'region' | 'gateway' | 'default' | `preset ${string}`

export interface EffectiveValue {
  /** `clients[0].min_level` */
  readonly path: string
  readonly value: Plain
  readonly origin: Origin
}

type Row = readonly [path: Path, value: unknown, unwritten?: Origin]

/** What the region's file says by the same key as a tenant's. */
const REGIONAL = ['helpdesk', 'legal', 'lifetimes']

/**
 * @param file the tenant's, as it is written; secrets are shown as they stand there
 * @param region the region's, as it is written
 */
export const effectiveOf = (tenant: Tenant, file: unknown, region: unknown): readonly EffectiveValue[] => {
  const known = [
    ...aboutTenant(tenant),
    ...tenant.clients.flatMap((client, index) => aboutClient(client, index, file)),
  ].filter(([, value]) => value !== undefined)
  const shown = new Set(known.map(([path]) => pathText(path)))
  const isShown = (path: Path) => path.some((_, at) => shown.has(pathText(path.slice(0, at + 1))))
  // what only this tenant or its region says: nothing stands for it elsewhere
  const others = leavesOf(mergedBelow((region as Block | undefined)?.tenants, file)).filter(([path]) => !isShown(path))
  return [...known, ...others].map(([path, value, unwritten = 'default']) => ({
    path: pathText(path),
    value: value as Plain,
    origin: originOf(path, file, region) ?? unwritten,
  }))
}

type Block = Readonly<Record<string, unknown>>

/** Blocks are opened, and the list of the clients; any other list is one value. */
const leavesOf = (value: unknown, path: Path = []): readonly Row[] => {
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && pathText(path) !== 'clients'))
    return [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

const originOf = (path: Path, file: unknown, region: unknown): Origin | undefined => {
  if (at(file, path) !== undefined) return 'tenant'
  const inRegion = REGIONAL.includes(String(path[0])) ? path : ['tenants', ...path]
  return at(region, inRegion) === undefined ? undefined : 'region'
}

/** `eidas` is asked for, the others are there wherever the gateway has them. */
const aboutTenant = (tenant: Tenant): readonly Row[] => {
  const { helpdesk, legal, lifetimes, methods, spid, cie, branding } = tenant
  return [
    [['id'], tenant.id],
    [['kind'], tenant.kind],
    [['state'], tenant.state],
    [['issuer'], tenant.issuer, 'gateway'],
    [['host'], tenant.host],
    [['sector'], tenant.sector],
    [['succeeded_by'], tenant.succeededBy],
    [['organisation', 'ipa_code'], tenant.ipaCode],
    [['organisation', 'ipa_category'], tenant.ipaCategory],
    [['organisation', 'belfiore'], tenant.belfiore],
    [['organisation', 'province'], tenant.province],
    [['organisation', 'names'], tenant.names],
    [['organisation', 'display_names'], tenant.displayNames],
    [['organisation', 'urls'], tenant.urls],
    [['organisation', 'city'], tenant.city],
    [['site_url'], tenant.siteUrl],
    [['languages'], tenant.languages],
    ...(['phone', 'email', 'hours', 'formUrl'] as const).map((key): Row => [['helpdesk', snake(key)], helpdesk[key]]),
    ...(['privacyUrl', 'accessibilityUrl', 'accessibilityDeclared', 'notesUrl'] as const).map(
      (key): Row => [['legal', snake(key)], legal[key]],
    ),
    ...(['agreement', 'spidMetadata', 'cieMetadata'] as const).map(
      (key): Row => [['golive', snake(key)], tenant.golive[key]],
    ),
    [['branding', 'colour'], branding.colour],
    [['branding', 'text'], branding.text],
    [['branding', 'logo'], branding.logo && 'a picture'],
    ...(['spid', 'cie', 'cns', 'eidas'] as const).map(
      (key): Row => [['methods', key], methods[key], key === 'eidas' ? 'default' : 'gateway'],
    ),
    [['federation', 'spid', 'profile'], spid.profile],
    [['federation', 'spid', 'entity_id'], spid.entityId, 'gateway'],
    [['federation', 'spid', 'acs_url'], spid.acsUrl, 'gateway'],
    [['federation', 'spid', 'slo_url'], spid.sloUrl, 'gateway'],
    [
      ['federation', 'spid', 'attribute_sets'],
      spid.attributeSets.map(({ index, name, attributes }) => ({ index, name, attributes })),
    ],
    [['federation', 'cie', 'entity_id'], cie.entityId, 'gateway'],
    [['federation', 'cie', 'acs_url'], cie.acsUrl, 'gateway'],
    [['federation', 'cie', 'slo_url'], cie.sloUrl, 'gateway'],
    [['federation', 'cie', 'service_uuid'], cie.attributeSets[0]?.serviceUuid],
    ...(['code', 'accessToken', 'idToken', 'interaction', 'refreshToken'] as const).map(
      (key): Row => [['lifetimes', snake(key)], lifetimes[key]],
    ),
    [['single_sign_on', 'hours'], tenant.singleSignOn && tenant.singleSignOn.seconds / 3600],
  ]
}

const aboutClient = (client: Client, index: number, file: unknown): readonly Row[] => {
  const preset = `preset ${client.preset}` as const
  const rows: readonly Row[] = [
    [['id'], client.id],
    [['preset'], client.preset],
    [['names'], client.names],
    [['url'], client.url],
    [['initiate_login_uri'], client.initiateLoginUri],
    [['redirect_uris'], client.redirectUris],
    [['post_logout_redirect_uris'], client.postLogoutRedirectUris],
    [['backchannel_logout_uri'], client.backchannelLogout?.uri],
    [['min_level'], client.minLevel],
    [['claims'], client.claims, preset],
    [['id_token_claims'], client.idTokenClaims],
    [['email_fallback'], client.emailFallback],
    [['name_fallback'], client.nameFallback, preset],
    [['acr_response'], client.acrResponse, preset],
    [['state_lifetime'], client.stateLifetime, preset],
    [['attribute_set'], client.attributeSet],
    [['purpose'], client.purpose],
    [['auth'], client.auth, preset],
    [['secrets'], at(file, ['clients', index, 'secrets'])],
    [['jwks_uri'], client.jwksUri],
    [['pkce'], client.pkce, preset],
    [['refresh_tokens'], client.refreshTokens],
    [['id_token_signed_response_alg'], client.idTokenSignedResponseAlg],
    [['userinfo_signed_response_alg'], client.userinfoSignedResponseAlg],
  ]
  return rows.map(([path, ...rest]) => [['clients', index, ...path], ...rest])
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  )
