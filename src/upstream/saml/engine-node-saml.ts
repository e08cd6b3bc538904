/**
 * The referee: node-saml, with xml-crypto and a parser of its own below it. It makes its own SignedXml: certificates in KeyInfo
 * are not used (xml-crypto's default since 4) and HMAC is not enabled.
 */
import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js'
import { DOMParser } from '@xmldom/xmldom'
import { pathTo } from './tree.ts'
import type { Engine } from './verify-signature.ts'

export const nodeSamlEngine: Engine = ({ xml, element }, certificates) => {
  const refuse = (message: string) => {
    throw new Error(message)
  }
  const errorHandler = { warning: refuse, error: refuse, fatalError: refuse }
  const { documentElement } = new DOMParser({ errorHandler }).parseFromString(xml, 'text/xml')
  const found = pathTo(element).reduce(childAt, documentElement)
  if (found.localName !== element.localName || (found.namespaceURI ?? '') !== element.namespace) {
    throw new Error('xmldom sees another element there')
  }
  return getVerifiedXml(xml, found, [...certificates]) ?? undefined
}

const childAt = (parent: Element, index: number): Element => {
  const found = Array.from(parent.childNodes).filter((node) => node.nodeType === 1)[index]
  if (found === undefined) throw new Error(`xmldom sees no child element ${index}`)
  return found as Element
}
