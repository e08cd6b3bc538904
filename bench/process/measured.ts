/** A process that is measured: alone on its core, with a probe inside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Question, Stalls, Usage } from './probe.ts'

const probe = new URL('./probe.ts', import.meta.url).href

export interface Measured {
  readonly pid: number
  usage(): Promise<Usage>
  /** Of this process, now: CPU of 2 RSA-2048 signatures and 2 verifications, milliseconds. */
  unit(): Promise<number>
  /** From now on, until `stalls` is asked. */
  watch(): Promise<void>
  stalls(): Promise<Stalls>
  /** Samples from now on, until `profile` is asked. */
  record(): Promise<void>
  profile(): Promise<Profiler.Profile>
  /** Everything that it has printed. */
  printed(): string
  /** Waits for a line with this text and resolves with the line. */
  line(text: string): Promise<string>
  /** Resolves when it has ended by itself. */
  stop(): Promise<void>
}

export interface MeasuredOptions {
  /** A file, and what it is given. */
  readonly args: readonly string[]
  /** Of Node. */
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where it prints: a file, as under a service manager. */
  readonly log: string
  /** Of this machine; undefined: wherever. */
  readonly core?: number | undefined
}

/** Longest that anything may take to start or to end, milliseconds. */
const PATIENCE = 180_000

export const pinned = (core: number | undefined, command: string, args: readonly string[]) =>
  core === undefined
    ? ([command, args] as const)
    : (['taskset', ['--cpu-list', String(core), command, ...args]] as const)

export const startMeasured = ({ args, nodeArgs = [], env = {}, log, core }: MeasuredOptions): Measured => {
  const output = openSync(log, 'w', 0o600)
  const [command, words] = pinned(core, process.execPath, [...nodeArgs, '--import', probe, ...args])
  const child: ChildProcess = spawn(command, words, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  let ended: number | undefined
  const printed = () => readFileSync(log, 'utf8')
  const gone = () => new Error(`the measured process ended with ${ended}:\n${printed().slice(-3000)}`)
  const end = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      ended = code ?? -1
      for (const { reject } of waiting.values()) reject(gone())
      process.off('exit', kill)
      resolve()
    })
  })
  child.on('message', ({ number, answer }: { number: number; answer: unknown }) => {
    waiting.get(number)?.resolve(answer)
    waiting.delete(number)
  })

  let asked = 0
  const ask = <T>(question: Question): Promise<T> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(gone())
      const number = asked++
      waiting.set(number, { resolve: (answer) => resolve(answer as T), reject })
      child.send({ question, number })
    })

  return {
    pid: child.pid ?? 0,
    usage: () => ask('usage'),
    unit: () => ask('unit'),
    watch: () => ask('watch'),
    stalls: () => ask('stalls'),
    record: () => ask('record'),
    profile: () => ask('profile'),
    printed,
    line: async (text) => {
      const deadline = Date.now() + PATIENCE
      for (;;) {
        const line = printed()
          .split('\n')
          .find((one) => one.includes(text))
        if (line !== undefined) return line
        if (ended !== undefined) throw gone()
        if (Date.now() > deadline) throw new Error(`it does not say “${text}”:\n${printed().slice(-3000)}`)
        await sleep(10)
      }
    },
    stop: async () => {
      child.kill('SIGTERM')
      const late = setTimeout(kill, 20_000)
      await end
      clearTimeout(late)
    },
  }
}
