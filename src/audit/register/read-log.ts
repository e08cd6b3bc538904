/**
 * A chain that is still in lines. Every line says its own number and link, so that what does not fit can be named: a
 * record that was changed, taken out, put in or moved, and where.
 */
import { basename } from 'node:path'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find } from './finding.ts'
import { leafOf, linkOf, originOf } from './hashes.ts'
import type { Place } from './layout.ts'
import { createLineReader, keyIdIn, type OpenedLine } from './line.ts'
import { linesOf } from './lines-of.ts'

/** Records that are read, compressed and proved together: a whole branch of the day's tree. */
export const BLOCK = 64

export interface StoredBytes {
  readonly number: number
  /** A zero byte and the record's text. */
  readonly bytes: Buffer
  readonly leaf: Buffer
}

/** Up to 64 records; all but the last block of a chain have 64. */
export type Block = readonly StoredBytes[]

/** Puts lines in their place in the chain, and what does not fit into findings. */
const createSequence = (place: Place, keyId: string, find: Find, file: string) => {
  let next = 0
  let link = originOf(place, keyId)
  /** Lines that cannot be opened since the last one that could. */
  let bad = 0
  const missing = new Set<number>()

  const badUpTo = (number: number): void => {
    const changed = Math.min(bad, number - next)
    if (changed > 0) find({ file, what: 'changed', first: next, last: next + changed - 1 })
    if (bad > changed)
      find({
        file,
        what: 'inserted',
        first: number,
        last: number,
        note: `${bad - changed} lines that no process wrote, in front of it`,
      })
    for (let one = next + changed; one < number; one++) missing.add(one)
    bad = 0
  }

  return {
    bad: () => {
      bad += 1
    },
    /** `undefined` for a second copy. */
    place: ({ number, link: stated, bytes }: OpenedLine): StoredBytes | undefined => {
      if (number < next) {
        const moved = missing.delete(number)
        find({
          file,
          what: moved ? 'reordered' : 'inserted',
          first: number,
          last: number,
          note: `it stands behind record ${next - 1}`,
        })
        return moved ? { number, bytes, leaf: leafOf(bytes) } : undefined
      }
      const follows = number === next
      if (bad > 0 || !follows) badUpTo(number)
      const leaf = leafOf(bytes)
      // sealed by the key, and yet not what followed: only who holds the key can do that
      if (follows && !linkOf(link, leaf).equals(stated)) find({ file, what: 'forged', first: number, last: number })
      link = stated
      next = number + 1
      return { number, bytes, leaf }
    },
    end: (): void => {
      badUpTo(next + bad)
      for (const [first, last] of runs([...missing].toSorted((one, other) => one - other)))
        find({ file, what: 'removed', first, last })
    },
  }
}

/** 3, 4, 5, 9 → 3–5, 9–9. */
const runs = (numbers: readonly number[]): readonly (readonly [number, number])[] =>
  numbers.reduce<[number, number][]>((all, number) => {
    const last = all.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else all.push([number, number])
    return all
  }, [])

/** Its first line is not that of its chain: nothing in it can be believed. */
export class ForeignFile extends Error {}

/** The key that sealed a chain in lines, `undefined` where the file has not even a whole first line. Throws Error where it is none of ours. */
export const keyOfLog = async (
  path: string,
  place: Place,
  keys: readonly RegisterKey[],
): Promise<RegisterKey | undefined> => {
  const lines = linesOf(path)
  const { value: first } = await lines.next()
  await lines.return(undefined)
  if (!first?.complete) return undefined
  const id = keyIdIn(first.bytes.toString('latin1'), place)
  if (id === undefined) throw new ForeignFile('its first line is not that of this chain')
  const key = keys.find((one) => one.id === id)
  if (key === undefined) throw new Error(`is sealed with key ${id} of the register, which is not in the keyring`)
  return key
}

/** Lines one after another, `undefined` for one that cannot be opened. Whether they follow one another is not looked at. */
export async function* openedLines(
  path: string,
  place: Place,
  key: RegisterKey,
): AsyncGenerator<OpenedLine | undefined> {
  const open = createLineReader(place, key)
  let header = true
  for await (const { bytes, complete } of linesOf(path)) {
    if (!header && complete) yield open(bytes)
    header = false
  }
}

/**
 * The records in their file's order. A last line that was never finished is passed over: nobody was told that it was
 * written, and the next start cuts it off.
 *
 * @throws Error where the file's first line or key is not ours.
 */
export async function* readLog(
  path: string,
  place: Place,
  keys: readonly RegisterKey[],
  find: Find,
): AsyncGenerator<Block> {
  const key = await keyOfLog(path, place, keys)
  if (key === undefined) return
  const sequence = createSequence(place, key.id, find, `${place.day}/${basename(path)}`)
  let block: StoredBytes[] = []
  for await (const line of openedLines(path, place, key)) {
    const stored = line && sequence.place(line)
    if (line === undefined) sequence.bad()
    if (stored === undefined) continue
    block.push(stored)
    if (block.length < BLOCK) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
  sequence.end()
}
