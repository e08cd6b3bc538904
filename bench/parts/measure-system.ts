/** A system from its start to its end: warm, then so many at once, then, where wanted, so many logins in all. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runClosed } from '../load/run-load.ts'
import type { Running, System } from '../systems/system.ts'
import { type Batch, runBatch } from './batch.ts'

export interface Plan {
  readonly atOnce: readonly number[]
  /** Of each batch. */
  readonly seconds: number
  /** Logins before the first of them: the same for all, for a compiler learns from calls and not from seconds. */
  readonly warmUp: number
  /** Until so many logins have been done since the start; 0: no more than the batches. */
  readonly logins: number
}

export interface Measurement {
  readonly system: System
  readonly store: 'memory' | 'Redis'
  readonly batches: readonly Batch[]
  /** MB when it listens, and after `logins` since then. */
  readonly rss: { readonly start: number; readonly end: number; readonly logins: number }
}

const MB = 2 ** 20
const LONGEST_WARM_UP = 45

export const scratch = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(process.env.VARCO_BENCH_DIR ?? tmpdir(), 'varco-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const withRunning = <T>(
  system: System,
  { redis, core }: { redis?: string | undefined; core: number | undefined },
  work: (running: Running) => Promise<T>,
): Promise<T> =>
  scratch(async (folder) => {
    const running = await system.start({ folder, core, ...(redis !== undefined && { redis }) })
    try {
      return await work(running)
    } finally {
      await running.stop()
    }
  })

export const measureSystem = (
  system: System,
  { redis, core, plan }: { redis?: string | undefined; core: number | undefined; plan: Plan },
): Promise<Measurement> =>
  withRunning(system, { redis, core }, async (running) => {
    const start = (await running.process.usage()).rss / MB
    const warm = await runClosed(running.login, { atOnce: 16, seconds: LONGEST_WARM_UP, logins: plan.warmUp })
    const batches: Batch[] = []
    for (const atOnce of plan.atOnce) batches.push(await runBatch(running, { atOnce, seconds: plan.seconds }))
    let logins = batches.reduce((sum, batch) => sum + batch.logins, warm.logins)
    if (logins < plan.logins) {
      const rest = { atOnce: 16, seconds: Number.POSITIVE_INFINITY, logins: plan.logins - logins }
      logins += (await runClosed(running.login, rest)).logins
    }
    const [atOnce] = plan.atOnce.slice(-1)
    // as it runs in the long run: by now the compiler has seen everything
    if (plan.logins > 0 && atOnce !== undefined) {
      const again = await runBatch(running, { atOnce, seconds: plan.seconds })
      batches.push({ ...again, after: logins })
      logins += again.logins
    }
    const end = (await running.process.usage()).rss / MB
    return { system, store: redis === undefined ? 'memory' : 'Redis', batches, rss: { start, end, logins } }
  })
