/** Reads a segment: block by block, or only the blocks that a term is in. */
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find } from './finding.ts'
import type { Place } from './layout.ts'
import { BLOCK, type Block } from './read-log.ts'
import { createSeals, firstOfBlock, keyIdOf, type Table, unpackBlock } from './segment.ts'
import { blocksIn, pagesFor, unpackFirsts } from './term-index.ts'

export interface Segment {
  readonly key: RegisterKey
  /** `undefined` where it was cut off or changed: then blocks can still be read one after another. */
  readonly table: Table | undefined
  /** `undefined` for a block that was changed or is not there. */
  block(index: number): Promise<Block | undefined>
  /** Numbers of the blocks that may hold one of these terms, by their keyed hashes. Throws Error where the index was changed. */
  blocksOf(hashes: readonly number[]): Promise<readonly number[]>
  /** What is wrong beside its blocks; `undefined` where every byte is as it was written, or there is no table to tell. */
  damage(): Promise<string | undefined>
  close(): Promise<void>
}

/** Longer than any header line. */
const HEADER = 512

/** Throws Error where the file's first line or key is not ours. The caller closes. */
export const openSegment = async (path: string, place: Place, keys: readonly RegisterKey[]): Promise<Segment> => {
  const file = await open(path)
  try {
    return await read(file, place, keys)
  } catch (error) {
    await file.close()
    throw error
  }
}

const read = async (file: FileHandle, place: Place, keys: readonly RegisterKey[]): Promise<Segment> => {
  const { size } = await file.stat()
  const at = async (position: number, length: number): Promise<Buffer> => {
    if (position < 0 || length < 0 || position + length > size) return Buffer.alloc(0)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  const [header = ''] = (await at(0, Math.min(HEADER, size))).toString('latin1').split('\n', 1)
  const id = keyIdOf(header, place)
  if (id === undefined) throw new Error('is no segment of the register, or of another version')
  const key = keys.find((one) => one.id === id)
  if (key === undefined) throw new Error(`is sealed with key ${id} of the register, which is not in the keyring`)
  const seals = createSeals(place, key)

  const tableLength = await numberAt(at, size - 4)
  const opened = seals.open('table', await at(size - 4 - tableLength, tableLength))
  const table = opened && (JSON.parse(opened.toString()) as Table)

  /** Where each block's length stands; without a table found out by going from one to the next. */
  const positions = [header.length + 1]
  for (const length of table?.blocks ?? []) positions.push((positions.at(-1) ?? 0) + 4 + length)
  const positionOf = async (index: number): Promise<number> => {
    while (positions.length <= index) {
      const last = positions.at(-1) ?? 0
      positions.push(last + 4 + (await numberAt(at, last)))
    }
    return positions[index] ?? 0
  }
  const pagesAt = (positions.at(-1) ?? 0) + 4
  const firsts = unpackFirsts(Buffer.from(table?.firsts ?? '', 'base64'))
  const page = async (index: number): Promise<Buffer | undefined> => {
    const before = table?.pages.slice(0, index).reduce((sum, length) => sum + length, 0) ?? 0
    return seals.open(`page ${index}`, await at(pagesAt + before, table?.pages[index] ?? 0))
  }

  return {
    key,
    table,
    block: async (index) => {
      const position = await positionOf(index)
      const length = table?.blocks[index] ?? (await numberAt(at, position))
      const packed = length > 0 ? seals.open(`block ${index}`, await at(position + 4, length)) : undefined
      return packed && unpackBlock(packed, firstOfBlock(index))
    },
    blocksOf: async (hashes) => {
      const wanted = new Map<number, number[]>()
      for (const hash of hashes) {
        for (const number of pagesFor(hash, firsts)) wanted.set(number, [...(wanted.get(number) ?? []), hash])
      }
      const blocks = new Set<number>()
      for (const [number, sought] of wanted) {
        const bytes = await page(number)
        if (bytes === undefined) throw new Error(`page ${number} of its index was changed`)
        for (const hash of sought) for (const block of blocksIn(bytes, hash)) blocks.add(block)
      }
      return [...blocks].toSorted((one, other) => one - other)
    },
    damage: async () => {
      if (table === undefined) return undefined
      for (const number of table.pages.keys()) if ((await page(number)) === undefined) return 'its index'
      // what no seal covers: the lengths in front of the blocks, and how long all of it is
      const lengths = [...table.blocks, 0]
      const end = pagesAt + table.pages.reduce((sum, length) => sum + length, 0) + tableLength + 4
      for (const [index, length] of lengths.entries())
        if ((await numberAt(at, positions[index] ?? 0)) !== length) return 'between its blocks'
      return end === size ? undefined : 'it is longer than it was written'
    },
    close: () => file.close(),
  }
}

const numberAt = async (
  at: (position: number, length: number) => Promise<Buffer>,
  position: number,
): Promise<number> => {
  const bytes = await at(position, 4)
  return bytes.length === 4 ? bytes.readUInt32BE() : 0
}

/**
 * The records in their order; what cannot be read is a finding.
 *
 * @param records how many there must be, where something signed says so.
 */
export async function* readSegment(
  path: string,
  place: Place,
  keys: readonly RegisterKey[],
  find: Find,
  records?: number,
): AsyncGenerator<Block> {
  const file = `${place.day}/${basename(path)}`
  const segment = await openSegment(path, place, keys)
  try {
    const { table } = segment
    const total = table?.records ?? records
    const count = table?.blocks.length ?? (records === undefined ? undefined : Math.ceil(records / BLOCK))
    if (table === undefined) find({ file, what: 'truncated', note: 'its table cannot be read' })
    for (let index = 0; count === undefined || index < count; index++) {
      const block = await segment.block(index)
      if (block !== undefined) yield block
      else if (count === undefined || total === undefined) return
      else
        find({ file, what: 'changed', first: firstOfBlock(index), last: Math.min(firstOfBlock(index + 1), total) - 1 })
    }
  } finally {
    await segment.close()
  }
}
