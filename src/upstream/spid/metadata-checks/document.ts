/** What SPID's checks read beyond what all metadata have. */
import { children, type MetadataDocument, readMetadata } from '../../saml/metadata-document.ts'
import { httpsFaults } from '../../saml/metadata-faults.ts'
import type { ElementNode } from '../../saml/tree.ts'
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
export const extensionsOf = (contact: ElementNode): readonly ElementNode[] =>
  children(contact, 'Extensions')
    .flatMap(childElements)
    .filter(({ namespace }) => namespace === SPID_EXTENSIONS)

export const entityTypeOf = (contact: ElementNode): string | null =>
  contact.attributes.find(({ namespace, localName }) => namespace === SPID_EXTENSIONS && localName === 'entityType')
    ?.value ?? null

/** https, and no TCP port: 1.3.1-2, 1.1.x, 1.8.x. */
export const addressFaults = (what: string, value: string | undefined): readonly string[] => {
  const faults = httpsFaults(what, value)
  if (faults.length > 0) return faults
  // as written: URL drops the port that is https's own
  return /^https:\/\/[^/]*:\d*(\/|$)/.test(value ?? '') ? [`${what} ${value} names a port`] : []
}
