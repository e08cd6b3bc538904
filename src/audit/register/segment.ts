/**
 * A chain whose day is over: its records in compressed, sealed blocks of 64, then an index of what they can be found by,
 * then a table of both. Layout: a line in clear; each block with its length (4 bytes) in front; a length of 0; pages of
 * the index; the table; its length (4 bytes).
 */

import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { open, seal, subkey } from '../../sealing.ts'
import { leafOf } from './hashes.ts'
import type { Place } from './layout.ts'
import { BLOCK, type Block, type StoredBytes } from './read-log.ts'

export interface Table {
  readonly records: number
  /** Hex. */
  readonly head: string
  readonly root: string
  /** Length of each sealed block, and the root of its branch of the tree (all in one, base64). */
  readonly blocks: readonly number[]
  readonly roots: string
  /** Length of each sealed page of the index, and the hash that it begins with. */
  readonly pages: readonly number[]
  readonly firsts: string
}

export type Part = `block ${number}` | `page ${number}` | 'table'

export const headerOf = ({ day, chain }: Place, key: RegisterKey): string =>
  `${JSON.stringify({ varco: 'register segment', version: 1, day, chain, key: key.id })}\n`

export const keyIdOf = (line: string, { day, chain }: Place): string | undefined => {
  try {
    const header = JSON.parse(line) as Readonly<Record<string, unknown>>
    const ours =
      header.varco === 'register segment' && header.version === 1 && header.day === day && header.chain === chain
    return ours && typeof header.key === 'string' ? header.key : undefined
  } catch {
    return undefined
  }
}

const deflate = promisify(deflateRaw)
const inflate = promisify<Buffer, Buffer>(inflateRaw)

/** Seals and opens the parts of one segment. */
export const createSeals = ({ day, chain }: Place, key: RegisterKey) => {
  const secret = subkey(key, 'register', 'segment', day, chain)
  return {
    seal: (part: Part, bytes: Buffer): Buffer => seal(secret, bytes, Buffer.from(part)),
    /** `undefined` when it was changed or stood elsewhere. */
    open: (part: Part, sealed: Buffer): Buffer | undefined => open(secret, sealed, Buffer.from(part)),
  }
}

export const packBlock = (block: Block): Promise<Buffer> => deflate(Buffer.concat(block.map(({ bytes }) => bytes)))

/** Each record begins with a zero byte, and no text holds one. `number`: of its first record. */
export const unpackBlock = async (packed: Buffer, number: number): Promise<Block> => {
  const all = await inflate(packed)
  const block: StoredBytes[] = []
  for (let start = 0; start < all.length; ) {
    const end = all.indexOf(0, start + 1)
    const bytes = all.subarray(start, end === -1 ? all.length : end)
    block.push({ number: number + block.length, bytes, leaf: leafOf(bytes) })
    start += bytes.length
  }
  return block
}

export const firstOfBlock = (index: number): number => index * BLOCK
