/** What CIE's checks read beyond what all metadata have. */
import { children, type MetadataDocument } from '../../saml/metadata-document.ts'
import type { ElementNode } from '../../saml/tree.ts'
import { childElements, textOf } from '../../saml/xml.ts'
import { CIE_EXTENSIONS } from '../metadata.ts'

export interface CheckedMetadata extends MetadataDocument {
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What a contact says in CIE's extensions, by local name; others' extensions are ignored (A2.1). */
export const extensionsOf = (contact: ElementNode): ReadonlyMap<string, readonly ElementNode[]> =>
  Map.groupBy(
    children(contact, 'Extensions')
      .flatMap(childElements)
      .filter(({ namespace }) => namespace === CIE_EXTENSIONS),
    ({ localName }) => localName,
  )

export const valuesOf = (contact: ElementNode, name: string): readonly string[] =>
  (extensionsOf(contact).get(name) ?? []).map(textOf)

export const OURS = 'the file was changed, or this is a defect of Varco: make it again with varco cie metadata'
