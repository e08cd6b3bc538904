/**
 * The AuthnRequest, written once from typed values in the form that exclusive canonicalisation gives it: attributes in
 * order, each namespace where it is first used, no empty-element tags. So the text is also what gets digested.
 * Source: docs/rules/spid-saml.md 4.1–4.3, docs/rules/cie.md A3.
 */
import type { AuthnContextClass } from '../../citizen/assurance.ts'
import type { SigningIdentity } from '../upstream.ts'
import { redirectUrl, type SignedForm, signedForm } from './send.ts'
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
  /** Of samlp:Extensions, which is left out when there are none. */
  readonly extensions?: readonly ExtensionElement[]
}

/** An element with text, of a namespace that is not SAML's. */
export interface ExtensionElement {
  readonly namespace: string
  readonly prefix: string
  readonly name: string
  readonly text: string
}

const POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

const extensionsXml = (extensions: readonly ExtensionElement[]): string => {
  const elements = extensions.map(
    ({ namespace, prefix, name, text }) =>
      `<${prefix}:${name} xmlns:${prefix}="${escapeAttribute(namespace)}">${escapeText(text)}</${prefix}:${name}>`,
  )
  return elements.length === 0 ? '' : `<samlp:Extensions>${elements.join('')}</samlp:Extensions>`
}

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
    extensionsXml(request.extensions ?? []),
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

/** HTTP-Redirect. */
export const redirectMessage = (
  request: AuthnRequest,
  sending: { readonly relayState: string; readonly signing: SigningIdentity },
): RedirectMessage => {
  const xml = authnRequestXml(request)
  return { xml, url: redirectUrl(xml, { field: 'SAMLRequest', destination: request.destination, ...sending }) }
}

/** HTTP-POST. */
export const postMessage = (
  request: AuthnRequest,
  sending: { readonly relayState: string; readonly signing: SigningIdentity },
): SignedForm<'SAMLRequest'> =>
  signedForm(request.id, (signature) => authnRequestXml(request, signature), {
    field: 'SAMLRequest',
    destination: request.destination,
    ...sending,
  })
