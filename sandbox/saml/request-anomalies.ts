/**
 * What an identity provider finds wrong with a request: the national anomaly table, as a strict provider applies it.
 * Sources: docs/rules/spid-saml.md 4 and 8, docs/rules/cie.md A3 and A5.
 */
import { type AuthnRequest, isSignedBy } from './read-request.ts'
import type { ServiceProvider } from './service-providers.ts'

export interface Anomaly {
  readonly code: number
  /** What exactly, for who is setting up a gateway. */
  readonly reason: string
}

export interface Receiver {
  readonly kind: 'spid' | 'cie'
  readonly entityId: string
  /** Where the request arrived. */
  readonly ssoUrl: string
  /** Milliseconds since 1970. */
  readonly now: number
}

const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const CLASS = /^https:\/\/www\.spid\.gov\.it\/SpidL[123]$/
const NCNAME = /^[A-Za-z_][\w.-]*$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const TOLERANCE = 5 * 60_000

/** Codes 5, 7 and 10: shown by the provider itself, for nobody knows whom an answer should go to. */
export const pageAnomaly = (
  request: AuthnRequest,
  sp: ServiceProvider | undefined,
  { kind }: Receiver,
): Anomaly | undefined => {
  const { issuer } = request
  if (issuer === undefined || sp === undefined) return { code: 10, reason: `Issuer ${issuer?.value ?? 'assente'}` }
  const strict = kind === 'spid' || issuer.format !== undefined
  if (strict && issuer.format !== ENTITY) return { code: 10, reason: 'Issuer senza Format entity' }
  if (kind === 'spid' && !issuer.nameQualifier) return { code: 10, reason: 'Issuer senza NameQualifier' }
  if (!isSignedBy(request, sp.certificate)) return { code: request.binding === 'redirect' ? 5 : 7, reason: 'firma' }
  return undefined
}

type Rule = (request: AuthnRequest, sp: ServiceProvider, receiver: Receiver) => string | undefined | false
const level = (request: AuthnRequest) => Number(request.classes[0]?.slice(-1))

const rules: readonly (readonly [code: number, rule: Rule])[] = [
  [9, ({ version }) => version !== '2.0' && `Version ${version}`],
  [11, ({ id }) => !NCNAME.test(id ?? '') && `ID ${id}`],
  [13, ({ issueInstant }, _, { now }) => !isNear(issueInstant, now) && `IssueInstant ${issueInstant}`],
  [
    14,
    ({ destination }, _, { kind, ssoUrl, entityId }) =>
      destination !== ssoUrl && !(kind === 'spid' && destination === entityId) && `Destination ${destination}`,
  ],
  [15, ({ isPassive }) => isPassive !== undefined && isPassive !== 'false' && `IsPassive ${isPassive}`],
  [16, (request, sp) => acsUrlOf(request, sp) === undefined && 'AssertionConsumerService'],
  [17, ({ nameIdPolicy }) => nameIdPolicy?.format !== TRANSIENT && `NameIDPolicy ${nameIdPolicy?.format}`],
  [8, ({ nameIdPolicy }) => nameIdPolicy?.allowCreate !== undefined && 'AllowCreate non è ammesso'],
  [12, ({ classes }) => (classes.length !== 1 || !CLASS.test(classes[0] ?? '')) && `AuthnContextClassRef ${classes}`],
  [12, ({ comparison }, _, { kind }) => !comparisons[kind].includes(comparison ?? '') && `Comparison ${comparison}`],
  [
    8,
    (request, _, { kind }) =>
      (kind === 'cie' || level(request) > 1) &&
      !['true', '1'].includes(request.forceAuthn ?? '') &&
      'ForceAuthn assente',
  ],
  [
    8,
    ({ relayState = '' }) =>
      (relayState === '' || relayState.includes('http') || relayState.length > 80) && 'RelayState',
  ],
  [
    18,
    ({ attributeSetIndex }, sp) =>
      !sp.attributeSets.some(({ index }) => String(index) === attributeSetIndex) && `indice ${attributeSetIndex}`,
  ],
]

const comparisons = { spid: ['exact', 'minimum', 'better', 'maximum'], cie: ['exact', 'minimum'] }
const isNear = (instant: string | undefined, now: number) =>
  INSTANT.test(instant ?? '') && Math.abs(Date.parse(instant ?? '') - now) <= TOLERANCE

/** Where the answer goes: by index, or by URL and binding, never both (code 16). Undefined when it is none of the SP's. */
export const acsUrlOf = (request: AuthnRequest, sp: ServiceProvider): string | undefined => {
  if (request.acsIndex !== undefined) {
    return request.acsUrl === undefined && request.protocolBinding === undefined
      ? sp.acsUrls[Number(request.acsIndex)]
      : undefined
  }
  return request.protocolBinding === POST ? sp.acsUrls.find((url) => url === request.acsUrl) : undefined
}

/** Codes 8, 9, 11 to 18: answered to the service provider. */
export const answeredAnomaly = (
  request: AuthnRequest,
  sp: ServiceProvider,
  receiver: Receiver,
): Anomaly | undefined => {
  for (const [code, rule] of rules) {
    const reason = rule(request, sp, receiver)
    if (reason) return { code, reason }
  }
  return undefined
}
