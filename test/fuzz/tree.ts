/**
 * XML as a tree that keeps its spelling, to be cut up and written again; and its meaning, read independently of the parser
 * that the gateway uses. Reads well-formed documents without DOCTYPE only: the originals, and what was accepted.
 */
export interface Attribute {
  name: string
  /** As written between the quotes. */
  value: string
  quote: '"' | "'"
  space: string
}

export interface ElementNode {
  kind: 'element'
  name: string
  attributes: Attribute[]
  children: Node[]
  /** `<a/>`: only while it has no children. */
  short: boolean
}

/** `text` as written; `markup`: a comment, CDATA section, processing instruction or declaration. */
export type Node = ElementNode | { kind: 'text' | 'markup'; text: string }

const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^>]*>|<(?<name>[^\s/>]+)(?<attributes>(?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?<short>\/?)>|[^<]+/g
const attribute = /(?<space>\s+)(?<name>[^\s=]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')/g

export const parse = (xml: string): Node[] => {
  const top: ElementNode = { kind: 'element', name: '', attributes: [], children: [], short: false }
  const open = [top]
  for (const { 0: text, groups } of xml.matchAll(token)) {
    const parent = open.at(-1) ?? top
    if (text.startsWith('</')) open.pop()
    else if (groups?.name === undefined) {
      parent.children.push({ kind: text.startsWith('<') ? 'markup' : 'text', text })
    } else {
      const element: ElementNode = {
        kind: 'element',
        name: groups.name,
        attributes: [...(groups.attributes ?? '').matchAll(attribute)].map(({ groups: found }) => ({
          name: found?.name ?? '',
          value: found?.double ?? found?.single ?? '',
          quote: found?.double === undefined ? "'" : '"',
          space: found?.space ?? ' ',
        })),
        children: [],
        short: groups.short !== '',
      }
      parent.children.push(element)
      if (!element.short) open.push(element)
    }
  }
  return top.children
}

export const write = (nodes: readonly Node[]): string =>
  nodes
    .map((node) => {
      if (node.kind !== 'element') return node.text
      const attributes = node.attributes.map(
        ({ name, value, quote, space }) => `${space}${name}=${quote}${value}${quote}`,
      )
      const start = `<${node.name}${attributes.join('')}`
      return node.short && node.children.length === 0 ? `${start}/>` : `${start}>${write(node.children)}</${node.name}>`
    })
    .join('')

export const copyOf = <Kind extends Node>(node: Kind): Kind => structuredClone(node)

export interface Place {
  readonly element: ElementNode
  readonly parent: ElementNode | undefined
  /** The list that the element stands in. */
  readonly siblings: Node[]
}

/** Every element, in document order. */
export const elementsIn = (nodes: Node[], parent?: ElementNode): Place[] =>
  nodes.flatMap((node) =>
    node.kind === 'element' ? [{ element: node, parent, siblings: nodes }, ...elementsIn(node.children, node)] : [],
  )

export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
export const isNamed = (node: Node, local: string): node is ElementNode =>
  node.kind === 'element' && localName(node.name) === local

type Scope = Readonly<Record<string, string>>

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const decoded = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    hex || decimal ? String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)) : (named[name] ?? whole),
  )

/**
 * What the document says: names with their namespaces, attributes in order, text with its references resolved and joined
 * across comments and CDATA. `skip` leaves elements out.
 */
export const meaning = (nodes: readonly Node[], skip: (element: ElementNode) => boolean = () => false): string =>
  said(nodes, skip, { xml: 'http://www.w3.org/XML/1998/namespace' })

const said = (nodes: readonly Node[], skip: (element: ElementNode) => boolean, scope: Scope): string => {
  let result = ''
  for (const node of nodes) {
    if (node.kind === 'element') {
      if (!skip(node)) result += elementSaid(node, skip, scope)
    } else if (node.kind === 'text') {
      result += JSON.stringify(decoded(node.text.replace(/\r\n?/g, '\n'))).slice(1, -1)
    } else {
      const [, data = ''] = /^<!\[CDATA\[([\s\S]*)\]\]>$/.exec(node.text) ?? []
      result += JSON.stringify(data.replace(/\r\n?/g, '\n')).slice(1, -1)
    }
  }
  return result
}

const elementSaid = (node: ElementNode, skip: (element: ElementNode) => boolean, outer: Scope): string => {
  const isDeclaration = ({ name }: Attribute) => name === 'xmlns' || name.startsWith('xmlns:')
  const declared = node.attributes
    .filter(isDeclaration)
    .map(({ name, value }) => [name === 'xmlns' ? '' : name.slice(6), decoded(value)])
  const scope: Scope = { ...outer, ...Object.fromEntries(declared) }
  const expanded = (name: string, unprefixed: string) => {
    const at = name.indexOf(':')
    return `{${at < 0 ? unprefixed : scope[name.slice(0, at)]}}${localName(name)}`
  }
  const attributes = node.attributes
    .filter((one) => !isDeclaration(one))
    .map(({ name, value }) => `${expanded(name, '')}=${JSON.stringify(decoded(value.replace(/\s/g, ' ')))}`)
    .sort()
  return `<${expanded(node.name, scope[''] ?? '')} ${attributes.join(' ')}>${said(node.children, skip, scope)}</>`
}
