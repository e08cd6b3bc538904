/**
 * Canonical XML by libxml2 (WebAssembly): a parse of its own of the same text, kept only while `use` runs. It never reads
 * a network, a file or a DTD.
 */
import { ParseOption, XmlDocument, XmlElement, type XmlNode } from 'libxml2-wasm'
import type { Canonicalization } from './signature-shape.ts'

/** From the root: which of its child elements, which of that one's, and so on. */
export type ElementPath = readonly number[]

export interface CanonicalWriter {
  /** The name of an element as libxml2 sees it, to be compared. */
  readonly nameOf: (path: ElementPath) => { readonly namespace: string; readonly localName: string }
  /** The octets of an element with all that is in it, comments left out. */
  readonly octetsOf: (path: ElementPath, how: Canonicalization) => Buffer
  /** From here on the element is gone. */
  readonly remove: (path: ElementPath) => void
}

const EXCLUSIVE = 1
const INCLUSIVE = 0

const option: ParseOption = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_SKIP_IDS

/** Throws what libxml2 throws when it does not like the text. */
export const withCanonicalWriter = <Result>(xml: string, use: (writer: CanonicalWriter) => Result): Result => {
  const document = XmlDocument.fromBuffer(Buffer.from(xml), { encoding: 'utf-8', option })
  // what is not freed stays in the memory of WebAssembly, which never shrinks
  try {
    const at = (path: ElementPath) => path.reduce(childAt, document.root)
    return use({
      nameOf: (path) => {
        const { namespaceUri, name } = at(path)
        return { namespace: namespaceUri, localName: name }
      },
      octetsOf: (path, how) => octets(document, path.length === 0 ? undefined : at(path), how),
      remove: (path) => at(path).remove(),
    })
  } finally {
    document.dispose()
  }
}

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
