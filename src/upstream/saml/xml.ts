/** Reading XML from outside: strict, bounded, and by direct children only, never by a search through the document. */
import { DOMParser } from '@xmldom/xmldom'
import { GatewayError } from '../../errors.ts'
import { assertWellFormed } from './well-formed.ts'

export const namespaces = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  exclusiveC14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const

/** Of a message. The registry's aggregate of all providers is larger and says so. */
export const MAX_MESSAGE_BYTES = 256 * 1024

/** Tags, texts and attributes of a message; the richest real one has some 400. */
const MAX_MESSAGE_NODES = 1000

export interface XmlLimits {
  readonly maxBytes?: number
  readonly maxNodes?: number
}

export interface XmlDocument {
  /** With line ends normalised: what the signature engine must be given along with nodes of `root`. */
  readonly xml: string
  readonly root: Element
}

const ELEMENT = 1
const TEXT = 3
const CDATA = 4

const malformed = (detail: string, cause?: unknown) => new GatewayError('saml_message_malformed', detail, { cause })

const isElement = (node: Node): node is Element => node.nodeType === ELEMENT

/** Throws `saml_message_malformed`, `saml_message_too_large`, `saml_doctype_forbidden` or (an ID twice) `saml_structure_forbidden`. */
export const parseXml = (
  source: string,
  { maxBytes = MAX_MESSAGE_BYTES, maxNodes = MAX_MESSAGE_NODES }: XmlLimits = {},
): XmlDocument => {
  if (Buffer.byteLength(source) > maxBytes) throw new GatewayError('saml_message_too_large')
  const xml = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  assertWellFormed(xml, { maxNodes })
  const refuse = (message: string) => {
    throw malformed('parser', message)
  }
  let root: Element | null
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse }
    root = new DOMParser({ errorHandler }).parseFromString(xml, 'text/xml').documentElement
  } catch (err) {
    throw err instanceof GatewayError ? err : malformed('parser', err)
  }
  if (root === null) throw malformed('no root')
  assertNamesAndIds(root)
  return { xml, root }
}

/** Namespaces must be declared, attribute names unique after expansion, and every ID unique, in each spelling that the signature engine looks up. */
const assertNamesAndIds = (root: Element) => {
  const ids = new Set<string>()
  for (const element of descendantsAndSelf(root)) {
    if (element.prefix && typeof element.namespaceURI !== 'string') throw malformed('undeclared prefix')
    const names = new Set<string>()
    for (const { prefix, namespaceURI, localName, value } of Array.from(element.attributes)) {
      // xml-crypto takes it for a declaration and leaves it out of what is signed
      if (/^xmlns./.test(prefix ?? localName)) throw malformed('attribute named like a declaration')
      if (prefix && typeof namespaceURI !== 'string') throw malformed('undeclared prefix')
      if (prefix === 'xmlns' || localName === 'xmlns') assertDeclaration(prefix === 'xmlns' ? localName : '', value)
      if (names.size === names.add(`${namespaceURI ?? ''} ${localName}`).size) throw malformed('attribute twice')
      if (localName.toLowerCase() === 'id' && prefix !== 'xmlns') {
        if (ids.has(value)) throw new GatewayError('saml_structure_forbidden', 'an ID stands twice')
        ids.add(value)
      }
    }
  }
}

/** An absolute URI in its plain spelling. Canonical XML fails on others, and parsers differ on which are. */
const rest = String.raw`(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*`
const NAMESPACE = new RegExp(
  `^[a-z][a-z\\d+.-]*:(?://[\\w.-]+(?::\\d{1,5})?(?=[/?#]|$)|(?!//))${rest}(?:#${rest})?$`,
  'i',
)
const XML = 'http://www.w3.org/XML/1998/namespace'
/** Bound to `xml` and `xmlns` from the start, and to nothing else. */
const reserved: ReadonlySet<string> = new Set([XML, 'http://www.w3.org/2000/xmlns/'])

const assertDeclaration = (prefix: string, namespace: string) => {
  // Namespaces in XML 3: it may be declared, as the Ministry's metadata does
  if (prefix === 'xml' && namespace === XML) return
  if (prefix === 'xml' || prefix === 'xmlns' || reserved.has(namespace)) throw malformed('reserved namespace')
  if (namespace === '' ? prefix !== '' : !NAMESPACE.test(namespace)) throw malformed('namespace')
}

export function* descendantsAndSelf(element: Element): Generator<Element> {
  yield element
  for (const node of Array.from(element.childNodes)) if (isElement(node)) yield* descendantsAndSelf(node)
}

export const isNamed = (element: Element, namespace: string, localName: string): boolean =>
  element.namespaceURI === namespace && element.localName === localName

export const childElements = (parent: Element): Element[] => Array.from(parent.childNodes).filter(isElement)

export const childrenNamed = (parent: Element, namespace: string, localName: string): Element[] =>
  childElements(parent).filter((element) => isNamed(element, namespace, localName))

/** The only child of that name; two of them are `saml_structure_forbidden`: readers would differ on which one counts. */
export const childNamed = (parent: Element, namespace: string, localName: string): Element | undefined => {
  const [first, second] = childrenNamed(parent, namespace, localName)
  if (second !== undefined) throw new GatewayError('saml_structure_forbidden', `${localName} stands twice`)
  return first
}

/** `undefined` where absent, so that an empty attribute can be told from none. */
export const attributeOf = (element: Element, name: string): string | undefined =>
  element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined

/** The whole text, trimmed (docs/rules/spid-saml.md 5.1). Joined across comments: stopping at one would cut `a<!---->b` to `a`. */
export const textOf = (element: Element): string => {
  let text = ''
  for (const node of Array.from(element.childNodes)) {
    if (isElement(node)) throw new GatewayError('saml_structure_forbidden', `${element.localName} holds elements`)
    if (node.nodeType === TEXT || node.nodeType === CDATA) text += node.nodeValue ?? ''
  }
  return text.trim()
}

/** Text as canonical XML writes it (Canonical XML 1.0, 2.3), so that what we sign is written only once. */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;')

/** An attribute value, for double quotes, as canonical XML writes it. */
export const escapeAttribute = (value: string): string =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;')
