/** Where somebody looks into the register, and what they find there. */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find } from './finding.ts'
import { chainsIn, type Day, daysIn, type Place } from './layout.ts'
import type { StoredRecord } from './records.ts'

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
