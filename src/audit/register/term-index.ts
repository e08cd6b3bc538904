/**
 * Which blocks of a chain hold a term: sorted entries, each the keyed hash of a term and the number of a block, in pages
 * of equal size. To look one up takes two reads, however long the chain is.
 */
import { HASH_SIZE } from './terms.ts'

/** An entry is one number: 40 bits of hash above 24 bits of block. */
const ENTRY = 8
const BLOCK_BITS = 24n
const PER_PAGE = 512

export interface Page {
  readonly bytes: Buffer
  /** Hash of its first entry. */
  readonly first: number
}

const entryOf = (hash: number, block: number): bigint => (BigInt(hash) << BLOCK_BITS) | BigInt(block)
const hashOf = (entry: bigint): number => Number(entry >> BLOCK_BITS)
const blockOf = (entry: bigint): number => Number(BigInt.asUintN(Number(BLOCK_BITS), entry))

const pageOf = (part: readonly bigint[]): Page => {
  const bytes = Buffer.alloc(part.length * ENTRY)
  for (const [index, entry] of part.entries()) bytes.writeBigUInt64BE(entry, index * ENTRY)
  return { bytes, first: hashOf(part[0] ?? 0n) }
}

export const createIndexBuilder = () => {
  let entries = new BigUint64Array(4096)
  let count = 0
  return {
    add: (hash: number, block: number): void => {
      if (count === entries.length) {
        const larger = new BigUint64Array(2 * count)
        larger.set(entries)
        entries = larger
      }
      entries[count++] = entryOf(hash, block)
    },
    pages: function* (): Generator<Page> {
      let part: bigint[] = []
      // a term that a block has twice is named once; page by page, so that logins need not wait for millions
      for (const entry of entries.subarray(0, count).sort()) {
        if (entry === part.at(-1)) continue
        if (part.length === PER_PAGE) {
          yield pageOf(part)
          part = []
        }
        part.push(entry)
      }
      if (part.length > 0) yield pageOf(part)
    },
  }
}

/** Numbers of the pages that may hold a hash. `firsts`: of each page. */
export const pagesFor = (hash: number, firsts: readonly number[]): readonly number[] => {
  const after = firstIndex(firsts.length, (index) => (firsts[index] ?? 0) > hash)
  const from = Math.max(0, firstIndex(firsts.length, (index) => (firsts[index] ?? 0) >= hash) - 1)
  return Array.from({ length: Math.max(0, after - from) }, (_, index) => from + index)
}

/** Numbers of the blocks that a page names for a hash. */
export const blocksIn = (page: Buffer, hash: number): readonly number[] => {
  const entry = (index: number) => page.readBigUInt64BE(index * ENTRY)
  const count = page.length / ENTRY
  const blocks: number[] = []
  for (
    let index = firstIndex(count, (one) => hashOf(entry(one)) >= hash);
    index < count && hashOf(entry(index)) === hash;
    index++
  )
    blocks.push(blockOf(entry(index)))
  return blocks
}

/** The first index that holds, of a condition that goes on holding; `count` where none does. */
const firstIndex = (count: number, holds: (index: number) => boolean): number => {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** First hashes of all pages in one buffer, as the table of a segment keeps them. */
export const packFirsts = (firsts: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(firsts.length * HASH_SIZE)
  for (const [index, first] of firsts.entries()) bytes.writeUIntBE(first, index * HASH_SIZE, HASH_SIZE)
  return bytes
}
export const unpackFirsts = (bytes: Buffer): readonly number[] =>
  Array.from({ length: bytes.length / HASH_SIZE }, (_, index) => bytes.readUIntBE(index * HASH_SIZE, HASH_SIZE))
