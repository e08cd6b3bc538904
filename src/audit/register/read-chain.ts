/** A chain as it lies there: in lines while its day is open, in a segment afterwards. */

import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { Find } from './finding.ts'
import { logPath, type Place, segmentPath } from './layout.ts'
import { type Block, readLog } from './read-log.ts'
import { readSegment } from './read-segment.ts'

export type ChainForm = 'segment' | 'lines' | undefined

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A crash may leave both: the segment counts, unless it is the lines that are asked for. */
export const formOf = async (folder: string, place: Place, asked?: 'lines'): Promise<ChainForm> => {
  if (asked === undefined && (await exists(segmentPath(folder, place)))) return 'segment'
  return (await exists(logPath(folder, place))) ? 'lines' : undefined
}

/** @param records how many there must be, where something signed says so. */
export async function* readChain(
  folder: string,
  place: Place,
  keys: readonly RegisterKey[],
  find: Find,
  records?: number,
): AsyncGenerator<Block> {
  const form = await formOf(folder, place)
  const path = form === 'segment' ? segmentPath(folder, place) : logPath(folder, place)
  const file = `${place.day}/${basename(path)}`
  if (form === undefined) return find({ file: `${place.day}/${place.chain}`, what: 'missing' })
  try {
    if (form === 'segment') yield* readSegment(path, place, keys, find, records)
    else yield* readLog(path, place, keys, find)
  } catch (error) {
    // the day was closed at this very moment: nothing of the lines had been read yet
    const gone = form === 'lines' && (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (gone && (await formOf(folder, place)) === 'segment') return yield* readChain(folder, place, keys, find, records)
    find({ file, what: 'unreadable', note: (error as Error).message })
  }
}
