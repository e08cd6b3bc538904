/**
 * Where the register lies, below `{stateDir}/register`: a folder for each day (UTC) with the chains of that day, and
 * `anchors` with what was signed about the days that are over. docs/register.md tells what is in the files.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** `YYYY-MM-DD`, UTC. */
export type Day = string

/** One process' records of one day. */
export interface Place {
  readonly day: Day
  /** `{host}-{pid}-{tag}-{number}`: a process begins another one each day, and after a failure of the disk. */
  readonly chain: string
}

/** A process that writes. */
export interface Writer {
  readonly host: string
  readonly pid: number
  /** Eight hex digits, drawn when it started: process ids come again. */
  readonly tag: string
}

const A_DAY = 24 * 3_600_000
const A_MINUTE = 60_000

export const dayOf = (time: number): Day => new Date(time).toISOString().slice(0, 10)

/** Milliseconds since 1970. */
export const endOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`) + A_DAY

/** From then on no process writes into a chain of that day, and from a little later anybody may close it. */
export const writtenUntil = (day: Day): number => endOf(day) + 5 * A_MINUTE
export const closesAt = (day: Day): number => endOf(day) + 15 * A_MINUTE

export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text

/** A host's name may stand in a file's name. */
export const safeHost = (host: string): string => host.replace(/[^A-Za-z0-9.-]/g, '_')

export const chainName = ({ host, pid, tag }: Writer, number: number): string =>
  `${safeHost(host)}-${pid}-${tag}-${number}`

/** Who wrote a chain. `undefined` for a name that is none of ours. */
export const writerOf = (chain: string): Writer | undefined => {
  const [, host, pid, tag] = /^([A-Za-z0-9._-]+)-(\d+)-([0-9a-f]{8})-\d+$/.exec(chain) ?? []
  return host === undefined || tag === undefined ? undefined : { host, pid: Number(pid), tag }
}

/** Is a process surely gone? One of another host never is, as far as can be seen from here. */
export const isGoneFrom =
  (own: Writer, isRunning: (pid: number) => boolean) =>
  ({ host, pid, tag }: Writer): boolean =>
    host === safeHost(own.host) && tag !== own.tag && (pid === own.pid || !isRunning(pid))

export const folderOf = (stateDir: string): string => join(stateDir, 'register')
export const dayFolder = (folder: string, day: Day): string => join(folder, day)
export const anchorFolder = (folder: string): string => join(folder, 'anchors')
/** A chain while it is written, and when its day is over. */
export const logPath = (folder: string, { day, chain }: Place): string => join(folder, day, `${chain}.log`)
export const segmentPath = (folder: string, { day, chain }: Place): string => join(folder, day, `${chain}.seg`)

/** Names in a folder; none where there is no such folder. */
export const namesIn = async (path: string): Promise<readonly string[]> => {
  try {
    return (await readdir(path)).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Days with a folder, the first first. */
export const daysIn = async (folder: string): Promise<readonly Day[]> => (await namesIn(folder)).filter(isDay)

/** Chains of a day, whatever form they have by now. */
export const chainsIn = async (folder: string, day: Day): Promise<readonly string[]> => {
  const names = await namesIn(dayFolder(folder, day))
  return [...new Set(names.flatMap((name) => /^(.*)\.(?:log|seg)$/.exec(name)?.[1] ?? []))]
}
