/**
 * The enveloped signature of a national trusted list, in the one shape that ETSI TS 119 612 annex B allows. Not the door of
 * SAML (upstream/saml/verify-signature.ts): docs/design/0004-trust-list.md says why.
 */
import { createHash, verify, type X509Certificate } from 'node:crypto'
import { withCanonicalWriter } from '../upstream/saml/canonical.ts'
import { type ElementNode, pathTo } from '../upstream/saml/tree.ts'
import {
  attributeOf,
  childElements,
  childNamed,
  childrenNamed,
  isNamed,
  namespaces,
  parseXml,
  textOf,
  type XmlDocument,
} from '../upstream/saml/xml.ts'

const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const EXCLUSIVE = { exclusive: true, prefixes: undefined }
const SIGNED_PROPERTIES = 'http://uri.etsi.org/01903#SignedProperties'

interface Method {
  readonly hash: string
  readonly key: 'rsa' | 'ec'
}

const method = (hash: string, key: Method['key']): Method => ({ hash, key })
const methods: Readonly<Record<string, Method>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': method('sha256', 'rsa'),
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': method('sha384', 'rsa'),
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': method('sha512', 'rsa'),
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': method('sha256', 'ec'),
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': method('sha384', 'ec'),
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512': method('sha512', 'ec'),
}
const digests: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}

const forbidden = (what: string) => new Error(`its signature is not as a trusted list's must be: ${what}`)

/**
 * What was signed, as canonical XML without the signature: the only thing to read from.
 *
 * @param signers who may sign. KeyInfo is never read: a certificate that came along proves nothing.
 * @throws Error whose message says why it is not believed.
 */
export const openEnveloped = (
  { xml: received, root }: XmlDocument,
  signers: readonly X509Certificate[],
): { readonly xml: string; readonly signer: X509Certificate } =>
  withCanonicalWriter(received, (writer) => {
    const [signature, second] = childrenNamed(root, namespaces.signature, 'Signature')
    if (signature === undefined) throw new Error('it is not signed')
    if (second !== undefined) throw forbidden('there are two')
    const value = Buffer.from(textOf(child(signature, 'SignatureValue')), 'base64')
    const signedInfo = writer.octetsOf(pathTo(child(signature, 'SignedInfo')), EXCLUSIVE)
    // values only from the bytes that are verified: a comment or a prefix outside of them cannot change what is read
    const { root: info } = parseXml(signedInfo.toString())
    const signedBy = methods[algorithmOf(child(info, 'SignatureMethod'))]
    if (signedBy === undefined) throw forbidden('its algorithm is not allowed')
    if (!isExclusive(child(info, 'CanonicalizationMethod'))) throw forbidden('canonicalisation')
    const signer = signers.find((certificate) => isSignedBy(certificate, signedBy, signedInfo, value))
    if (signer === undefined) throw new Error('it is not signed by one of cns.trust_list.signers')

    const reference = referenceTo(root, info)
    const hash = digests[algorithmOf(child(reference, 'DigestMethod'))]
    if (hash === undefined) throw forbidden('its digest is not allowed')
    writer.remove(pathTo(signature))
    const octets = writer.octetsOf(pathTo(root), EXCLUSIVE)
    const digest = createHash(hash).update(octets).digest()
    if (!digest.equals(Buffer.from(textOf(child(reference, 'DigestValue')), 'base64')))
      throw new Error('it was changed after it was signed')
    return { xml: octets.toString(), signer }
  })

/** One for the list as a whole. What XAdES signs besides (time, certificate) is not read here, so it is not hashed. */
const referenceTo = (root: ElementNode, info: ElementNode): ElementNode => {
  const references = childrenNamed(info, namespaces.signature, 'Reference')
  const [whole, more] = references.filter((reference) => attributeOf(reference, 'Type') !== SIGNED_PROPERTIES)
  if (whole === undefined || more !== undefined || references.length > 2) throw forbidden('what it signs')
  const id = attributeOf(root, 'Id')
  const uri = attributeOf(whole, 'URI')
  if (uri !== '' && (id === undefined || uri !== `#${id}`)) throw forbidden('it signs another element')
  const [enveloped, exclusive, ...others] = childElements(child(whole, 'Transforms'))
  const expected =
    enveloped !== undefined &&
    isNamed(enveloped, namespaces.signature, 'Transform') &&
    algorithmOf(enveloped) === ENVELOPED &&
    childElements(enveloped).length === 0 &&
    exclusive !== undefined &&
    isNamed(exclusive, namespaces.signature, 'Transform') &&
    isExclusive(exclusive)
  if (!expected || others.length > 0) throw forbidden('transforms')
  return whole
}

/** Without a list of prefixes, which would be one more thing to interpret. */
const isExclusive = (element: ElementNode): boolean =>
  algorithmOf(element) === namespaces.exclusiveC14n && childElements(element).length === 0

const isSignedBy = ({ publicKey }: X509Certificate, by: Method, octets: Buffer, value: Buffer): boolean => {
  if (publicKey.asymmetricKeyType !== by.key) return false
  // XML Signature writes r and s behind each other
  return verify(by.hash, octets, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)
}

const algorithmOf = (element: ElementNode): string => attributeOf(element, 'Algorithm') ?? ''

const child = (parent: ElementNode, name: string): ElementNode => {
  const found = childNamed(parent, namespaces.signature, name)
  if (found === undefined) throw forbidden(`no ${name}`)
  return found
}
