/**
 * What can be wrong in the metadata of any service provider, whoever checks it: the countries' check lists number these
 * findings each in their own way. SAML metadata 2.0, docs/rules/spid-saml.md 2.1 and 2.2, docs/rules/cie.md A2.
 */
import { X509Certificate } from 'node:crypto'
import { unless } from './finding.ts'
import { certificatesIn, children, indexOf, languageOf, type MetadataDocument, pemOf } from './metadata-document.ts'
import type { ElementNode } from './tree.ts'
import { verifySignature } from './verify-signature.ts'
import { attributeOf, childElements, childrenNamed, descendantsAndSelf, isNamed, namespaces, textOf } from './xml.ts'

const rootOrder = ['Signature', 'Extensions', 'SPSSODescriptor', 'Organization', 'ContactPerson']
const roleOrder = [
  'KeyDescriptor',
  'SingleLogoutService',
  'NameIDFormat',
  'AssertionConsumerService',
  'AttributeConsumingService',
]
const signatureMethods = /^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#(rsa|ecdsa)-sha(256|384|512)$/
const digestMethods = /^http:\/\/www\.w3\.org\/2001\/04\/xmlenc#sha(256|512)$/
const transforms = [`${namespaces.signature}enveloped-signature`, namespaces.exclusiveC14n]
const organizationParts = ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL'] as const

export const bindings = {
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  soap: 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP',
} as const
export const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

export const rootFaults = ({ root }: MetadataDocument): readonly string[] =>
  unless(isNamed(root, namespaces.metadata, 'EntityDescriptor'), `the root is ${root.localName}`)

/** The order of the schema, for the elements that a service provider of ours has. */
export const orderFaults = ({ root, roles }: MetadataDocument): readonly string[] => [
  ...childOrderFaults(root, rootOrder),
  ...roles.flatMap((role) => childOrderFaults(role, roleOrder)),
]

const childOrderFaults = (parent: ElementNode, order: readonly string[]): readonly string[] => {
  const places = childElements(parent).map((child) => order.indexOf(child.localName))
  const wrong = places.findIndex((place, index) => place < 0 || place < (places[index - 1] ?? 0))
  return wrong < 0 ? [] : [`${childElements(parent)[wrong]?.localName} stands where it may not in ${parent.localName}`]
}

export const httpsFaults = (what: string, value: string | undefined): readonly string[] => {
  if (value === undefined || value === '') return [`${what} is missing`]
  return unless(/^https:\/\/[^/]/.test(value) && URL.canParse(value), `${what} ${value} is not https`)
}

const signaturesOf = ({ root }: MetadataDocument): readonly ElementNode[] =>
  childrenNamed(root, namespaces.signature, 'Signature')

/** Base64 of those in the signature. */
export const signingCertificatesOf = (metadata: MetadataDocument): readonly string[] =>
  signaturesOf(metadata).flatMap(certificatesIn)

/** One, of the whole element, enveloped, exclusive canonicalisation. Algorithms: `algorithmFaults`. */
export const signatureFaults = (metadata: MetadataDocument): readonly string[] => {
  const signatures = signaturesOf(metadata)
  const [signature] = signatures
  if (signature === undefined || signatures.length > 1) return [`there are ${signatures.length} signatures, not one`]
  const id = attributeOf(metadata.root, 'ID')
  return [
    ...unless(childElements(metadata.root)[0] === signature, 'the signature is not the first child'),
    ...unless(id !== undefined && id !== '', 'EntityDescriptor has no ID'),
    ...unless(
      attributesNamed(signature, 'Reference', 'URI').join() === `#${id}`,
      'the signature is not of this element',
    ),
    ...unless(
      attributesNamed(signature, 'Transform', 'Algorithm').join() === transforms.join(),
      'the transforms are not enveloped-signature and exclusive canonicalisation',
    ),
  ]
}

/** SHA-256 or stronger, in the signature and in the digest. */
export const algorithmFaults = (metadata: MetadataDocument): readonly string[] =>
  signaturesOf(metadata).flatMap((signature) =>
    [['SignatureMethod', signatureMethods] as const, ['DigestMethod', digestMethods] as const].flatMap(
      ([localName, allowed]) =>
        attributesNamed(signature, localName, 'Algorithm')
          .filter((algorithm) => !allowed.test(algorithm))
          .map((algorithm) => `${localName} is ${algorithm}`),
    ),
  )

const attributesNamed = (signature: ElementNode, localName: string, attribute: string): readonly string[] =>
  [...descendantsAndSelf(signature)]
    .filter((element) => isNamed(element, namespaces.signature, localName))
    .map((element) => attributeOf(element, attribute) ?? '')

/** With the certificate in its own KeyInfo: whose that is, others check. */
export const verificationFaults = (metadata: MetadataDocument): readonly string[] => {
  const certificates = signingCertificatesOf(metadata)
  if (certificates.length === 0) return ['the signature has no X509Certificate in its KeyInfo']
  try {
    verifySignature(metadata, metadata.root, certificates.map(pemOf)).read()
    return []
  } catch (error) {
    return [`the signature does not verify (${(error as Error).message})`]
  }
}

/** RSA keys of 2048 bits at least: SPID's rule, which CIE's 1024 bits include. */
export const keySizeFaults = (certificates: readonly string[]): readonly string[] =>
  certificates.filter(isCertificate).flatMap((base64) => {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(pemOf(base64)).publicKey
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    return asymmetricKeyType === 'rsa' && bits < 2048 ? [`the key that signs has ${bits} bits`] : []
  })

export const isCertificate = (base64: string): boolean => {
  try {
    new X509Certificate(pemOf(base64))
    return true
  } catch {
    return false
  }
}

export const roleFaults = ({ roles }: MetadataDocument): readonly string[] =>
  unless(roles.length === 1, `there are ${roles.length} SPSSODescriptors, not one`)

/** An attribute of the SPSSODescriptor. */
export const roleAttributeFaults = ({ roles }: MetadataDocument, name: string, wanted: string): readonly string[] =>
  roles.flatMap((role) =>
    unless(attributeOf(role, name) === wanted, `${name} is ${attributeOf(role, name) ?? 'missing'}`),
  )

export const keyDescriptorFaults = (metadata: MetadataDocument, use: 'signing' | 'encryption'): readonly string[] =>
  keyDescriptors(metadata, use).flatMap((descriptor) => {
    const certificates = certificatesIn(descriptor)
    return unless(
      certificates.length > 0 && certificates.every(isCertificate),
      'a KeyDescriptor has no readable certificate',
    )
  })

export const keyDescriptors = ({ inRole }: MetadataDocument, use: 'signing' | 'encryption'): readonly ElementNode[] =>
  inRole('KeyDescriptor').filter((descriptor) => attributeOf(descriptor, 'use') === use)

export const nameIdFormatFaults = ({ inRole }: MetadataDocument): readonly string[] =>
  inRole('NameIDFormat')
    .map(textOf)
    .filter((format) => format !== TRANSIENT)
    .map((format) => `NameIDFormat is ${format}`)

export const indexFaults = (services: readonly ElementNode[]): readonly string[] => {
  const indexes = services.map(indexOf)
  return [
    ...unless(
      indexes.every((index) => Number.isInteger(index) && index >= 0),
      'an index is missing or negative',
    ),
    ...unless(new Set(indexes).size === indexes.length, 'an index stands twice'),
  ]
}

export const oneOrganizationFaults = ({ organizations }: MetadataDocument): readonly string[] =>
  unless(organizations.length === 1, `there are ${organizations.length} Organizations, not one`)

/** Name, short name and page: in Italian, and together in every other language. */
export const organizationLanguageFaults = ({ organizations }: MetadataDocument): readonly string[] =>
  organizations.flatMap((organization) => {
    const languages = organizationParts.map((part) => children(organization, part).map(languageOf))
    return [
      ...organizationParts.flatMap((part, index) => [
        ...unless(
          languages[index]?.filter((one) => one === 'it').length === 1,
          `${part} does not stand once in Italian`,
        ),
        ...unless(!languages[index]?.includes(''), `${part} stands without xml:lang`),
        ...unless(
          children(organization, part).every((element) => textOf(element) !== ''),
          `${part} is empty`,
        ),
      ]),
      ...unless(
        new Set(languages.map((list) => list.toSorted().join())).size === 1,
        'a language lacks name, short name or page',
      ),
    ]
  })

export const organizationUrlFaults = ({ organizations }: MetadataDocument): readonly string[] =>
  organizations
    .flatMap((organization) => children(organization, 'OrganizationURL'))
    .map(textOf)
    .filter((url) => !/^https?:\/\//.test(url) || !URL.canParse(url))
    .map((url) => `OrganizationURL "${url}" is no address`)

/** The Italian one. */
export const organizationNameOf = ({ organizations }: MetadataDocument): string | undefined =>
  organizations
    .flatMap((organization) => children(organization, 'OrganizationName'))
    .filter((element) => languageOf(element) === 'it')
    .map(textOf)[0]
