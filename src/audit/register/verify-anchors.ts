/** What was signed about days that are over, and about days that were dropped: does each name the one before it? */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import {
  type Anchor,
  anchoredDays,
  anchorPath,
  type DroppedDay,
  droppedPath,
  openStatement,
  readSigned,
  sha256Of,
} from './anchors.ts'
import type { Find } from './finding.ts'
import type { Day } from './layout.ts'
import { droppableFrom, LEAST_MONTHS } from './retention.ts'

export interface KnownAnchor {
  readonly anchor: Anchor
  readonly sha256: string
}

/** Each names the one before it, the first none. Resolves with those that can be believed. */
export const verifyAnchors = async (
  folder: string,
  keys: readonly RegisterKey[],
  from: Day,
  find: Find,
): Promise<readonly KnownAnchor[]> => {
  const known: KnownAnchor[] = []
  for (const day of (await anchoredDays(folder)).filter((one) => one >= from)) {
    const file = `anchors/${day}.json`
    try {
      const signed = await readSigned(anchorPath(folder, day))
      const anchor = openStatement<Anchor>(signed, 'register anchor', keys)
      if (anchor.day !== day) throw new Error(`is the anchor of ${anchor.day}`)
      const before = known.at(-1)
      const isFirst = before === undefined && from !== ''
      if (!isFirst && anchor.previous?.sha256 !== before?.sha256) {
        const names = anchor.previous?.day ?? 'none'
        find({
          file,
          what: 'forged',
          note: `it follows ${before?.anchor.day ?? 'none'} and names ${names}: a day was taken out or put in`,
        })
      }
      known.push({ anchor, sha256: sha256Of(signed.statement) })
    } catch (error) {
      find({ file, what: 'unreadable', note: (error as Error).message })
    }
  }
  return known
}

/** `true` where the day was dropped, rightly or not. */
export const verifyDropped = async (
  folder: string,
  keys: readonly RegisterKey[],
  { day }: Anchor,
  sha256: string,
  find: Find,
): Promise<boolean> => {
  const file = `anchors/${day}.dropped.json`
  try {
    const dropped = openStatement<DroppedDay>(await readSigned(droppedPath(folder, day)), 'register dropped day', keys)
    if (dropped.day !== day || dropped.anchor !== sha256) find({ file, what: 'forged', note: 'it is of another day' })
    else if (Date.parse(dropped.droppedAt) < droppableFrom(day, LEAST_MONTHS))
      find({
        file,
        what: 'forged',
        note: `dropped at ${dropped.droppedAt}, before its ${LEAST_MONTHS} months were over`,
      })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    find({ file, what: 'unreadable', note: (error as Error).message })
    return false
  }
}
