/**
 * LogoutRequest and LogoutResponse as typed values: written in the form that exclusive canonicalisation gives them, read
 * from verified bytes only. Source: docs/rules/spid-saml.md section 6, SAML core 3.7.
 */
import { GatewayError } from '../../errors.ts'
import type { SamlSession } from '../upstream.ts'
import { assertId, assertVersion, CLOCK_SKEW, millisecondsOf } from './checks/check.ts'
import type { ElementNode } from './tree.ts'
import { attributeOf, childNamed, childrenNamed, escapeAttribute, escapeText, namespaces, textOf } from './xml.ts'

/** What both messages of ours begin with. */
export interface LogoutEnvelope {
  /** An NCName. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** The exact address of the binding used. */
  readonly destination: string
  /** EntityID of the tenant. */
  readonly issuer: string
}

/** How a logout ended here; `unknown_principal`: the request names nobody that we could look for. */
export type LogoutStatus = 'success' | 'unknown_principal'

const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'
const SUCCESS = `${STATUS}Success`
const PARTIAL = `${STATUS}PartialLogout`
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/** How long a provider's message may have been on its way through the browser: as long as its assertions live. */
const FRESH = 5 * 60_000

const statusXml: Readonly<Record<LogoutStatus, string>> = {
  success: `<samlp:StatusCode Value="${SUCCESS}"></samlp:StatusCode>`,
  unknown_principal: `<samlp:StatusCode Value="${STATUS}Requester"><samlp:StatusCode Value="${STATUS}UnknownPrincipal"></samlp:StatusCode></samlp:StatusCode>`,
}

const open = (name: string, { id, issuedAt, destination, issuer }: LogoutEnvelope, inResponseTo?: string): string => {
  const answered = inResponseTo === undefined ? '' : ` InResponseTo="${escapeAttribute(inResponseTo)}"`
  const instant = new Date(issuedAt).toISOString()
  return [
    `<samlp:${name} xmlns:samlp="${namespaces.protocol}" Destination="${escapeAttribute(destination)}"`,
    ` ID="${escapeAttribute(id)}"${answered} IssueInstant="${instant}" Version="2.0">`,
    `<saml:Issuer xmlns:saml="${namespaces.assertion}" Format="${ENTITY}" NameQualifier="${escapeAttribute(issuer)}">`,
    `${escapeText(issuer)}</saml:Issuer>`,
  ].join('')
}

/** Canonical. `signature` stands right after the Issuer. */
export const logoutRequestXml = (envelope: LogoutEnvelope, session: SamlSession, signature = ''): string =>
  [
    open('LogoutRequest', envelope),
    signature,
    `<saml:NameID xmlns:saml="${namespaces.assertion}" Format="${TRANSIENT}" NameQualifier="${escapeAttribute(session.nameQualifier)}">`,
    `${escapeText(session.nameId)}</saml:NameID>`,
    `<samlp:SessionIndex>${escapeText(session.sessionIndex)}</samlp:SessionIndex></samlp:LogoutRequest>`,
  ].join('')

/** Canonical. `signature` stands right after the Issuer. */
export const logoutResponseXml = (
  envelope: LogoutEnvelope,
  { inResponseTo, status }: { readonly inResponseTo: string; readonly status: LogoutStatus },
  signature = '',
): string =>
  [
    open('LogoutResponse', envelope, inResponseTo),
    signature,
    `<samlp:Status>${statusXml[status]}</samlp:Status></samlp:LogoutResponse>`,
  ].join('')

/** Whom to log out, by what the provider calls them. */
export interface Departure {
  readonly nameId: string
  /** Empty: all sessions of that NameID (SAML core 3.7.1). */
  readonly sessionIndexes: readonly string[]
}

export interface Expected {
  /** EntityID of the provider whose certificates verified the message. */
  readonly idp: string
  /** Our address. */
  readonly destination: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * What both kinds must be: addressed to us by that provider, and fresh. `root` comes from verified bytes. Gives the ID.
 * Throws `saml_id_missing`, `saml_version_wrong`, `saml_issue_instant_invalid`, `saml_destination_mismatch`, `saml_issuer_mismatch`.
 */
export const checkEnvelope = (root: ElementNode, { idp, destination, now }: Expected): string => {
  const id = attributeOf(root, 'ID')
  assertId(id)
  assertVersion(attributeOf(root, 'Version'))
  const at = millisecondsOf(attributeOf(root, 'IssueInstant')) ?? Number.NaN
  if (!(at > now - FRESH - CLOCK_SKEW && at < now + CLOCK_SKEW)) throw new GatewayError('saml_issue_instant_invalid')
  // a signed message must name its receiver: SAML bindings 3.4.5.2, 3.5.5.2
  if (attributeOf(root, 'Destination') !== destination) throw new GatewayError('saml_destination_mismatch')
  if (issuerOf(root) !== idp) throw new GatewayError('saml_issuer_mismatch')
  return id ?? ''
}

export const issuerOf = (root: ElementNode): string | undefined => {
  const issuer = childNamed(root, namespaces.assertion, 'Issuer')
  return issuer && textOf(issuer)
}

/** `undefined` where it names nobody that we can read (no NameID, or an encrypted one). Throws `saml_issue_instant_invalid` when its time is over. */
export const readDeparture = (request: ElementNode, now: number): Departure | undefined => {
  const until = attributeOf(request, 'NotOnOrAfter')
  if (until !== undefined && !((millisecondsOf(until) ?? 0) > now - CLOCK_SKEW)) {
    throw new GatewayError('saml_issue_instant_invalid', 'NotOnOrAfter')
  }
  const nameId = childNamed(request, namespaces.assertion, 'NameID')
  if (nameId === undefined || textOf(nameId) === '') return undefined
  const sessionIndexes = childrenNamed(request, namespaces.protocol, 'SessionIndex').map(textOf)
  return { nameId: textOf(nameId), sessionIndexes }
}

/** `complete`: the provider ended everything; anything else (PartialLogout, an error) may leave the citizen connected there. */
export const readAnswer = (
  response: ElementNode,
): { readonly inResponseTo: string | undefined; readonly complete: boolean } => {
  const status = childNamed(response, namespaces.protocol, 'Status')
  const code = status && childNamed(status, namespaces.protocol, 'StatusCode')
  if (code === undefined) throw new GatewayError('saml_status_missing')
  const detail = childNamed(code, namespaces.protocol, 'StatusCode')
  const complete =
    attributeOf(code, 'Value') === SUCCESS && (detail === undefined || attributeOf(detail, 'Value') !== PARTIAL)
  return { inResponseTo: attributeOf(response, 'InResponseTo'), complete }
}
