/** What CIE's checks read beyond what all metadata have. */
import { children, type MetadataDocument } from '../../saml/metadata-document.ts'
import { childElements, textOf } from '../../saml/xml.ts'
import { CIE_EXTENSIONS } from '../metadata.ts'

export interface CheckedMetadata extends MetadataDocument {
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What a contact says in CIE's extensions, by local name; others' extensions are ignored (A2.1). */
export const extensionsOf = (contact: Element): ReadonlyMap<string, readonly Element[]> =>
  Map.groupBy(
    children(contact, 'Extensions')
      .flatMap(childElements)
      .filter(({ namespaceURI }) => namespaceURI === CIE_EXTENSIONS),
    ({ localName }) => localName,
  )

export const valuesOf = (contact: Element, name: string): readonly string[] =>
  (extensionsOf(contact).get(name) ?? []).map(textOf)

export const OURS = 'the file was changed, or this is a defect of Varco: make it again with varco cie metadata'
