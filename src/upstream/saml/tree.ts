/** A parsed document as plain values, all that readers get: made of libxml2's tree, which is freed at once. */
import {
  ParseOption,
  XmlAttribute,
  XmlCData,
  XmlComment,
  XmlDocument,
  XmlElement,
  XmlText,
  type XmlTreeNode,
} from 'libxml2-wasm'

export interface ElementNode {
  readonly kind: 'element'
  /** Empty where there is none. */
  readonly prefix: string
  readonly localName: string
  /** Empty where there is none. */
  readonly namespace: string
  /** Without declarations, in the order of the document. */
  readonly attributes: readonly Attribute[]
  /** Prefix → namespace, of this element alone; the empty prefix is that of names without one. */
  readonly declarations: Readonly<Record<string, string>>
  readonly children: readonly TreeNode[]
  /** Undefined for the root. */
  readonly parent: ElementNode | undefined
}

export interface Attribute {
  /** As written: `xml:lang`. */
  readonly name: string
  readonly prefix: string
  readonly localName: string
  readonly namespace: string
  readonly value: string
}

/** References are resolved. A text may stand in several of them, one after the other. */
export interface TextNode {
  readonly kind: 'text' | 'cdata' | 'comment'
  readonly text: string
}

export type TreeNode = ElementNode | TextNode

/** From the root: which of its child elements, which of that one's, and so on. */
export type ElementPath = readonly number[]

export const isElement = (node: TreeNode): node is ElementNode => node.kind === 'element'

export const childElements = (parent: ElementNode): ElementNode[] => parent.children.filter(isElement)

export const pathTo = (element: ElementNode): ElementPath =>
  element.parent === undefined ? [] : [...pathTo(element.parent), childElements(element.parent).indexOf(element)]

// no network, no file, no DTD; IDs are ours to judge
const option: ParseOption = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_SKIP_IDS

/**
 * V8 takes classes that TypeScript decorated for unsettled: it compiled what makes these nodes some twenty times a login and
 * threw it away each time (`--trace-opt`: aborted, dependency change). A class that is extended has a hidden class to itself.
 */
for (const Node of [XmlAttribute, XmlCData, XmlComment, XmlElement, XmlText]) void class extends Node {}

/** Throws what libxml2 throws when it does not like the text. */
export const withLibxml2 = <Result>(xml: string, use: (document: XmlDocument) => Result): Result => {
  const document = XmlDocument.fromBuffer(Buffer.from(xml), { encoding: 'utf-8', option })
  // what is not freed stays in the memory of WebAssembly, which never shrinks
  try {
    return use(document)
  } finally {
    document.dispose()
  }
}

type Scope = Readonly<Record<string, string>>

const AT_START: Scope = { '': '', xml: 'http://www.w3.org/XML/1998/namespace' }

/** The root of a document that well-formed.ts let pass. */
export const parseTree = (xml: string): ElementNode =>
  withLibxml2(xml, ({ root }) => elementOf(root, undefined, AT_START))

const elementOf = (node: XmlElement, parent: ElementNode | undefined, outer: Scope): ElementNode => {
  const declarations = node.nsDeclarations
  let scope = outer
  for (const _ in declarations) {
    scope = { ...outer, ...declarations }
    break
  }
  const { prefix } = node
  const children: TreeNode[] = []
  const element: ElementNode = {
    kind: 'element',
    prefix,
    localName: node.name,
    namespace: namespaceOf(prefix, scope),
    attributes: node.attrs.map((attribute) => attributeOf(attribute, scope)),
    declarations,
    children,
    parent,
  }
  for (let child = node.firstChild; child !== null; child = child.next) {
    children.push(child instanceof XmlElement ? elementOf(child, element, scope) : textOf(child))
  }
  return element
}

const attributeOf = (attribute: XmlAttribute, scope: Scope): Attribute => {
  const { name: localName, prefix, value } = attribute
  return prefix === ''
    ? { name: localName, prefix, localName, namespace: '', value }
    : { name: `${prefix}:${localName}`, prefix, localName, namespace: namespaceOf(prefix, scope), value }
}

/** libxml2 refuses what is not declared; asking it for each name would decode the same addresses hundreds of times. */
const namespaceOf = (prefix: string, scope: Scope): string => {
  const namespace = Object.hasOwn(scope, prefix) ? scope[prefix] : undefined
  if (namespace === undefined) throw new Error(`the prefix ${prefix} is not declared`)
  return namespace
}

const textOf = (node: XmlTreeNode): TextNode => {
  if (node instanceof XmlText) return { kind: 'text', text: node.content }
  if (node instanceof XmlCData) return { kind: 'cdata', text: node.content }
  if (node instanceof XmlComment) return { kind: 'comment', text: node.content }
  throw new Error('neither text nor element')
}
