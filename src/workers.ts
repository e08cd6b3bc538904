/**
 * `varco start --workers N`: one process keeps N gateways on the same addresses (node:cluster), starts those anew that end
 * and answers the operations listener for all of them. It serves no citizen itself, so it has little to stumble over.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { GatewayConfig } from './config/gateway-config.ts'
import { StartError } from './errors.ts'
import { closeServer, listen } from './http/listening.ts'
import { createOperationsServer } from './operations/listener.ts'
import { createWorkersMetrics } from './operations/workers-metrics.ts'
import { createRedisStore } from './store/redis.ts'

/** What a worker says once it serves. */
export interface Serving {
  readonly ports: Readonly<Record<string, number>>
}

interface Workers {
  /** Those that serve now. */
  readonly running: () => number
  /** Where each listener of theirs listens. */
  readonly ports: Serving['ports']
  /** To each of them. */
  signal(name: NodeJS.Signals): void
  /** Each lets the requests under way end. Resolves when all are gone. */
  close(): Promise<void>
}

/** Before one that ended is replaced, milliseconds: doubled for each that did not last so long as `LASTS`. */
const PAUSE = { first: 500, longest: 30_000 }
const LASTS = 60_000
/** A little longer than a gateway takes for its requests under way. */
const PATIENCE = 15_000

/** Resolves when it serves, rejects when it ends before. */
const serving = (worker: Worker): Promise<Serving> =>
  new Promise((resolve, reject) => {
    worker.on('message', (message: object) => {
      if ('ports' in message) resolve(message as Serving)
    })
    worker.once('exit', (code, signal) =>
      reject(
        new StartError(`a worker ended (${signal ?? `code ${code}`}) before it served; what it said stands above`),
      ),
    )
  })

/** One after the other: the first makes what is missing in an empty state_dir. Throws StartError when one does not start. */
const startWorkers = async (
  count: number,
  { log, random = Math.random }: { readonly log: Logger; readonly random?: () => number },
): Promise<Workers> => {
  // each takes its connections from the common socket itself: one handed to a worker that dies before it has it would hang
  cluster.schedulingPolicy = cluster.SCHED_NONE
  const workers = new Set<Worker>()
  let closing = false
  let pause = PAUSE.first

  const start = async (): Promise<Serving> => {
    const worker = cluster.fork()
    const startedAt = performance.now()
    const served = await serving(worker)
    workers.add(worker)
    worker.once('exit', (code, signal) => {
      workers.delete(worker)
      if (closing) return
      pause = performance.now() - startedAt > LASTS ? PAUSE.first : Math.min(2 * pause, PAUSE.longest)
      log.error({ worker: worker.process.pid, code, signal, pause }, 'a worker ended, another one is started')
      void replace()
    })
    return served
  }

  const replace = async (): Promise<void> => {
    while (!closing) {
      await sleep(pause * (0.75 + random() / 2))
      if (closing) return
      try {
        await start()
        return
      } catch (error) {
        pause = Math.min(2 * pause, PAUSE.longest)
        log.error({ reason: (error as Error).message, pause }, 'a worker does not start')
      }
    }
  }

  const close = async () => {
    closing = true
    const left = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    await Promise.all(
      left.map(async (worker) => {
        const gone = new Promise<void>((resolve) => void worker.once('exit', () => resolve()))
        worker.process.kill('SIGTERM')
        const timer = setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE)
        await gone
        clearTimeout(timer)
      }),
    )
  }

  let ports: Serving['ports'] = {}
  try {
    while (workers.size < count) ({ ports } = await start())
  } catch (error) {
    await close()
    throw error
  }
  return {
    running: () => workers.size,
    ports,
    signal: (name) => {
      for (const worker of workers) worker.process.kill(name)
    },
    close,
  }
}

/** Runs until `told`. Throws StartError where a worker does not start, or the store is one process's alone. */
export const runWorkers = async (
  config: GatewayConfig,
  { count, log, told }: { readonly count: number; readonly log: Logger; readonly told: Promise<void> },
): Promise<void> => {
  if (config.store.kind === 'memory')
    throw new StartError(
      'several workers need a store that they share: set store.kind to redis, or leave --workers out',
    )
  const store = createRedisStore({ servers: config.store, onError: (reason) => log.error({ reason }, 'redis') })
  const workers = await startWorkers(count, { log })
  let draining = false
  const operations = createOperationsServer({
    storePing: () => store.ping(),
    draining: () => draining || workers.running() === 0,
    metrics: createWorkersMetrics({ wanted: count, running: workers.running }),
  })
  try {
    const { port } = await listen(operations, config.operations, 'operations.listen')
    const ports = { ...workers.ports, operations: port }
    // each takes its own copy of the tenants' files
    process.on('SIGHUP', () => workers.signal('SIGHUP'))
    log.info({ url: config.publicUrl, tenants: config.tenants.length, workers: count, ports }, 'gateway is ready')
    await told
  } finally {
    draining = true
    await workers.close()
    await closeServer(operations)
    await store.close()
  }
}
