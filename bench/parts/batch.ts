/** One row of the table: a system under so many logins at once, for some seconds. */
import { type Login, runClosed } from '../load/run-load.ts'
import { percentile } from '../load/timings.ts'
import type { Running } from '../systems/system.ts'

export interface StepTimes {
  readonly p50: number
  readonly p99: number
}

export interface Batch {
  readonly atOnce: number
  /** So many logins had been before it, where that is what is shown. */
  readonly after?: number
  readonly logins: number
  /** CPU of the process for a login, milliseconds, and in units taken just before and after. */
  readonly cpu: number
  readonly unit: number
  readonly perSecond: number
  readonly login: StepTimes
  /** By step, in milliseconds. */
  readonly steps: Readonly<Record<string, StepTimes>>
  /** MB. */
  readonly rss: number
}

export const timesOf = (values: readonly number[] = []): StepTimes => ({
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
})

const MB = 2 ** 20

export const runBatch = async (
  { process, login }: Running,
  how: { readonly atOnce: number; readonly seconds: number },
): Promise<Batch> => {
  const before = await process.unit()
  const start = await process.usage()
  const load = await runClosed(login as Login, how)
  const end = await process.usage()
  const unit = (before + (await process.unit())) / 2
  const { steps } = load.timings
  return {
    atOnce: how.atOnce,
    logins: load.logins,
    cpu: (end.cpu - start.cpu) / load.logins,
    unit,
    perSecond: load.logins / load.seconds,
    login: timesOf(steps.get('login')),
    steps: Object.fromEntries([...steps].map(([step, values]) => [step, timesOf(values)])),
    rss: end.rss / MB,
  }
}
