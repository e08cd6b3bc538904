/** What SPID's checks read beyond what all metadata have. */
import { children, type MetadataDocument, readMetadata } from '../../saml/metadata-document.ts'
import { httpsFaults } from '../../saml/metadata-faults.ts'
import { childElements } from '../../saml/xml.ts'
import { SPID_EXTENSIONS, type SpidMetadataProfile } from '../metadata.ts'

export interface SpidMetadataDocument extends MetadataDocument {
  readonly profile: SpidMetadataProfile
}

/** Throws GatewayError for what is no strict XML. */
export const readSpidMetadata = (text: string, profile: SpidMetadataProfile): SpidMetadataDocument => ({
  ...readMetadata(text),
  profile,
})

/** Names of the SPID extensions of a contact, in their order. */
export const extensionsOf = (contact: Element): readonly Element[] =>
  children(contact, 'Extensions')
    .flatMap(childElements)
    .filter(({ namespaceURI }) => namespaceURI === SPID_EXTENSIONS)

export const entityTypeOf = (contact: Element): string | null => contact.getAttributeNS(SPID_EXTENSIONS, 'entityType')

/** https, and no TCP port: 1.3.1-2, 1.1.x, 1.8.x. */
export const addressFaults = (what: string, value: string | undefined): readonly string[] => {
  const faults = httpsFaults(what, value)
  if (faults.length > 0) return faults
  // as written: URL drops the port that is https's own
  return /^https:\/\/[^/]*:\d*(\/|$)/.test(value ?? '') ? [`${what} ${value} names a port`] : []
}
