/** How late this process comes to its work: the sign of a processor that has too much of it. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two samples: what an idle loop shows. */
const RESOLUTION = 10
const EVERY = 250
/** Of them the best counts: one long step, as a national list that is verified, is no overload. */
const WINDOWS = 8

export interface LoopDelay {
  /** Milliseconds that it has been late at least, through the last two seconds. */
  readonly now: () => number
  stop(): void
}

export const watchLoopDelay = (): LoopDelay => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  histogram.enable()
  const means: number[] = Array.from({ length: WINDOWS }, () => 0)
  const timer = setInterval(() => {
    if (histogram.count === 0) return
    means.push(histogram.mean / 1e6 - RESOLUTION)
    means.shift()
    histogram.reset()
  }, EVERY).unref()
  return {
    now: () => Math.max(0, Math.min(...means)),
    stop: () => {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
