/** A metadata file as its checks see it: read from the very text that will be handed in. */
import {
  attributeOf,
  childElements,
  childrenNamed,
  descendantsAndSelf,
  isNamed,
  namespaces,
  parseXml,
  textOf,
} from '../../saml/xml.ts'
import { SPID_EXTENSIONS, type SpidMetadataProfile } from '../metadata.ts'

export interface MetadataDocument {
  readonly profile: SpidMetadataProfile
  /** What the signature engine wants along with `root`. */
  readonly xml: string
  readonly root: Element
  /** SPSSODescriptors: there must be one. */
  readonly roles: readonly Element[]
  /** Of the only role; empty where there is none. */
  readonly inRole: (localName: string) => readonly Element[]
  readonly organizations: readonly Element[]
  readonly contacts: readonly Element[]
}

/** Throws GatewayError for what is no strict XML. */
export const readMetadata = (text: string, profile: SpidMetadataProfile): MetadataDocument => {
  const { xml, root } = parseXml(text)
  const roles = children(root, 'SPSSODescriptor')
  const [role] = roles
  return {
    profile,
    xml,
    root,
    roles,
    inRole: (localName) => (role === undefined ? [] : children(role, localName)),
    organizations: children(root, 'Organization'),
    contacts: children(root, 'ContactPerson'),
  }
}

export const children = (parent: Element, localName: string): readonly Element[] =>
  childrenNamed(parent, namespaces.metadata, localName)

/** Names of the SPID extensions of a contact, in their order. */
export const extensionsOf = (contact: Element): readonly Element[] =>
  children(contact, 'Extensions')
    .flatMap(childElements)
    .filter(({ namespaceURI }) => namespaceURI === SPID_EXTENSIONS)

export const entityTypeOf = (contact: Element): string | null => contact.getAttributeNS(SPID_EXTENSIONS, 'entityType')

/** Base64 of each certificate below an element. */
export const certificatesIn = (element: Element): readonly string[] =>
  [...descendantsAndSelf(element)]
    .filter((one) => isNamed(one, namespaces.signature, 'X509Certificate'))
    .map((one) => textOf(one).replace(/\s/g, ''))

export const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`

/** https, and no TCP port: 1.3.1-2, 1.1.x, 1.8.x. */
export const addressFaults = (what: string, value: string | undefined): readonly string[] => {
  if (value === undefined || value === '') return [`${what} is missing`]
  if (!/^https:\/\/[^/]/.test(value) || !URL.canParse(value)) return [`${what} ${value} is not https`]
  // as written: URL drops the port that is https's own
  return /^https:\/\/[^/]*:\d*(\/|$)/.test(value) ? [`${what} ${value} names a port`] : []
}

export const indexOf = (element: Element): number => Number(attributeOf(element, 'index') ?? Number.NaN)
