/** A test identity provider as far as the protocol goes: what it publishes, what it reads, what it answers. No pages. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { citizens, foreigners, type Level, type TestCitizen } from '../citizens.ts'
import { cieAttributes, type NameStyle } from './attributes.ts'
import { carry, type IdpSession, type LogoutMessage, logoutRequestXml, logoutResponseXml, type Sent } from './logout.ts'
import { idpMetadata, type MetadataParts } from './metadata.ts'
import { type AuthnRequest, type Binding, isSignedBy } from './read-request.ts'
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
  /** The Italian eIDAS node: SPID's protocol, signed with SHA-512, for people of other countries (docs/rules/spid-saml.md 11). */
  readonly foreign?: boolean
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
  readonly foreign: boolean
  /** Who can enter here. */
  readonly people: readonly TestCitizen[]
  readonly metadata: MetadataParts
  metadataXml(): string
  /** Address of that binding; undefined when it is not offered. */
  ssoUrl(binding: Binding): string | undefined
  receive(request: AuthnRequest): Reception
  respond(answer: Answer): Post
  /** Who sent a logout message, or what is wrong with it: then nobody may act on it. */
  receiveLogout(message: LogoutMessage): { readonly sp: ServiceProvider } | { readonly reason: string }
  /** The last login at level 1 that was answered to this service provider. */
  lastSession(sp: ServiceProvider): IdpSession | undefined
  requestLogout(sp: ServiceProvider, session: IdpSession, binding: Binding, relayState?: string): Sent
  respondLogout(sp: ServiceProvider, request: LogoutMessage, options: { readonly partial: boolean }): Sent
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
  const { foreign = false } = options
  const people = foreign ? foreigners : citizens
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
    // The real CIE takes logouts by redirect only, and never answers (docs/rules/cie.md A6).
    slo: Object.fromEntries(
      bindings.filter((one) => kind === 'spid' || one === 'redirect').map((one) => [one, baseUrl + PATHS[kind].slo]),
    ),
  }
  const sessions = new Map<string, IdpSession>()

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
    const session = { nameId: `_${randomUUID()}`, sessionIndex: `_${randomUUID()}` }
    if (sp && needsSession && errorCode === undefined) sessions.set(sp.entityId, session)
    const built = buildResponse({
      idp: { entityId, kind, code, style },
      request: { requestId: samlRequest.id ?? '', acsUrl, spEntityId: samlRequest.issuer?.value ?? '' },
      citizen,
      level,
      attributes: askedAttributes(samlRequest),
      now: at,
      nameId: session.nameId,
      ...(needsSession ? { sessionIndex: session.sessionIndex } : {}),
      ...(errorCode === undefined ? {} : { status: statusOf(errorCode) }),
    })
    const digest = foreign ? 'sha512' : 'sha256'
    const signer = { key: sign === 'wrong-key' ? wrongKey() : key, certificate, digest } as const
    const signed = signResponse(mutate?.(built) ?? built, signer, SIGNED[sign])
    const { relayState } = samlRequest
    const fields = {
      SAMLResponse: Buffer.from(signed).toString('base64'),
      ...(relayState === undefined ? {} : { RelayState: relayState }),
    }
    return { action: acsUrl, fields }
  }

  return {
    entityId,
    baseUrl,
    kind,
    name,
    foreign,
    people,
    metadata,
    metadataXml: () => idpMetadata(metadata),
    ssoUrl,
    receive,
    respond,
    receiveLogout: (message) => {
      const sp = serviceProviders.find((one) => one.entityId === message.issuer)
      if (sp === undefined) return { reason: `Issuer ${message.issuer ?? 'assente'}` }
      if (!isSignedBy(message, sp.certificate)) return { reason: 'firma' }
      if (message.destination !== baseUrl + PATHS[kind].slo) return { reason: `Destination ${message.destination}` }
      return { sp }
    },
    lastSession: (sp) => sessions.get(sp.entityId),
    requestLogout: (sp, session, binding, relayState) => {
      const destination = sloUrlOf(sp)
      const xml = logoutRequestXml({ idp: entityId, destination, now: now() }, session)
      return carry(xml, { binding, destination, relayState, signer: { key, certificate } })
    },
    respondLogout: (sp, { id = '', binding, relayState }, options) => {
      const destination = sloUrlOf(sp)
      const xml = logoutResponseXml({ idp: entityId, destination, now: now() }, id, options)
      return carry(xml, { binding, destination, relayState, signer: { key, certificate } })
    },
  }
}

/** Stands in the metadata; here beside the ACS. */
const sloUrlOf = ({ acsUrls }: ServiceProvider) => (acsUrls[0] ?? '').replace(/acs$/, 'slo')
