/** Records that have a term: by the index where there is one, else line by line. */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { logPath, type Place, segmentPath } from './layout.ts'
import { formOf } from './read-chain.ts'
import { keyOfLog, openedLines } from './read-log.ts'
import { openSegment } from './read-segment.ts'
import type { StoredRecord } from './records.ts'
import { createTermHash, type Term, termsOf, termText } from './terms.ts'
import { type Found, placesIn, type Where } from './where.ts'
import { recordIn } from './write-segment.ts'

export interface Sought {
  /** What an index has not been asked for yet. */
  readonly fresh: readonly Term[]
  /** All of it, by its text. It may grow while records are found. */
  readonly sought: ReadonlyMap<string, Term>
}

const has = (sought: Sought['sought'], record: StoredRecord): boolean =>
  termsOf(record).some((term) => sought.has(termText(term)))

async function* inSegment({ folder, keys }: Where, place: Place, { fresh, sought }: Sought): AsyncGenerator<Found> {
  const segment = await openSegment(segmentPath(folder, place), place, keys)
  try {
    if (segment.table === undefined) throw new Error('its table cannot be read')
    for (const index of await segment.blocksOf(fresh.map(createTermHash(segment.key)))) {
      const block = await segment.block(index)
      if (block === undefined) throw new Error(`its block ${index} was changed`)
      for (const { number: position, bytes } of block) {
        const record = recordIn(bytes)
        if (has(sought, record)) yield { ...place, position, record, bytes }
      }
    }
  } finally {
    await segment.close()
  }
}

/** Beyond so many it is quicker to read a record than to look for each of them in its text. */
const NEEDLES = 12

/** Does the text hold one of them at all? Most lines need not be read any further. */
const createGlance = (sought: Sought['sought']) => {
  let needles: Buffer[] = []
  return (bytes: Buffer): boolean => {
    if (sought.size > NEEDLES) return true
    if (needles.length !== sought.size)
      needles = [...sought.values()].map(({ value }) => Buffer.from(JSON.stringify(value)))
    return needles.some((needle) => bytes.includes(needle))
  }
}

async function* inLines({ folder, keys }: Where, place: Place, { sought }: Sought): AsyncGenerator<Found> {
  const path = logPath(folder, place)
  const key: RegisterKey | undefined = await keyOfLog(path, place, keys)
  if (key === undefined) return
  const mayHave = createGlance(sought)
  let [position, bad] = [0, 0]
  for await (const line of openedLines(path, place, key)) {
    if (line === undefined) bad += 1
    else {
      const record = mayHave(line.bytes) ? recordIn(line.bytes) : undefined
      if (record && has(sought, record)) yield { ...place, position, record, bytes: line.bytes }
      position += 1
    }
  }
  if (bad > 0) throw new Error(`${bad} of its lines were changed`)
}

/** In the order of their files. */
export async function* recordsWith(where: Where, what: Sought): AsyncGenerator<Found> {
  for await (const place of placesIn(where)) {
    try {
      const form = await formOf(where.folder, place)
      yield* form === 'segment' ? inSegment(where, place, what) : inLines(where, place, what)
    } catch (error) {
      where.find({ file: `${place.day}/${place.chain}`, what: 'unreadable', note: (error as Error).message })
    }
  }
}
