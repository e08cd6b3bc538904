/** Loaded into a measured process by --import: tells over IPC what the process has used. It is no part of what is measured. */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { Session } from 'node:inspector/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two looks at the event loop: what is longer was a stall. */
const LOOK = 5

export interface Usage {
  /** User and system, all threads, milliseconds. */
  readonly cpu: number
  /** Bytes. */
  readonly rss: number
}

export interface Stalls {
  /** Milliseconds beyond the interval of the looks. */
  readonly longest: number
  readonly p99: number
}

export type Question = 'usage' | 'unit' | 'watch' | 'stalls' | 'record' | 'profile'

const delay = monitorEventLoopDelay({ resolution: LOOK })

const usage = (): Usage => {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1000, rss: process.memoryUsage.rss() }
}

let keys: { privateKey: KeyObject; publicKey: KeyObject } | undefined

/** CPU of two RSA-2048 signatures and two verifications with keys that are kept, milliseconds. */
const unit = (): number => {
  keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey, publicKey } = keys
  const data = Buffer.alloc(600, 'a')
  const once = () => {
    for (let i = 0; i < 2; i++) {
      const signature = sign('sha256', data, privateKey)
      if (!verify('sha256', data, publicKey, signature)) throw new Error('a signature of one’s own does not verify')
    }
  }
  for (let i = 0; i < 50; i++) once()
  const ROUNDS = 400
  const before = usage().cpu
  for (let i = 0; i < ROUNDS; i++) once()
  return (usage().cpu - before) / ROUNDS
}

const milliseconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOK)

const session = new Session()
/** Microseconds. */
const SAMPLED = 500

const answers: Readonly<Record<Question, () => unknown>> = {
  usage,
  unit,
  watch: () => {
    delay.enable()
    delay.reset()
  },
  stalls: (): Stalls => {
    delay.disable()
    return { longest: milliseconds(delay.max), p99: milliseconds(delay.percentile(99)) }
  },
  record: async () => {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLED })
    await session.post('Profiler.start')
  },
  profile: async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return profile
  },
}

process.on('message', async ({ question, number }: { question: Question; number: number }) => {
  process.send?.({ number, answer: (await answers[question]()) ?? null })
})
// who only measures keeps nobody alive
process.channel?.unref()
