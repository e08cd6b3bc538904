/**
 * The two ways in which records hang together: a chain, so that each names all that came before it, and over the whole
 * day a Merkle tree (RFC 9162 2.1), so that one record can be proved to somebody who may not see the others.
 */
import { hash } from 'node:crypto'

const SIZE = 32
const sha256 = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer')

/** In front of a record's text, so that no record is taken for a node of the tree (RFC 9162 2.1.1). No text holds it. */
export const LEAF = 0x00
const NODE = 0x01
const LINK = 0x02

const three = (kind: number) => {
  const input = Buffer.alloc(1 + 2 * SIZE, kind)
  return (left: Buffer, right: Buffer): Buffer => {
    left.copy(input, 1)
    right.copy(input, 1 + SIZE)
    return sha256(input)
  }
}

/** `bytes`: a zero byte and the record's text. */
export const leafOf: (bytes: Buffer) => Buffer = sha256
const nodeOf = three(NODE)
/** What the chain is after this record. */
export const linkOf: (before: Buffer, leaf: Buffer) => Buffer = three(LINK)
/** What the chain is before its first record: it belongs to this day, process and key and to no other. */
export const originOf = (place: { readonly day: string; readonly chain: string }, keyId: string): Buffer =>
  sha256(Buffer.from(`varco-register-v1\0${place.day}\0${place.chain}\0${keyId}`))

/** Over hashes that are leaves or, since all but the last stand for equally many, whole branches. */
export const createTree = (nodes: readonly Buffer[]) => {
  const levels: (readonly Buffer[])[] = [nodes]
  for (let level = nodes; level.length > 1; ) {
    const above: Buffer[] = []
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index] as Buffer, level[index + 1]]
      above.push(right === undefined ? left : nodeOf(left, right))
    }
    levels.push(above)
    level = above
  }
  return {
    root: levels.at(-1)?.[0] ?? sha256(Buffer.alloc(0)),
    /** The hashes that lead from this node to the root, the lowest first. */
    path: (index: number): readonly Buffer[] =>
      levels.flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []),
  }
}
