/** A test identity provider as far as the protocol goes: what it publishes, what it reads, what it answers. No pages. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import type { Level, TestCitizen } from '../citizens.ts'
import { cieAttributes, type NameStyle } from './attributes.ts'
import { idpMetadata, type MetadataParts } from './metadata.ts'
import type { AuthnRequest, Binding } from './read-request.ts'
import { type Anomaly, acsUrlOf, answeredAnomaly, pageAnomaly } from './request-anomalies.ts'
import { buildResponse, type Signer, signResponse } from './response.ts'
import type { ServiceProvider } from './service-providers.ts'
import { statusOf } from './status.ts'

export interface IdentityProviderOptions extends Signer {
  readonly entityId: string
  /** In front of every path of its own, without a trailing slash. */
  readonly baseUrl: string
  readonly kind: 'spid' | 'cie'
  /** What the pages and the metadata call it. */
  readonly name?: string
  readonly serviceProviders: readonly ServiceProvider[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Default both. */
  readonly bindings?: readonly Binding[]
  /** Default: CIE in capitals, SPID as registered. */
  readonly style?: NameStyle
}

export interface Answer {
  readonly samlRequest: AuthnRequest
  readonly citizen: TestCitizen
  /** The level reached. */
  readonly level: Level
  /** Changes the unsigned Response. */
  readonly mutate?: (xml: string) => string
  /** Default `both`. `wrong-key`: both, with a key that nobody knows. */
  readonly sign?: 'both' | 'assertion' | 'response' | 'none' | 'wrong-key'
  /** 8 to 30: an error Response. */
  readonly errorCode?: number
  readonly now?: number
}

export interface Post {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** `page`: shown here, HTTP 403; `answered`: told to the service provider; neither: go on. */
export type Reception =
  | { readonly page: Anomaly }
  | { readonly answered: Anomaly; readonly sp: ServiceProvider }
  | { readonly sp: ServiceProvider; readonly attributes: readonly string[]; readonly level: Level }

export interface IdentityProvider {
  readonly entityId: string
  readonly baseUrl: string
  readonly kind: 'spid' | 'cie'
  readonly name: string
  readonly metadata: MetadataParts
  metadataXml(): string
  /** Address of that binding; undefined when it is not offered. */
  ssoUrl(binding: Binding): string | undefined
  receive(request: AuthnRequest): Reception
  respond(answer: Answer): Post
}

const PATHS = {
  spid: { redirect: '/sso/redirect', post: '/sso/post', slo: '/slo' },
  // The paths of the real one (docs/rules/cie.md A1).
  cie: {
    redirect: '/idp/profile/SAML2/Redirect/SSO',
    post: '/idp/profile/SAML2/POST/SSO',
    slo: '/idp/profile/SAML2/Redirect/SLO',
  },
} as const

/** Made when first needed: only tests and the "wrong signature" button use it. */
let strangerKey: KeyObject | undefined
const wrongKey = () => {
  strangerKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  return strangerKey
}

const SIGNED = {
  both: { assertion: true, response: true },
  'wrong-key': { assertion: true, response: true },
  assertion: { assertion: true, response: false },
  response: { assertion: false, response: true },
  none: { assertion: false, response: false },
} as const

export const createIdentityProvider = (options: IdentityProviderOptions): IdentityProvider => {
  const { entityId, baseUrl, kind, key, certificate, serviceProviders, now, bindings = ['redirect', 'post'] } = options
  const name = options.name ?? new URL(entityId).host
  const style: NameStyle = options.style ?? (kind === 'cie' ? 'upper case' : 'as registered')
  const code = name
    .replace(/[^A-Za-z]/g, '')
    .padEnd(4, 'X')
    .slice(0, 4)
    .toUpperCase()
  const ssoUrl = (binding: Binding) => (bindings.includes(binding) ? baseUrl + PATHS[kind][binding] : undefined)
  const [redirectUrl, postUrl] = [ssoUrl('redirect'), ssoUrl('post')]
  const metadata: MetadataParts = {
    entityId,
    name,
    certificate,
    sso: { ...(redirectUrl ? { redirect: redirectUrl } : {}), ...(postUrl ? { post: postUrl } : {}) },
    slo: baseUrl + PATHS[kind].slo,
  }

  const spOf = (request: AuthnRequest) => serviceProviders.find((sp) => sp.entityId === request.issuer?.value)
  const askedAttributes = (request: AuthnRequest): readonly string[] => {
    if (kind === 'cie') return cieAttributes
    const set = spOf(request)?.attributeSets.find(({ index }) => String(index) === request.attributeSetIndex)
    return set?.attributes ?? []
  }
  const askedLevel = (request: AuthnRequest) => (Number(request.classes[0]?.slice(-1)) || 1) as Level

  const receive = (request: AuthnRequest): Reception => {
    const sp = spOf(request)
    const receiver = { kind, entityId, ssoUrl: ssoUrl(request.binding) ?? '', now: now() }
    const page = pageAnomaly(request, sp, receiver)
    if (page !== undefined || sp === undefined) return { page: page ?? { code: 10, reason: 'Issuer' } }
    const answered = answeredAnomaly(request, sp, receiver)
    if (answered !== undefined) return { answered, sp }
    return { sp, attributes: askedAttributes(request), level: askedLevel(request) }
  }

  const respond = ({
    samlRequest,
    citizen,
    level,
    mutate,
    sign = 'both',
    errorCode,
    now: at = now(),
  }: Answer): Post => {
    const sp = spOf(samlRequest)
    // Code 16: an answer about a wrong ACS goes to the default one.
    const acsUrl = (sp && (acsUrlOf(samlRequest, sp) ?? sp.acsUrls[0])) ?? samlRequest.acsUrl ?? ''
    const needsSession = kind === 'cie' || askedLevel(samlRequest) === 1
    const built = buildResponse({
      idp: { entityId, kind, code, style },
      request: { requestId: samlRequest.id ?? '', acsUrl, spEntityId: samlRequest.issuer?.value ?? '' },
      citizen,
      level,
      attributes: askedAttributes(samlRequest),
      now: at,
      ...(needsSession ? { sessionIndex: `_${randomUUID()}` } : {}),
      ...(errorCode === undefined ? {} : { status: statusOf(errorCode) }),
    })
    const signer = sign === 'wrong-key' ? { key: wrongKey(), certificate } : { key, certificate }
    const signed = signResponse(mutate?.(built) ?? built, signer, SIGNED[sign])
    const { relayState } = samlRequest
    const fields = {
      SAMLResponse: Buffer.from(signed).toString('base64'),
      ...(relayState === undefined ? {} : { RelayState: relayState }),
    }
    return { action: acsUrl, fields }
  }

  return { entityId, baseUrl, kind, name, metadata, metadataXml: () => idpMetadata(metadata), ssoUrl, receive, respond }
}
