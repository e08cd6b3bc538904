/** Reading XML from outside: strict, bounded, and by direct children only, never by a search through the document. */
import { GatewayError } from '../../errors.ts'
import { childElements, type ElementNode, isElement, parseTree } from './tree.ts'
import { assertWellFormed } from './well-formed.ts'

export { childElements }

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
  readonly root: ElementNode
}

const malformed = (detail: string, cause?: unknown) => new GatewayError('saml_message_malformed', detail, { cause })

/** Throws `saml_message_malformed`, `saml_message_too_large`, `saml_doctype_forbidden` or (an ID twice) `saml_structure_forbidden`. */
export const parseXml = (
  source: string,
  { maxBytes = MAX_MESSAGE_BYTES, maxNodes = MAX_MESSAGE_NODES }: XmlLimits = {},
): XmlDocument => {
  if (Buffer.byteLength(source) > maxBytes) throw new GatewayError('saml_message_too_large')
  const xml = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  assertWellFormed(xml, { maxNodes })
  let root: ElementNode
  try {
    root = parseTree(xml)
  } catch (cause) {
    throw malformed('parser', cause)
  }
  assertNamesAndIds(root)
  return { xml, root }
}

/** Attribute names unique after expansion, and every ID unique, in each spelling that a signature engine looks up. */
const assertNamesAndIds = ({ attributes, declarations, children }: ElementNode, ids = new Set<string>()) => {
  for (const prefix in declarations) assertDeclaration(prefix, declarations[prefix] ?? '')
  const names = new Set<string>()
  for (const { namespace, localName, name, value } of attributes) {
    // xml-crypto takes it for a declaration and leaves it out of what is signed
    if (name.startsWith('xmlns')) throw malformed('attribute named like a declaration')
    if (attributes.length > 1 && names.size === names.add(`${namespace} ${localName}`).size) {
      throw malformed('attribute twice')
    }
    if (localName.length === 2 && localName.toLowerCase() === 'id') {
      if (ids.has(value)) throw new GatewayError('saml_structure_forbidden', 'an ID stands twice')
      ids.add(value)
    }
  }
  for (const child of children) if (isElement(child)) assertNamesAndIds(child, ids)
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

export function* descendantsAndSelf(element: ElementNode): Generator<ElementNode> {
  yield element
  for (const node of element.children) if (isElement(node)) yield* descendantsAndSelf(node)
}

export const isNamed = (element: ElementNode, namespace: string, localName: string): boolean =>
  element.localName === localName && element.namespace === namespace

export const childrenNamed = (parent: ElementNode, namespace: string, localName: string): ElementNode[] =>
  childElements(parent).filter((element) => isNamed(element, namespace, localName))

/** The only child of that name; two of them are `saml_structure_forbidden`: readers would differ on which one counts. */
export const childNamed = (parent: ElementNode, namespace: string, localName: string): ElementNode | undefined => {
  const [first, second] = childrenNamed(parent, namespace, localName)
  if (second !== undefined) throw new GatewayError('saml_structure_forbidden', `${localName} stands twice`)
  return first
}

/** By its name as written, `xml:lang`; `undefined` where absent, so that an empty attribute can be told from none. */
export const attributeOf = (element: ElementNode, name: string): string | undefined =>
  element.attributes.find((attribute) => attribute.name === name)?.value

/** The whole text, trimmed (docs/rules/spid-saml.md 5.1). Joined across comments: stopping at one would cut `a<!---->b` to `a`. */
export const textOf = (element: ElementNode): string => {
  let text = ''
  for (const node of element.children) {
    if (isElement(node)) throw new GatewayError('saml_structure_forbidden', `${element.localName} holds elements`)
    if (node.kind !== 'comment') text += node.text
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
