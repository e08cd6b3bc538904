/**
 * Writing XML from values: a tree of elements, once as the document and once in its exclusive canonical form
 * (https://www.w3.org/TR/xml-exc-c14n/), which is what gets digested.
 */
import { escapeAttribute, escapeText } from './xml.ts'

/** Only text, or only elements. */
export interface XmlElement {
  /** With its prefix: `md:Company`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[] | string
}

/** Attributes that are undefined are left out. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...children: readonly XmlElement[] | readonly [string]
): XmlElement => ({
  name,
  attributes: Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  ),
  children: typeof children[0] === 'string' ? children[0] : (children as readonly XmlElement[]),
})

/** Prefix → namespace. `xml` is known to all and never declared. */
export type Prefixes = Readonly<Record<string, string>>

const XML = 'http://www.w3.org/XML/1998/namespace'

/** With every namespace declared at the root, where people and the rules (docs/rules/cie.md 2.1) look for them. `first` stands before the root's children. */
export const documentXml = (root: XmlElement, prefixes: Prefixes, first = ''): string =>
  write(root, prefixes, { declared: new Set(), declare: Object.keys(prefixes), first, depth: 0 })

export const canonicalXml = (root: XmlElement, prefixes: Prefixes): string =>
  write(root, prefixes, { declared: new Set(), declare: [], first: '', depth: 0 })

interface Place {
  /** Prefixes that an element further out has declared. */
  readonly declared: ReadonlySet<string>
  /** Prefixes to declare here though nobody uses them here. */
  readonly declare: readonly string[]
  readonly first: string
  readonly depth: number
}

const write = ({ name, attributes, children }: XmlElement, prefixes: Prefixes, place: Place): string => {
  const used = [name, ...Object.keys(attributes)].map(prefixOf).filter((prefix) => prefix !== '' && prefix !== 'xml')
  const fresh = [...new Set([...used, ...place.declare])].filter((prefix) => !place.declared.has(prefix)).sort()
  const namespace = (key: string): string => {
    const prefix = prefixOf(key)
    return prefix === '' ? '' : prefix === 'xml' ? XML : namespaceOf(prefixes, prefix)
  }
  // exclusive canonical order: attributes by namespace, those without one first, then by local name
  const ordered = Object.entries(attributes).toSorted(
    ([a], [b]) => compare(namespace(a), namespace(b)) || compare(localNameOf(a), localNameOf(b)),
  )
  const start = [
    name,
    ...fresh.map((prefix) => `xmlns:${prefix}="${escapeAttribute(namespaceOf(prefixes, prefix))}"`),
    ...ordered.map(([key, value]) => `${key}="${escapeAttribute(value)}"`),
  ].join(' ')
  const inner = { declared: new Set([...place.declared, ...fresh]), declare: [], first: '', depth: place.depth + 1 }
  const content = typeof children === 'string' ? escapeText(children) : indented(children, place.depth, prefixes, inner)
  return `<${start}>${place.first}${content}</${name}>`
}

/** The line breaks are part of what is signed. */
const indented = (children: readonly XmlElement[], depth: number, prefixes: Prefixes, inner: Place): string =>
  children.length === 0
    ? ''
    : `${children.map((child) => `\n${'  '.repeat(depth + 1)}${write(child, prefixes, inner)}`).join('')}\n${'  '.repeat(depth)}`

const prefixOf = (name: string): string => (name.includes(':') ? (name.split(':', 1)[0] ?? '') : '')
const localNameOf = (name: string): string => name.slice(name.indexOf(':') + 1)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const namespaceOf = (prefixes: Prefixes, prefix: string): string => {
  const namespace = prefixes[prefix]
  if (namespace === undefined) throw new Error(`no namespace for the prefix ${prefix}`)
  return namespace
}
