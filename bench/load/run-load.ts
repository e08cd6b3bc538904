/** Logins side by side (closed: each ends before its visitor begins the next) or as they come (open: whatever is under way). */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTimings, type Timings } from './timings.ts'

export type Login = (timings: Timings, number: number) => Promise<void>

export interface Load {
  readonly logins: number
  readonly seconds: number
  readonly timings: Timings
  /** Under way at the same moment, at most. */
  readonly mostAtOnce: number
}

let number = 0

/** Ends after `seconds`, or after `logins` where that many are wanted. Rejects with the first that is not right. */
export const runClosed = async (
  login: Login,
  { atOnce, seconds, logins = Number.POSITIVE_INFINITY }: { atOnce: number; seconds: number; logins?: number },
): Promise<Load> => {
  const timings = createTimings()
  const start = performance.now()
  const end = start + seconds * 1000
  let begun = 0
  let done = 0
  const visitors = Array.from({ length: atOnce }, async () => {
    while (performance.now() < end && begun < logins) {
      begun += 1
      const began = performance.now()
      await login(timings, number++)
      timings.add('login', performance.now() - began)
      done += 1
    }
  })
  await Promise.all(visitors)
  return { logins: done, seconds: (performance.now() - start) / 1000, timings, mostAtOnce: atOnce }
}

/** A Poisson process: nobody waits for anybody, and what is slow piles up and shows. */
export const runOpen = async (
  login: Login,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Load> => {
  const timings = createTimings()
  const start = performance.now()
  const all: Promise<void>[] = []
  let [done, now, mostAtOnce] = [0, 0, 0]
  let failure: unknown
  const one = async () => {
    const began = performance.now()
    now += 1
    mostAtOnce = Math.max(mostAtOnce, now)
    try {
      await login(timings, number++)
      timings.add('login', performance.now() - began)
      done += 1
    } catch (error) {
      failure ??= error
    }
    now -= 1
  }
  for (let next = start; next < start + seconds * 1000; next += (-Math.log(1 - Math.random()) * 1000) / perSecond) {
    const wait = next - performance.now()
    if (wait > 1) await sleep(wait)
    if (failure !== undefined) throw failure
    all.push(one())
  }
  await Promise.all(all)
  if (failure !== undefined) throw failure
  return { logins: done, seconds: (performance.now() - start) / 1000, timings, mostAtOnce }
}
