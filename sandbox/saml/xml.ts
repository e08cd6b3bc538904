/** Writing and reading XML in the sandbox. */
import { DOMParser } from '@xmldom/xmldom'

export const escapeXml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[char] ?? char,
  )

/** Throws on anything that is not well formed, and on a document type. */
export const parseXml = (xml: string): Document => {
  if (/<!DOCTYPE/i.test(xml)) throw new Error('document type')
  const fail = (message: unknown) => {
    throw new Error(String(message))
  }
  return new DOMParser({ errorHandler: { warning: () => {}, error: fail, fatalError: fail } }).parseFromString(
    xml,
    'text/xml',
  )
}

export const childOf = (parent: Element | undefined, name: string): Element | undefined => childrenOf(parent, name)[0]

export const childrenOf = (parent: Element | undefined, name: string): readonly Element[] =>
  Array.from(parent?.childNodes ?? []).filter(
    (node): node is Element => node.nodeType === 1 && (node as Element).localName === name,
  )

export const textOf = (element: Element | undefined): string | undefined => element?.textContent?.trim()

/** Undefined where the attribute is absent; `''` where it is empty. */
export const attributeOf = (element: Element | undefined, name: string): string | undefined =>
  element?.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined

/** Base64 of the DER inside a PEM. */
export const certificateBody = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '')
