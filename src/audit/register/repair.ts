/** What a process that was killed leaves behind: a last line that was never finished, and that nobody was told of. */
import { open, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  anchorFolder,
  chainsIn,
  type Day,
  dayFolder,
  daysIn,
  logPath,
  namesIn,
  type Place,
  type Writer,
  writerOf,
} from './layout.ts'
import { linesOf } from './lines-of.ts'

/** Milliseconds: a line that is only on its way to the disk is there by then. */
const QUIET = 500
/** Drafts of segments and anchors that a crash left behind. */
const STALE_DRAFT = 24 * 3_600_000

export interface Repaired extends Place {
  /** Cut off. */
  readonly bytes: number
}

/** Cuts off the unfinished last lines of these days' chains, where the process that wrote one is gone. */
export const repairChains = async (
  folder: string,
  days: readonly Day[],
  isGone: (writer: Writer) => boolean,
): Promise<readonly Repaired[]> => {
  const torn: (Repaired & { readonly keep: number })[] = []
  for (const day of days) {
    for (const chain of await chainsIn(folder, day)) {
      const writer = writerOf(chain)
      if (writer === undefined || !isGone(writer)) continue
      const found = await tornAt(logPath(folder, { day, chain }))
      if (found !== undefined) torn.push({ day, chain, ...found })
    }
  }
  if (torn.length > 0) await new Promise((resolve) => setTimeout(resolve, QUIET))
  const repaired: Repaired[] = []
  for (const { keep, ...one } of torn) if (await cut(logPath(folder, one), keep, one.bytes)) repaired.push(one)
  return repaired
}

const sizeOf = async (path: string): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.size

/** Where an unfinished last line begins, and how long it is. */
const tornAt = async (path: string): Promise<{ readonly keep: number; readonly bytes: number } | undefined> => {
  const size = await sizeOf(path)
  if (size === undefined) return undefined
  let keep = 0
  for await (const { bytes, complete } of linesOf(path)) if (complete) keep += bytes.length + 1
  // an empty one was made, and its process killed before its first line
  return keep < size || size === 0 ? { keep, bytes: size - keep } : undefined
}

/** `false` where the file has grown meanwhile: its process lives. */
const cut = async (path: string, keep: number, bytes: number): Promise<boolean> => {
  if ((await sizeOf(path)) !== keep + bytes) return false
  if (keep === 0) {
    await unlink(path)
    return true
  }
  const file = await open(path, 'r+')
  try {
    await file.truncate(keep)
    await file.sync()
  } finally {
    await file.close()
  }
  return true
}

export const removeStaleDrafts = async (folder: string, now: number): Promise<void> => {
  for (const place of [...(await daysIn(folder)).map((day) => dayFolder(folder, day)), anchorFolder(folder)]) {
    for (const name of (await namesIn(place)).filter((one) => one.endsWith('.new'))) {
      const { mtimeMs } = await stat(join(place, name))
      if (now - mtimeMs > STALE_DRAFT) await unlink(join(place, name))
    }
  }
}
