/**
 * The answer of an identity provider, written at once in its canonical form: the values of a login are filled into text,
 * two digests and two signatures with a kept key are all the work. It must not be the bottleneck of what it measures.
 *
 * Exclusive canonical XML (https://www.w3.org/TR/xml-exc-c14n/): a namespace stands where it is first used, attributes in
 * the order of their names, no empty element. Two things differ between what is sent and what is digested: the root's
 * declaration of `xs`, which only values use, and the declaration of `ds` on SignedInfo, inherited in what is sent.
 */
import { hash, type KeyObject, randomBytes, sign } from 'node:crypto'

const SAML = 'urn:oasis:names:tc:SAML:2.0'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const LIFE = 5 * 60_000

export interface Asserted {
  readonly requestId: string
  readonly acsUrl: string
  /** EntityID of the service provider. */
  readonly audience: string
  readonly level: 1 | 2 | 3
  /** Milliseconds since 1970. */
  readonly now: number
  /** SAML name → value. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface ResponseSigner {
  readonly entityId: string
  readonly key: KeyObject
  /** Base64 of the DER. */
  readonly certificate: string
  /** SPID's Response names the Format of its issuer, CIE's does not. */
  readonly issuerFormat: boolean
}

const id = () => `_${randomBytes(16).toString('hex')}`
const instant = (milliseconds: number) => new Date(milliseconds).toISOString()
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const signedInfo = (of: string, digest: string, declaration: string) =>
  `<ds:SignedInfo${declaration}><ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${of}"><ds:Transforms><ds:Transform Algorithm="${DS}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${C14N}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`

/** `canonical`: of the element that is signed, without the signature. */
const signature = ({ key, certificate }: ResponseSigner, of: string, canonical: string): string => {
  const digest = hash('sha256', canonical, 'base64')
  const value = sign('sha256', Buffer.from(signedInfo(of, digest, ` xmlns:ds="${DS}"`)), key).toString('base64')
  return `<ds:Signature xmlns:ds="${DS}">${signedInfo(of, digest, '')}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
}

const attribute = (name: string, value: string) =>
  `<saml:Attribute Name="${name}" NameFormat="${SAML}:attrname-format:basic"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${escaped(value)}</saml:AttributeValue></saml:Attribute>`

/** XML with both signatures: the Assertion's, and the Response's around it. */
export const signedResponse = (signer: ResponseSigner, asserted: Asserted): string => {
  const { requestId, acsUrl, audience, level, now, attributes } = asserted
  const { entityId } = signer
  const [assertionId, responseId] = [id(), id()]
  const [issued, until] = [instant(now), instant(now + LIFE)]
  const entity = ` Format="${SAML}:nameid-format:entity"`

  const assertionHead = `<saml:Assertion xmlns:saml="${SAML}:assertion" ID="${assertionId}" IssueInstant="${issued}" Version="2.0"><saml:Issuer${entity}>${entityId}</saml:Issuer>`
  const assertionRest = `<saml:Subject><saml:NameID Format="${SAML}:nameid-format:transient" NameQualifier="${entityId}">${id()}</saml:NameID><saml:SubjectConfirmation Method="${SAML}:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${requestId}" NotOnOrAfter="${until}" Recipient="${acsUrl}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${issued}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${issued}" SessionIndex="${id()}"><saml:AuthnContext><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL${level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${Object.entries(
    attributes,
  )
    .map(([name, value]) => attribute(name, value))
    .join('')}</saml:AttributeStatement></saml:Assertion>`
  const assertion = assertionHead + signature(signer, assertionId, assertionHead + assertionRest) + assertionRest

  const root = (declarations: string) =>
    `<samlp:Response ${declarations}Destination="${acsUrl}" ID="${responseId}" InResponseTo="${requestId}" IssueInstant="${issued}" Version="2.0"><saml:Issuer xmlns:saml="${SAML}:assertion"${signer.issuerFormat ? entity : ''}>${entityId}</saml:Issuer>`
  const protocol = `xmlns:samlp="${SAML}:protocol" `
  const rest = `<samlp:Status><samlp:StatusCode Value="${SAML}:status:Success"></samlp:StatusCode></samlp:Status>${assertion}</samlp:Response>`
  const sealed = signature(signer, responseId, root(protocol) + rest)
  return `${root(`${protocol}xmlns:xs="http://www.w3.org/2001/XMLSchema" `)}${sealed}${rest}`
}
