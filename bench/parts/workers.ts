/** Two processes behind one port beside one: only where the gateway can be started so. */
import { start } from '../../src/cli/start.ts'
import { runClosed } from '../load/run-load.ts'
import { runVarco } from '../systems/varco.ts'
import { scratch } from './measure-system.ts'

export interface Workers {
  /** Logins a second; the driver has to share the cores, the same in both. */
  readonly one: number
  readonly two: number
}

export const canHaveWorkers = start.options.includes('--workers')

const WARM_UP = 2000

/** Unpinned: two workers need both cores, and the driver and Redis take from them what they need. */
export const measureWorkers = async (redis: string, seconds: number): Promise<Workers> => {
  const perSecond = (startArgs: readonly string[], warmUp: number) =>
    scratch(async (folder) => {
      const running = await runVarco({ folder, redis, startArgs })
      try {
        await runClosed(running.login, { atOnce: 64, seconds: Number.POSITIVE_INFINITY, logins: warmUp })
        const { logins, seconds: took } = await runClosed(running.login, { atOnce: 64, seconds })
        return logins / took
      } finally {
        await running.stop()
      }
    })
  // each process has a compiler of its own that must learn
  return { one: await perSecond([], WARM_UP), two: await perSecond(['--workers', '2'], 2 * WARM_UP) }
}
