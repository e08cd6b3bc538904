/** docs/rules/spid-saml.md 2.1, first half, and section 1: the file, its entityID, its signature. */
import { X509Certificate } from 'node:crypto'
import { verifySignature } from '../../saml/verify-signature.ts'
import { attributeOf, childElements, childrenNamed, descendantsAndSelf, isNamed, namespaces } from '../../saml/xml.ts'
import { type Check, unless } from '../finding.ts'
import { addressFaults, certificatesIn, type MetadataDocument, pemOf } from './document.ts'

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

const OURS = 'the file was changed, or this is a defect of Varco: make it again with varco spid metadata'

export const envelopeChecks: readonly Check<MetadataDocument>[] = [
  {
    id: '1.3.0',
    faults: ({ root }) =>
      unless(isNamed(root, namespaces.metadata, 'EntityDescriptor'), `the root is ${root.nodeName}`),
    fix: OURS,
  },
  {
    id: '1.0.0',
    faults: ({ root, roles }) => [
      ...orderFaults(root, rootOrder),
      ...roles.flatMap((role) => orderFaults(role, roleOrder)),
    ],
    fix: OURS,
  },
  {
    id: '1.3.1-2',
    faults: ({ root }) => {
      const entityId = attributeOf(root, 'entityID')
      return [
        ...addressFaults('entityID', entityId),
        ...unless((entityId ?? '').length <= 1024, 'entityID is longer than 1024 characters'),
      ]
    },
    fix: 'set public_url to the https:// address of the regional host, or federation.spid.entity_id to what was registered',
  },
  {
    id: '1 entityID',
    faults: ({ root, profile }) => {
      const entityId = attributeOf(root, 'entityID') ?? ''
      if (profile === 'spid') return []
      return [
        ...unless(entityId.includes(profile), `entityID does not contain ${profile}`),
        ...unless(!entityId.includes('?'), 'entityID has a query string'),
      ]
    },
    fix: 'correct federation.spid.entity_id, or the profile',
  },
  {
    id: '1.7.x',
    faults: (metadata) => {
      const signatures = signaturesOf(metadata)
      const [signature] = signatures
      if (signature === undefined || signatures.length > 1)
        return [`there are ${signatures.length} signatures, not one`]
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
        ...algorithmFaults(signature, 'SignatureMethod', signatureMethods),
        ...algorithmFaults(signature, 'DigestMethod', digestMethods),
        ...keyFaults(certificatesIn(signature)),
      ]
    },
    fix: OURS,
  },
  {
    id: '1.9.0',
    faults: (metadata) => {
      const certificates = signaturesOf(metadata).flatMap(certificatesIn)
      if (certificates.length === 0) return ['the signature has no X509Certificate in its KeyInfo']
      try {
        verifySignature(metadata.xml, metadata.root, certificates.map(pemOf))
        return []
      } catch (error) {
        return [`the signature does not verify (${(error as Error).message})`]
      }
    },
    fix: OURS,
  },
]

const signaturesOf = ({ root }: MetadataDocument): readonly Element[] =>
  childrenNamed(root, namespaces.signature, 'Signature')

const orderFaults = (parent: Element, order: readonly string[]): readonly string[] => {
  const places = childElements(parent).map((child) => order.indexOf(child.localName))
  const wrong = places.findIndex((place, index) => place < 0 || place < (places[index - 1] ?? 0))
  return wrong < 0 ? [] : [`${childElements(parent)[wrong]?.localName} stands where it may not in ${parent.localName}`]
}

const attributesNamed = (signature: Element, localName: string, attribute: string): readonly string[] =>
  [...descendantsAndSelf(signature)]
    .filter((element) => isNamed(element, namespaces.signature, localName))
    .map((element) => attributeOf(element, attribute) ?? '')

const algorithmFaults = (signature: Element, localName: string, allowed: RegExp): readonly string[] =>
  attributesNamed(signature, localName, 'Algorithm')
    .filter((algorithm) => !allowed.test(algorithm))
    .map((algorithm) => `${localName} is ${algorithm}`)

const keyFaults = (certificates: readonly string[]): readonly string[] =>
  certificates.flatMap((base64) => {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(pemOf(base64)).publicKey
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    return asymmetricKeyType === 'rsa' && bits < 2048 ? [`the key that signs has ${bits} bits`] : []
  })
