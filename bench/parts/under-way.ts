/** What a citizen waits for while the gateway is as busy as it should ever be: logins as they come, at a share of what it can. */
import { runClosed, runOpen } from '../load/run-load.ts'
import { percentile } from '../load/timings.ts'
import type { Stalls } from '../process/probe.ts'
import type { Running } from '../systems/system.ts'
import { type StepTimes, timesOf } from './batch.ts'

export interface UnderWay {
  readonly perSecond: number
  readonly seconds: number
  readonly logins: number
  readonly mostAtOnce: number
  /** CPU of the process, share of its core. */
  readonly busy: number
  readonly steps: Readonly<Record<string, StepTimes>>
  /** To the first byte of the login page, milliseconds: of its own request, and since the authorization request. */
  readonly firstByte: { readonly page: number; readonly sinceAuthorize: number }
  readonly stalls: Stalls
}

export const measureUnderWay = async (
  { process, login }: Running,
  // so many logins first: what a compiler still has to do is not what citizens wait for
  { perSecond, seconds, warmUp }: { perSecond: number; seconds: number; warmUp: number },
): Promise<UnderWay> => {
  await runClosed(login, { atOnce: 64, seconds: Number.POSITIVE_INFINITY, logins: warmUp })
  await process.watch()
  const before = await process.usage()
  const load = await runOpen(login, { perSecond, seconds })
  const after = await process.usage()
  const stalls = await process.stalls()
  const { steps } = load.timings
  const page = steps.get('page, first byte') ?? []
  const authorize = steps.get('authorize') ?? []
  return {
    perSecond,
    seconds: load.seconds,
    logins: load.logins,
    mostAtOnce: load.mostAtOnce,
    busy: (after.cpu - before.cpu) / (load.seconds * 1000),
    steps: Object.fromEntries([...steps].map(([step, values]) => [step, timesOf(values)])),
    firstByte: { page: percentile(page, 0.5), sinceAuthorize: percentile(authorize, 0.5) + percentile(page, 0.5) },
    stalls,
  }
}

/**
 * How many logins a second keep the process busy for this share of its core. Not that share of the most that it can: the more
 * are under way, the more of them share a flush and a write, and the less each costs.
 */
export const rateOf = async (
  { process, login }: Running,
  { busy, from }: { busy: number; from: number },
): Promise<number> => {
  const before = await process.usage()
  const { seconds } = await runOpen(login, { perSecond: from, seconds: 15 })
  const { cpu } = await process.usage()
  return (from * busy * seconds * 1000) / (cpu - before.cpu)
}

export interface Soak {
  readonly minutes: number
  readonly perSecond: number
  /** MB, one a minute, the first before the first login. */
  readonly rss: readonly number[]
  /** p99 of a whole login in each minute, milliseconds. */
  readonly p99: readonly number[]
  readonly logins: number
}

/** The same load minute by minute: what grows, and what slows down. */
export const measureSoak = async (
  { process, login }: Running,
  { perSecond, minutes }: { perSecond: number; minutes: number },
): Promise<Soak> => {
  const MB = 2 ** 20
  const rss = [(await process.usage()).rss / MB]
  const p99: number[] = []
  let logins = 0
  for (let minute = 0; minute < minutes; minute++) {
    const load = await runOpen(login, { perSecond, seconds: 60 })
    logins += load.logins
    p99.push(percentile(load.timings.steps.get('login') ?? [], 0.99))
    rss.push((await process.usage()).rss / MB)
  }
  return { minutes, perSecond, rss, p99, logins }
}
