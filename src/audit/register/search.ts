/** Finds records by what they are indexed by, and what else belongs to the same logins. */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find } from './finding.ts'
import { chainsIn, type Day, daysIn, type Place, segmentPath } from './layout.ts'
import { formOf, readChain } from './read-chain.ts'
import type { Block } from './read-log.ts'
import { openSegment } from './read-segment.ts'
import type { StoredRecord } from './records.ts'
import { createTermHash, type Term, termsOf, termText } from './terms.ts'
import { recordIn } from './write-segment.ts'

export interface Found extends Place {
  /** Its place in the chain's tree: its number, unless a line before it was damaged. */
  readonly position: number
  readonly record: StoredRecord
  /** A zero byte and its text. */
  readonly bytes: Buffer
}

export interface Where {
  readonly folder: string
  readonly keys: readonly RegisterKey[]
  /** Days, both included. */
  readonly from?: Day | undefined
  readonly to?: Day | undefined
  /** Told of what cannot be read. */
  readonly find: Find
}

/** Every chain of the days that are asked for, the first day first. */
export async function* placesIn({
  folder,
  from = '',
  to = '9',
}: Pick<Where, 'folder' | 'from' | 'to'>): AsyncGenerator<Place> {
  for (const day of await daysIn(folder)) {
    if (day < from || day > to) continue
    for (const chain of await chainsIn(folder, day)) yield { day, chain }
  }
}

/** Blocks of a segment that the index names. */
async function* indexed({ folder, keys }: Where, place: Place, terms: readonly Term[]): AsyncGenerator<Block> {
  const segment = await openSegment(segmentPath(folder, place), place, keys)
  try {
    if (segment.table === undefined) throw new Error('its table cannot be read')
    for (const index of await segment.blocksOf(terms.map(createTermHash(segment.key)))) {
      const block = await segment.block(index)
      if (block === undefined) throw new Error(`its block ${index} was changed`)
      yield block
    }
  } finally {
    await segment.close()
  }
}

/** Of lines all of them: an open day has no index yet. */
async function* recordsOf(where: Where, place: Place, terms?: readonly Term[]): AsyncGenerator<Found> {
  const byIndex = terms !== undefined && (await formOf(where.folder, place)) === 'segment'
  const blocks = byIndex ? indexed(where, place, terms) : readChain(where.folder, place, where.keys, where.find)
  let position = 0
  for await (const block of blocks) {
    if (byIndex) position = block[0]?.number ?? 0
    for (const { bytes } of block) yield { ...place, position: position++, record: recordIn(bytes), bytes }
  }
}

/** Records of which it holds, in the order of their files. `terms`: where only those that have one of them can be meant. */
export async function* scanRegister(
  where: Where,
  wanted: (record: StoredRecord) => boolean,
  terms?: readonly Term[],
): AsyncGenerator<Found> {
  for await (const place of placesIn(where)) {
    try {
      for await (const found of recordsOf(where, place, terms)) if (wanted(found.record)) yield found
    } catch (error) {
      where.find({ file: `${place.day}/${place.chain}`, what: 'unreadable', note: (error as Error).message })
    }
  }
}

/** What leads from a record to the others of the same login: from the answer to the code, from the code to the tokens. */
const leads = (record: StoredRecord): readonly Term[] =>
  termsOf(record).filter(({ name }) => name === 'login' || name === 'session' || name === 'grant' || name === 'code')

const keyOf = ({ day, chain, position }: Found): string => `${day}/${chain}/${position}`

/** All records of the logins that have one of these terms, by time. */
export const searchRegister = async (where: Where, terms: readonly Term[]): Promise<readonly Found[]> => {
  const found = new Map<string, Found>()
  const asked = new Set<string>()
  for (let open = terms; open.length > 0; ) {
    for (const term of open) asked.add(termText(term))
    const further = new Map<string, Term>()
    const wanted = new Set(open.map(termText))
    const matches = (record: StoredRecord) => termsOf(record).some((term) => wanted.has(termText(term)))
    for await (const one of scanRegister(where, matches, open)) {
      found.set(keyOf(one), one)
      for (const term of leads(one.record)) if (!asked.has(termText(term))) further.set(termText(term), term)
    }
    open = [...further.values()]
  }
  return [...found.values()].toSorted((one, other) => (one.record.time < other.record.time ? -1 : 1))
}
