/** The one signature that we write into XML: enveloped, RSA with SHA-256, its certificate in KeyInfo. docs/rules/spid-saml.md 2.1, 4.3. */
import { createHash, sign, X509Certificate } from 'node:crypto'
import type { SigningIdentity } from '../upstream.ts'
import { escapeAttribute, namespaces } from './xml.ts'

export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'

/** Base64 of a certificate's DER on one line, as KeyInfo and KeyDescriptor hold it. */
export const derOf = (pem: string): string => new X509Certificate(pem).raw.toString('base64')

/**
 * The ds:Signature for the element with this ID. `canonical` is that element in exclusive canonical form, without the
 * signature. SignedInfo repeats its namespace declaration, so that the text in the document is also its canonical form.
 */
export const envelopedSignature = (id: string, canonical: string, { key, certificate }: SigningIdentity): string => {
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
  return [
    `<ds:Signature xmlns:ds="${namespaces.signature}">${signedInfo}`,
    `<ds:SignatureValue>${signature}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${derOf(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`,
  ].join('')
}
