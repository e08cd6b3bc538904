/**
 * The steps of the last days' logins, for whoever is called at night with a support code: `varco trace` (trace.ts). One
 * line of JSON for each event that belongs to a request, in a file per process and hour under `{stateDir}/steps`. No personal data: events
 * have none. Not the register: lines are written together once a second, and the last second may be lost.
 */
import { type FileHandle, mkdir, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditEvent } from './events.ts'
import { lineOf } from './line.ts'
import type { Listener } from './log.ts'

export interface Step {
  /** ISO 8601. */
  readonly time: string
  readonly requestId: string
  readonly event: AuditEvent['type']
  /** Fingerprint of the login's uid. */
  readonly login?: string
  readonly [fact: string]: unknown
}

export interface Steps {
  readonly listener: Listener
  close(): Promise<void>
}

export const stepsFolder = (stateDir: string): string => join(stateDir, 'steps')

const HOUR = 3_600_000
const KEPT = 72 * HOUR
/** Bytes an hour and process: a flood from outside fills no disk. */
const LARGEST = 64 * 1024 * 1024
const EVERY = 1000

const hourOf = (time: number): string => new Date(time).toISOString().slice(0, 13)

/** Anybody can cause these, and they belong to no login. */
const isNoise = (event: AuditEvent): boolean => event.type === 'request.refused' && event.code === 'page_not_found'

/** @param onFault told once when the files cannot be written, and again after they could. */
export const createSteps = ({
  stateDir,
  processId,
  now,
  onFault,
}: {
  stateDir: string
  processId: string
  now: () => number
  onFault: (reason: string) => void
}): Steps => {
  const folder = stepsFolder(stateDir)
  let waiting: string[] = []
  let file: { readonly hour: string; readonly handle: FileHandle; size: number } | undefined
  let writing: Promise<void> = Promise.resolve()
  let faulty = false

  const dropOld = async (): Promise<void> => {
    const oldest = hourOf(now() - KEPT)
    const names = await readdir(folder)
    await Promise.all(names.filter((name) => name < oldest).map((name) => unlink(join(folder, name)).catch(() => {})))
  }

  const fileOf = async (hour: string) => {
    if (file?.hour === hour) return file
    await file?.handle.close()
    file = undefined
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const handle = await open(join(folder, `${hour}.${processId}.jsonl`), 'a', 0o600)
    file = { hour, handle, size: (await handle.stat()).size }
    await dropOld()
    return file
  }

  const write = async (lines: readonly string[]): Promise<void> => {
    try {
      const current = await fileOf(hourOf(now()))
      const text = lines.join('')
      if (current.size + text.length <= LARGEST) {
        await current.handle.appendFile(text)
        current.size += text.length
      }
      faulty = false
    } catch (error) {
      if (!faulty) onFault((error as Error).message)
      faulty = true
    }
  }

  const flush = (): void => {
    if (waiting.length === 0) return
    const lines = waiting
    waiting = []
    writing = writing.then(() => write(lines))
  }
  const timer = setInterval(flush, EVERY).unref()

  return {
    listener: (event, requestId) => {
      if (requestId === undefined || isNoise(event)) return
      waiting.push(`${JSON.stringify({ time: new Date(now()).toISOString(), requestId, ...lineOf(event) })}\n`)
    },
    close: async () => {
      clearInterval(timer)
      flush()
      await writing
      await file?.handle.close()
      file = undefined
    },
  }
}
