/** Builds and signs Responses as the national providers send them. Sources: docs/rules/spid-saml.md 5.1, docs/rules/cie.md A4. */
import { type KeyObject, randomUUID } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import type { Level, TestCitizen } from '../citizens.ts'
import { attributeLabel, attributeValues, type NameStyle } from './attributes.ts'
import { type Status, statusMessage, success } from './status.ts'
import { childOf, parseXml, escapeXml as text } from './xml.ts'

const SAML = 'urn:oasis:names:tc:SAML:2.0'
const LIFE = 5 * 60_000

export interface ResponseIssuer {
  readonly entityId: string
  readonly kind: 'spid' | 'cie'
  /** The four letters in front of its SPID codes. */
  readonly code: string
  readonly style: NameStyle
}

export interface Answered {
  readonly requestId: string
  readonly acsUrl: string
  readonly spEntityId: string
}

export interface ResponseParts {
  readonly idp: ResponseIssuer
  readonly request: Answered
  readonly citizen: TestCitizen
  /** The level reached. */
  readonly level: Level
  /** SAML names. */
  readonly attributes: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
  readonly nameId: string
  /** SPID sends it after a request for level 1 only, CIE always. */
  readonly sessionIndex?: string
  /** An error: the Response has no Assertion. */
  readonly status?: Status
}

const newId = () => `_${randomUUID()}`
const instant = (milliseconds: number) => new Date(milliseconds).toISOString()

const statusXml = (status: Status | undefined): string => {
  if (status === undefined) return `<samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status>`
  const [top, sub] = status.values
  const inner = sub === undefined ? '' : `<samlp:StatusCode Value="${sub}"/>`
  return `<samlp:Status><samlp:StatusCode Value="${top}">${inner}</samlp:StatusCode><samlp:StatusMessage>${statusMessage(status.code)}</samlp:StatusMessage></samlp:Status>`
}

const attributeXml = ({ idp, citizen, attributes }: ResponseParts): string => {
  const values = attributeValues(attributes, citizen, { idpCode: idp.code, style: idp.style })
  const members = values.map(({ name, type, value }) => {
    // CIE knows no xs:date.
    const xsiType = idp.kind === 'cie' ? 'xs:string' : type
    const friendlyName = idp.kind === 'cie' ? ` FriendlyName="${text(attributeLabel(name))}"` : ''
    return `<saml:Attribute Name="${name}" NameFormat="${SAML}:attrname-format:basic"${friendlyName}><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${xsiType}">${text(value)}</saml:AttributeValue></saml:Attribute>`
  })
  return `<saml:AttributeStatement>${members.join('')}</saml:AttributeStatement>`
}

const assertionXml = (parts: ResponseParts): string => {
  const { idp, request, level, now, sessionIndex } = parts
  const until = instant(now + LIFE)
  const session = sessionIndex === undefined ? '' : ` SessionIndex="${text(sessionIndex)}"`
  return [
    `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${newId()}" Version="2.0" IssueInstant="${instant(now)}">`,
    `<saml:Issuer Format="${SAML}:nameid-format:entity">${text(idp.entityId)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${SAML}:nameid-format:transient" NameQualifier="${text(idp.entityId)}">${text(parts.nameId)}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="${SAML}:cm:bearer"><saml:SubjectConfirmationData Recipient="${text(request.acsUrl)}" InResponseTo="${text(request.requestId)}" NotOnOrAfter="${until}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${instant(now)}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${text(request.spEntityId)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${instant(now)}"${session}><saml:AuthnContext><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL${level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    attributeXml(parts),
    '</saml:Assertion>',
  ].join('')
}

/** An unsigned Response: the place for a test to change something before it is signed. */
export const buildResponse = (parts: ResponseParts): string => {
  const { idp, request, now, status } = parts
  // cie.md A4: the CIE's Response/Issuer has no Format.
  const format = idp.kind === 'spid' ? ` Format="${SAML}:nameid-format:entity"` : ''
  return [
    `<samlp:Response xmlns:samlp="${SAML}:protocol" xmlns:saml="${SAML}:assertion" ID="${newId()}" Version="2.0" IssueInstant="${instant(now)}" InResponseTo="${text(request.requestId)}" Destination="${text(request.acsUrl)}">`,
    `<saml:Issuer${format}>${text(idp.entityId)}</saml:Issuer>`,
    statusXml(status),
    status === undefined ? assertionXml(parts) : '',
    '</samlp:Response>',
  ].join('')
}

export interface Signer {
  readonly key: KeyObject
  /** PEM. */
  readonly certificate: string
  /** Default SHA-256. */
  readonly digest?: 'sha256' | 'sha512'
}

const path = (...names: readonly string[]) => names.map((name) => `/*[local-name(.)='${name}'][1]`).join('')
const RESPONSE = path('Response')
const ASSERTION = path('Response', 'Assertion')
const find = (xml: string, element: string): Element | undefined => {
  const root = parseXml(xml).documentElement
  return element === ASSERTION ? childOf(root, 'Assertion') : root
}

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const sign = (xml: string, element: string, { key, certificate, digest = 'sha256' }: Signer): string => {
  const signed = new SignedXml({
    privateKey: key,
    publicCert: certificate,
    idAttribute: 'ID',
    signatureAlgorithm: `http://www.w3.org/2001/04/xmldsig-more#rsa-${digest}`,
    canonicalizationAlgorithm: C14N,
  })
  signed.addReference({
    xpath: element,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', C14N],
    digestAlgorithm: `http://www.w3.org/2001/04/xmlenc#${digest}`,
  })
  const issuer = element + path('Issuer')
  // Behind the Issuer, as the schema wants; in front of everything where a test has removed it.
  const hasIssuer = childOf(find(xml, element), 'Issuer') !== undefined
  const location = hasIssuer
    ? { reference: issuer, action: 'after' as const }
    : { reference: element, action: 'prepend' as const }
  signed.computeSignature(xml, { prefix: 'ds', location })
  return signed.getSignedXml()
}

/** The Assertion first, the Response around it last. An error Response has no Assertion to sign. */
export const signResponse = (
  xml: string,
  signer: Signer,
  parts: { assertion: boolean; response: boolean } = { assertion: true, response: true },
): string => {
  const hasAssertion = find(xml, ASSERTION) !== undefined
  const inner = parts.assertion && hasAssertion ? sign(xml, ASSERTION, signer) : xml
  return parts.response ? sign(inner, RESPONSE, signer) : inner
}

/** Any other message: its root. */
export const signMessage = (xml: string, signer: Signer): string => sign(xml, '/*', signer)
