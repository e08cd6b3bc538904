/**
 * The end of a chain that is still in lines can be cut off, or its file taken away, without a trace in what remains. But
 * the next chain of the same process says how long it was.
 */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find, Finding } from './finding.ts'
import type { Day, Place } from './layout.ts'
import { readChain } from './read-chain.ts'
import type { Block } from './read-log.ts'
import type { ChainOpened } from './records.ts'

/** Up to where something is there, good or bad: what was changed is told already. */
export const createReach = (tell: Find) => {
  let records = 0
  const upTo = (number: number): void => {
    records = Math.max(records, number)
  }
  return {
    find: (finding: Finding): void => {
      upTo(finding.what === 'unreadable' ? Number.POSITIVE_INFINITY : (finding.last ?? -1) + 1)
      tell(finding)
    },
    add: (block: Block): void => upTo((block.at(-1)?.number ?? -1) + 1),
    records: () => records,
  }
}

const nameOf = ({ day, chain }: Place): string => `${day}/${chain}`

export const createEnds = (folder: string, keys: readonly RegisterKey[]) => {
  const found = new Map<string, number>()
  const said: (NonNullable<ChainOpened['after']> & { readonly by: Place })[] = []

  const reachNow = async (place: Place): Promise<number> => {
    const reach = createReach(() => undefined)
    for await (const block of readChain(folder, place, keys, reach.find)) reach.add(block)
    return reach.records()
  }

  return {
    /** A chain had so many records, as far as it says itself, or as its day's anchor does. */
    has: (place: Place, records: number): void => void found.set(nameOf(place), records),
    /** A chain says this of the one before it. */
    says: (by: Place, after: NonNullable<ChainOpened['after']>): void => void said.push({ ...after, by }),
    /** Once all chains have been read. `isMeant`: for days that were dropped, or not looked at, it does not count. */
    verify: async (isMeant: (day: Day) => boolean, find: Find): Promise<void> => {
      for (const { records, by, ...place } of said) {
        if (!isMeant(place.day) || (found.get(nameOf(place)) ?? 0) >= records) continue
        // it may have grown since it was read: gateways go on writing
        const there = await reachNow(place)
        if (there >= records) continue
        const about = { file: nameOf(place), note: `${nameOf(by)} says that it had ${records} records` }
        if (there === 0) find({ ...about, what: 'missing' })
        else find({ ...about, what: 'truncated', first: there, last: records - 1 })
      }
    },
  }
}
