/** Canonical XML by libxml2: a parse of its own of the same text. */
import { type XmlDocument, XmlElement, type XmlNode } from 'libxml2-wasm'
import type { Canonicalization } from './signature-shape.ts'
import { type ElementPath, withLibxml2 } from './tree.ts'

export interface CanonicalWriter {
  /** The octets of an element with all that is in it, comments left out. */
  readonly octetsOf: (path: ElementPath, how: Canonicalization) => Buffer
  /** From here on the element is gone. */
  readonly remove: (path: ElementPath) => void
}

const EXCLUSIVE = 1
const INCLUSIVE = 0

/** Throws what libxml2 throws when it does not like the text. */
export const withCanonicalWriter = <Result>(xml: string, use: (writer: CanonicalWriter) => Result): Result =>
  withLibxml2(xml, (document) => {
    const at = (path: ElementPath) => path.reduce(childAt, document.root)
    return use({
      octetsOf: (path, how) => octets(document, path.length === 0 ? undefined : at(path), how),
      remove: (path) => at(path).remove(),
    })
  })

/** `element`: undefined for the root, which saves asking for each node whether it is meant. */
const octets = (
  document: XmlDocument,
  element: XmlNode | undefined,
  { exclusive, prefixes }: Canonicalization,
): Buffer => {
  const chunks: Buffer[] = []
  const handler = {
    // the memory is WebAssembly's and used again
    write: (chunk: Uint8Array) => chunks.push(Buffer.from(chunk)) && chunk.byteLength,
    close: () => true,
  }
  document.canonicalize(handler, {
    mode: exclusive ? EXCLUSIVE : INCLUSIVE,
    ...(exclusive && prefixes !== undefined && { inclusiveNamespacePrefixes: [...prefixes] }),
    ...(element !== undefined && { nodeSet: new Set([element]) }),
  })
  return Buffer.concat(chunks)
}

const childAt = (parent: XmlElement, index: number): XmlElement => {
  let left = index
  for (let node = parent.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement && left-- === 0) return node
  }
  throw new Error(`libxml2 sees no child element ${index}`)
}
