/** A metadata file as its checks see it: read from the very text that will be handed in. */

import type { ElementNode } from './tree.ts'
import { attributeOf, childrenNamed, descendantsAndSelf, isNamed, namespaces, parseXml, textOf } from './xml.ts'

export interface MetadataDocument {
  /** What the signature engine wants along with `root`. */
  readonly xml: string
  readonly root: ElementNode
  /** SPSSODescriptors: there must be one. */
  readonly roles: readonly ElementNode[]
  /** Of the only role; empty where there is none. */
  readonly inRole: (localName: string) => readonly ElementNode[]
  readonly organizations: readonly ElementNode[]
  readonly contacts: readonly ElementNode[]
}

/** Throws GatewayError for what is no strict XML. */
export const readMetadata = (text: string): MetadataDocument => {
  const { xml, root } = parseXml(text)
  const roles = children(root, 'SPSSODescriptor')
  const [role] = roles
  return {
    xml,
    root,
    roles,
    inRole: (localName) => (role === undefined ? [] : children(role, localName)),
    organizations: children(root, 'Organization'),
    contacts: children(root, 'ContactPerson'),
  }
}

export const children = (parent: ElementNode, localName: string): readonly ElementNode[] =>
  childrenNamed(parent, namespaces.metadata, localName)

/** Base64 of each certificate below an element. */
export const certificatesIn = (element: ElementNode): readonly string[] =>
  [...descendantsAndSelf(element)]
    .filter((one) => isNamed(one, namespaces.signature, 'X509Certificate'))
    .map((one) => textOf(one).replace(/\s/g, ''))

export const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`

export const indexOf = (element: ElementNode): number => Number(attributeOf(element, 'index') ?? Number.NaN)

/** Of a localised element; empty where it has none. */
export const languageOf = (element: ElementNode): string => attributeOf(element, 'xml:lang') ?? ''
