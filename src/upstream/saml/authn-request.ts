/**
 * The AuthnRequest, written once from typed values in the form that exclusive canonicalisation gives it: attributes in
 * order, each namespace where it is first used, no empty-element tags. So the text is also what gets digested.
 * Source: docs/rules/spid-saml.md 4.1–4.3, docs/rules/cie.md A3.
 */
import { createHash, sign, X509Certificate } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { AuthnContextClass } from '../../citizen/assurance.ts'
import type { SigningIdentity } from '../upstream.ts'
import { escapeAttribute, escapeText, namespaces } from './xml.ts'

export interface AuthnRequest {
  /** An NCName. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** The exact SSO address of the binding used: CIE takes nothing else. */
  readonly destination: string
  /** EntityID of the tenant. */
  readonly issuer: string
  readonly acsUrl: string
  readonly attributeSetIndex: number
  readonly classRef: AuthnContextClass
  readonly comparison: 'minimum' | 'exact'
}

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/** The unsigned XML, already canonical. `signature` stands right after the Issuer. */
export const authnRequestXml = (request: AuthnRequest, signature = ''): string => {
  const issuer = escapeAttribute(request.issuer)
  return [
    `<samlp:AuthnRequest xmlns:samlp="${namespaces.protocol}"`,
    ` AssertionConsumerServiceURL="${escapeAttribute(request.acsUrl)}"`,
    ` AttributeConsumingServiceIndex="${request.attributeSetIndex}"`,
    ` Destination="${escapeAttribute(request.destination)}"`,
    ' ForceAuthn="true"',
    ` ID="${escapeAttribute(request.id)}"`,
    ` IssueInstant="${new Date(request.issuedAt).toISOString()}"`,
    ` ProtocolBinding="${POST_BINDING}" Version="2.0">`,
    `<saml:Issuer xmlns:saml="${namespaces.assertion}" Format="${ENTITY}" NameQualifier="${issuer}">${escapeText(request.issuer)}</saml:Issuer>`,
    signature,
    `<samlp:NameIDPolicy Format="${TRANSIENT}"></samlp:NameIDPolicy>`,
    `<samlp:RequestedAuthnContext Comparison="${request.comparison}">`,
    `<saml:AuthnContextClassRef xmlns:saml="${namespaces.assertion}">${request.classRef}</saml:AuthnContextClassRef>`,
    '</samlp:RequestedAuthnContext></samlp:AuthnRequest>',
  ].join('')
}

export interface RedirectMessage {
  readonly url: string
  /** As it was before compression, for the register. */
  readonly xml: string
}

/** HTTP-Redirect: the signature is over the very octets of the query (SAML bindings 3.4.4.1), never in the XML. */
export const redirectMessage = (
  request: AuthnRequest,
  { relayState, signing }: { readonly relayState: string; readonly signing: SigningIdentity },
): RedirectMessage => {
  const xml = authnRequestXml(request)
  const query = [
    ['SAMLRequest', deflateRawSync(xml).toString('base64')],
    ['RelayState', relayState],
    ['SigAlg', RSA_SHA256],
  ] as const
  const signed = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const signature = sign('sha256', Buffer.from(signed), signing.key).toString('base64')
  const separator = request.destination.includes('?') ? '&' : '?'
  return { xml, url: `${request.destination}${separator}${signed}&Signature=${encodeURIComponent(signature)}` }
}

export interface PostMessage {
  readonly fields: { readonly SAMLRequest: string; readonly RelayState: string }
  /** With its signature, for the register. */
  readonly xml: string
}

/** HTTP-POST: an enveloped signature, with the certificate in KeyInfo, inside the XML. */
export const postMessage = (
  request: AuthnRequest,
  { relayState, signing }: { readonly relayState: string; readonly signing: SigningIdentity },
): PostMessage => {
  const xml = authnRequestXml(request, envelopedSignature(request.id, authnRequestXml(request), signing))
  return { xml, fields: { SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: relayState } }
}

/** SignedInfo repeats its namespace declaration, so that the text in the document is also its canonical form. */
const envelopedSignature = (id: string, canonical: string, { key, certificate }: SigningIdentity): string => {
  const digest = createHash('sha256').update(canonical).digest('base64')
  const signedInfo = [
    `<ds:SignedInfo xmlns:ds="${namespaces.signature}">`,
    `<ds:CanonicalizationMethod Algorithm="${namespaces.exclusiveC14n}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${RSA_SHA256}"></ds:SignatureMethod>`,
    `<ds:Reference URI="#${escapeAttribute(id)}"><ds:Transforms>`,
    `<ds:Transform Algorithm="${namespaces.signature}enveloped-signature"></ds:Transform>`,
    `<ds:Transform Algorithm="${namespaces.exclusiveC14n}"></ds:Transform></ds:Transforms>`,
    `<ds:DigestMethod Algorithm="${SHA256}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue>`,
    '</ds:Reference></ds:SignedInfo>',
  ].join('')
  const signature = sign('sha256', Buffer.from(signedInfo), key).toString('base64')
  const der = new X509Certificate(certificate).raw.toString('base64')
  return [
    `<ds:Signature xmlns:ds="${namespaces.signature}">${signedInfo}`,
    `<ds:SignatureValue>${signature}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`,
  ].join('')
}
