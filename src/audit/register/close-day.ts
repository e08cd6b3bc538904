/**
 * A day that is over: its chains become segments and its anchor is signed. Every step may be repeated, by this process or
 * by another gateway at the same moment, and a crash leaves a day that can be closed again.
 */
import { unlink } from 'node:fs/promises'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { ReportRegister } from '../events.ts'
import {
  type Anchor,
  anchorBefore,
  anchorPath,
  type ChainStatement,
  keepSigned,
  openStatement,
  sha256Of,
  signStatement,
} from './anchors.ts'
import { type Finding, findingText } from './finding.ts'
import { chainsIn, type Day, logPath, type Place, segmentPath } from './layout.ts'
import { linesOf } from './lines-of.ts'
import { formOf } from './read-chain.ts'
import { ForeignFile, keyOfLog, readLog } from './read-log.ts'
import { openSegment } from './read-segment.ts'
import { writeSegment } from './write-segment.ts'

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
const ignoreMissing = (error: unknown): void => {
  if (!isMissing(error)) throw error
}

/** Of a segment that stands already. `undefined` where there is none, or one that can be made again from its lines. */
const ofSegment = async (
  folder: string,
  place: Place,
  keys: readonly RegisterKey[],
): Promise<ChainStatement | undefined> => {
  try {
    const segment = await openSegment(segmentPath(folder, place), place, keys)
    await segment.close()
    if (segment.table === undefined) {
      if ((await formOf(folder, place, 'lines')) === undefined)
        throw new Error(`${place.chain}: its table cannot be read`)
      await unlink(segmentPath(folder, place))
      return undefined
    }
    const { records, head, root } = segment.table
    return { chain: place.chain, key: segment.key.id, records, head, root }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * What the anchor says of a chain. One that is not as it was written stays in lines, as it is: it is evidence too.
 * `undefined` for a file whose process was killed before its first line was written.
 */
const closeChain = async (
  folder: string,
  place: Place,
  keys: readonly RegisterKey[],
  report: ReportRegister,
): Promise<ChainStatement | undefined> => {
  const made = await ofSegment(folder, place, keys)
  if (made !== undefined) return made
  const path = logPath(folder, place)
  const key = await keyOfLog(path, place, keys).catch((error: Error) => {
    if (error instanceof ForeignFile) return error
    throw error
  })
  if (key === undefined) return undefined
  if (key instanceof ForeignFile) {
    report({ type: 'register.damaged', ...place, finding: key.message })
    return { chain: place.chain, key: '', records: 0, head: '', root: '', damaged: true }
  }
  const findings: Finding[] = []
  const blocks = readLog(path, place, keys, (finding) => findings.push(finding))
  const statement = await writeSegment(folder, place, key, blocks, () => findings.length === 0)
  const [first] = findings
  if (first === undefined) return statement
  report({ type: 'register.damaged', ...place, finding: findingText(first) })
  return { ...statement, damaged: true }
}

/**
 * Resolves when the day's anchor is on the disk, and its lines are gone where segments hold the same.
 *
 * @throws Error where a chain cannot be read at all, or the disk cannot be written: the day stays open.
 */
export const closeDay = async ({
  folder,
  day,
  keys,
  now,
  report,
}: {
  folder: string
  day: Day
  keys: readonly RegisterKey[]
  now: () => number
  report: ReportRegister
}): Promise<void> => {
  const signer = keys.at(-1)
  if (signer === undefined) throw new Error('there is no key of the register')
  const chains: ChainStatement[] = []
  for (const chain of await chainsIn(folder, day)) {
    const place = { day, chain }
    const statement = await closeChain(folder, place, keys, report).catch((error: unknown) => {
      // another gateway has closed the day meanwhile
      if (isMissing(error)) return ofSegment(folder, place, keys)
      throw error
    })
    if (statement !== undefined) chains.push(statement)
  }
  const previous = (await anchorBefore(folder, day)) ?? null
  const said: Omit<Anchor, 'signer'> = {
    varco: 'register anchor',
    version: 1,
    day,
    previous,
    chains,
    madeAt: new Date(now()).toISOString(),
  }
  const signed = signStatement(said, signer)
  const kept = await keepSigned(anchorPath(folder, day), signed)
  const anchor = openStatement<Anchor>(kept, 'register anchor', keys)
  if (kept === signed) report({ type: 'register.anchored', ...sizeOf(anchor), sha256: sha256Of(kept.statement) })
  await dropLines(folder, anchor, report)
}

export const recordsIn = ({ chains }: Anchor): number => chains.reduce((sum, { records }) => sum + records, 0)

const sizeOf = (anchor: Anchor) => ({ day: anchor.day, chains: anchor.chains.length, records: recordsIn(anchor) })

/**
 * Of the chains whose segments the anchor vouches for. Lines that a gateway with a slow clock has written since stay, and
 * are told: somebody may have been let in by them.
 */
export const dropLines = async (folder: string, { day, chains }: Anchor, report: ReportRegister): Promise<void> => {
  for (const { chain, damaged, records } of chains) {
    const path = logPath(folder, { day, chain })
    const written = damaged ? undefined : await recordsInLines(path)
    if (written === undefined) continue
    if (written <= records) await unlink(path).catch(ignoreMissing)
    else
      report({ type: 'register.damaged', day, chain, finding: `${written - records} records after the day was closed` })
  }
}

/** `undefined` where there are no lines any more. The first line is no record. */
export const recordsInLines = async (path: string): Promise<number | undefined> => {
  let lines = 0
  try {
    for await (const { complete } of linesOf(path)) if (complete) lines += 1
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  return Math.max(0, lines - 1)
}
