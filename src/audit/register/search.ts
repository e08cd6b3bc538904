/** Finds records: all of which something holds, or those of the logins that a term belongs to. */
import { readChain } from './read-chain.ts'
import type { StoredRecord } from './records.ts'
import { recordsWith } from './records-with.ts'
import { type Term, termsOf, termText } from './terms.ts'
import { type Found, placesIn, type Where } from './where.ts'
import { recordIn } from './write-segment.ts'

/** Records of which it holds, in the order of their files. Reads everything. */
export async function* scanRegister(where: Where, wanted: (record: StoredRecord) => boolean): AsyncGenerator<Found> {
  for await (const place of placesIn(where)) {
    let position = 0
    for await (const block of readChain(where.folder, place, where.keys, where.find)) {
      for (const { bytes } of block) {
        const record = recordIn(bytes)
        if (wanted(record)) yield { ...place, position, record, bytes }
        position += 1
      }
    }
  }
}

/** What leads from a record to the others of the same login: from the answer to the code, from the code to the tokens. */
const leading: ReadonlySet<Term['name']> = new Set(['login', 'session', 'grant', 'code'])
const leadsOf = (record: StoredRecord): readonly Term[] => termsOf(record).filter(({ name }) => leading.has(name))

const keyOf = ({ day, chain, position }: Found): string => `${day}/${chain}/${position}`

/**
 * All records of the logins that have one of these terms, by time. What is learned on the way is looked for from there on,
 * and once more from the beginning: the request stands before the answer that leads to it.
 */
export const searchRegister = async (where: Where, terms: readonly Term[]): Promise<readonly Found[]> => {
  const found = new Map<string, Found>()
  const sought = new Map(terms.map((term) => [termText(term), term]))
  for (let fresh: readonly Term[] = [...sought.values()]; fresh.length > 0; ) {
    const learned: Term[] = []
    for await (const one of recordsWith(where, { fresh, sought })) {
      found.set(keyOf(one), one)
      for (const term of leadsOf(one.record)) {
        if (sought.has(termText(term))) continue
        sought.set(termText(term), term)
        learned.push(term)
      }
    }
    fresh = learned
  }
  return [...found.values()].toSorted((one, other) => (one.record.time < other.record.time ? -1 : 1))
}
