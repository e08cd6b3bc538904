/**
 * The register of every request and answer, kept for 24 months: docs/register.md. A record is on the disk when `write`
 * resolves. Who waits at the same moment shares one flush.
 */
import { randomBytes as systemRandom } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../errors.ts'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { ReportRegister } from '../events.ts'
import { anchorBefore, isClosed } from './anchors.ts'
import { type ChainFile, createChainFile, type Disk, realDisk } from './chain-file.ts'
import { reasonOf } from './failure.ts'
import { chainName, type Day, dayOf, folderOf, type Writer, writtenUntil } from './layout.ts'
import type { ChainOpened, RegisterRecord } from './records.ts'
import { createThrift } from './thrift.ts'

export interface Register {
  /** Resolves when the record is flushed. Throws `register_unavailable`, unless logins go on without the register. */
  write(record: RegisterRecord): Promise<void>
  /** Ends a chain whose day is over. */
  endDay(): Promise<void>
  /** Begins another chain where a day was closed since this one began: its first record names that day's anchor. */
  nameAnchor(): Promise<void>
  close(): Promise<void>
}

export interface RegisterOptions {
  readonly stateDir: string
  /** All keys, the newest last. Asked at the beginning of each chain. */
  readonly keys: () => Promise<readonly RegisterKey[]>
  readonly writer: Writer
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly report: ReportRegister
  /** What becomes of a login whose record cannot be written. */
  readonly onFailure?: 'refuse' | 'continue'
  readonly disk?: Disk
  readonly randomBytes?: (size: number) => Buffer
  /** Milliseconds that a record waits for the disk. */
  readonly patience?: number
}

/** Of one flush, and of those that wait for the next: more would only hide that the disk is too slow. */
const MOST = { records: 512, bytes: 4 * 1024 * 1024, waiting: 8192 } as const

interface Waiting {
  readonly bytes: Buffer
  readonly written: () => void
  readonly failed: (cause: unknown) => void
}

export const createRegister = ({
  stateDir,
  keys,
  writer,
  now,
  report,
  onFailure = 'refuse',
  disk = realDisk,
  randomBytes = systemRandom as (size: number) => Buffer,
  patience = 10_000,
}: RegisterOptions): Register => {
  const folder = folderOf(stateDir)
  const sparing = createThrift(now)
  let file: ChainFile | undefined
  /** What its first record names, and what the next one's will. */
  let named: ChainOpened['previous']
  let ended: ChainOpened['after']
  let chains = 0
  const waiting: Waiting[] = []
  let flushing = false
  let turn: Promise<unknown> = Promise.resolve()
  let trouble: { readonly since: number; readonly reason: string; lost: number } | undefined

  /** A zero byte, and the text: src/audit/register/hashes.ts says why. */
  const bytesOf = (record: RegisterRecord): Buffer => {
    const salt = randomBytes(16).toString('base64url')
    return Buffer.from(`\0${JSON.stringify({ salt, time: new Date(now()).toISOString(), ...record })}`)
  }

  const openChain = async (day: Day): Promise<ChainFile> => {
    if (await isClosed(folder, day)) throw new Error(`${day} is closed already: is the clock right?`)
    const previous = await anchorBefore(folder, day)
    const key = (await keys()).at(-1)
    if (key === undefined) throw new Error('there is no key of the register')
    chains += 1
    const place = { day, chain: chainName(writer, chains) }
    const opened = await createChainFile({ folder, place, key, disk, randomBytes })
    const lost =
      trouble && trouble.lost > 0 ? { records: trouble.lost, since: new Date(trouble.since).toISOString() } : undefined
    const first: ChainOpened = {
      kind: 'chain.opened',
      ...(previous && { previous }),
      ...(ended && { after: ended }),
      ...(lost && { lost }),
    }
    try {
      await opened.append([bytesOf(first)])
    } catch (error) {
      await opened.abandon()
      throw error
    }
    named = previous
    return opened
  }

  const leave = ({ day, chain, records }: ChainFile): void => {
    ended = { day, chain, records }
    file = undefined
  }

  const endChain = async (): Promise<void> => {
    const last = file
    if (last === undefined) return
    // later somebody may have closed the day: then it simply stops
    if (now() < writtenUntil(last.day)) await last.append([bytesOf({ kind: 'chain.ended' })]).catch(() => undefined)
    leave(last)
    await last.close().catch(() => undefined)
  }

  const append = async (texts: readonly Buffer[]): Promise<void> => {
    const day = dayOf(now())
    if (file !== undefined && file.day !== day) await endChain()
    file ??= await openChain(day)
    try {
      await file.append(texts)
    } catch (error) {
      await file.abandon()
      leave(file)
      throw error
    }
    // the disk took so long that the day may have been closed meanwhile, without what was just written
    if (now() >= writtenUntil(day)) await append(texts)
  }

  const failed = (cause: unknown): void => {
    const reason = reasonOf(cause)
    if (trouble?.reason !== reason)
      report({ type: 'register.failed', reason, logins: onFailure === 'refuse' ? 'refused' : 'unrecorded' })
    trouble = { since: trouble?.since ?? now(), reason, lost: trouble?.lost ?? 0 }
  }

  const recovered = (): void => {
    if (trouble === undefined) return
    report({ type: 'register.recovered', seconds: Math.round((now() - trouble.since) / 1000), lost: trouble.lost })
    trouble = undefined
  }

  const nextBatch = (): readonly Waiting[] => {
    let bytes = 0
    const over = waiting.findIndex((one, index) => {
      bytes += one.bytes.length
      return index > 0 && (index >= MOST.records || bytes > MOST.bytes)
    })
    return waiting.splice(0, over === -1 ? waiting.length : over)
  }

  /** One after another: whoever touches the file. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    const done = turn.then(task)
    turn = done.catch(() => undefined)
    return done
  }

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = nextBatch()
      try {
        await append(batch.map(({ bytes }) => bytes))
        recovered()
        for (const { written } of batch) written()
      } catch (cause) {
        failed(cause)
        for (const one of batch) one.failed(cause)
      }
    }
    flushing = false
  }

  /** Resolves when the record is on the disk; rejects with why it may not be. */
  const enqueue = (bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = (message: string) => {
        const cause = new Error(message)
        failed(cause)
        reject(cause)
      }
      if (waiting.length >= MOST.waiting) return giveUp('the disk is too slow: too many records wait for it')
      const timer = setTimeout(() => giveUp('the disk does not answer'), patience)
      waiting.push({
        bytes,
        written: () => {
          clearTimeout(timer)
          resolve()
        },
        failed: (cause) => {
          clearTimeout(timer)
          reject(cause)
        },
      })
      if (flushing) return
      flushing = true
      void inTurn(flush)
    })

  return {
    write: async (record) => {
      try {
        await enqueue(bytesOf(sparing(record)))
      } catch (cause) {
        if (onFailure === 'refuse') throw new GatewayError('register_unavailable', undefined, { cause })
        if (trouble) trouble.lost += 1
      }
    },
    endDay: () =>
      inTurn(async () => {
        if (file !== undefined && file.day !== dayOf(now())) await endChain()
      }),
    nameAnchor: () =>
      inTurn(async () => {
        const day = dayOf(now())
        if (file?.day !== day || (await anchorBefore(folder, day))?.sha256 === named?.sha256) return
        await endChain()
        // where that fails the next record tries again, and tells
        file = await openChain(day).catch(() => undefined)
      }),
    // who stops must not wait for a disk that does not answer
    close: () => Promise.race([inTurn(endChain), sleep(patience, undefined, { ref: false })]),
  }
}
