/**
 * Days are dropped whole, when the law's time is over and never earlier. What remains for ever is the day's anchor and a
 * signed statement that it was dropped, so that whoever verifies can tell that from a loss.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import {
  type Anchor,
  anchorPath,
  type DroppedDay,
  droppedPath,
  keepSigned,
  openStatement,
  readSigned,
  sha256Of,
  signStatement,
} from './anchors.ts'
import { recordsIn } from './close-day.ts'
import { type Day, dayFolder, dayOf, daysIn, endOf } from './layout.ts'

/** docs/rules/spid-saml.md section 9. */
export const LEAST_MONTHS = 24

/** Months later on the same day, and where that month is shorter on its last one. */
const monthsAfter = (day: Day, months: number): Day => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return dayOf(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth)))
}

/** Milliseconds since 1970: when the whole of that last day is over too. */
export const droppableFrom = (day: Day, months: number): number =>
  endOf(monthsAfter(day, Math.max(months, LEAST_MONTHS)))

/** Days whose time is over, the first first. */
export const daysDue = async (folder: string, months: number, now: number): Promise<readonly Day[]> =>
  (await daysIn(folder)).filter((day) => droppableFrom(day, months) <= now)

/** Says so, then drops: a crash in between leaves a day that is dropped again. Resolves with the number of its records. */
export const dropDay = async ({
  folder,
  day,
  months,
  keys,
  now,
}: {
  folder: string
  day: Day
  months: number
  keys: readonly RegisterKey[]
  now: () => number
}): Promise<number> => {
  const signer = keys.at(-1)
  if (signer === undefined) throw new Error('there is no key of the register')
  if (droppableFrom(day, months) > now()) throw new Error(`${day} must still be kept`)
  const anchor = await readSigned(anchorPath(folder, day))
  const records = recordsIn(openStatement<Anchor>(anchor, 'register anchor', keys))
  const said: Omit<DroppedDay, 'signer'> = {
    varco: 'register dropped day',
    version: 1,
    day,
    anchor: sha256Of(anchor.statement),
    records,
    retentionMonths: Math.max(months, LEAST_MONTHS),
    droppedAt: new Date(now()).toISOString(),
  }
  await keepSigned(droppedPath(folder, day), signStatement(said, signer))
  await rm(join(dayFolder(folder, day)), { recursive: true, force: true })
  return records
}
