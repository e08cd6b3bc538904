/** The process: a gateway from its start until somebody tells it to end, or several of them. */
import cluster from 'node:cluster'
import { setFlagsFromString } from 'node:v8'
import { type Logger, pino } from 'pino'
import type { GatewayConfig } from './config/gateway-config.ts'
import { type Gateway, portsOf, startGateway } from './gateway.ts'
import { SIGNAL, type TenantFiles } from './reload.ts'
import { MOST_APPS } from './tenant-apps.ts'
import { runWorkers, type Serving } from './workers.ts'

/**
 * Lines leave together, at the latest after a tenth of a second and when the process ends: a system call for each is a
 * twentieth of a login. Not more of them: what waits is counted again for each. Of workers never more at once than a pipe takes
 * whole, for they write to the same one.
 */
const LOG_WRITES = { sync: false, minLength: 6144, maxWrite: 16_384, periodicFlush: 100 } as const
const WORKERS_WRITES = { ...LOG_WRITES, minLength: 3072, maxWrite: 4096 } as const

const createLog = ({ level, pretty }: GatewayConfig['log'], { among }: { among: boolean }): Logger =>
  pretty
    ? pino({ level, transport: { target: 'pino-pretty' } })
    : pino({ level }, pino.destination(among ? WORKERS_WRITES : LOG_WRITES))

/**
 * V8 would let the heap grow to four times what lives in it before it collects all of it, and gives little back: applications
 * of tenants that were let go would weigh as if they were kept. So, where some are: to one and a half times, which costs 3 % of a login.
 */
const HEAP_GROWTH = '--heap-growing-percent=50'

/** Resolves at SIGTERM, SIGINT or, in a worker, only at SIGTERM: a terminal's Ctrl-C reaches it beside its primary. */
const told = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    if (cluster.isWorker) process.on('SIGINT', () => undefined)
    else process.once('SIGINT', () => resolve())
  })

/** For a trial: what goes wrong is written there, and nothing else. */
export const startQuietly = (config: GatewayConfig, write: (line: string) => void): Promise<Gateway> =>
  startGateway(config, { log: pino({ level: 'error' }, { write }) })

/** Runs until SIGTERM or SIGINT, then drains; at SIGHUP it reads the tenants' files again. With `workers`, several processes serve. */
export const runGateway = async (
  config: GatewayConfig,
  { files, workers }: { files: TenantFiles; workers?: number },
): Promise<void> => {
  if (config.tenants.length > MOST_APPS) setFlagsFromString(HEAP_GROWTH)
  const log = createLog(config.log, { among: workers !== undefined || cluster.isWorker })
  if (workers !== undefined && cluster.isPrimary) return runWorkers(config, { count: workers, log, told: told() })
  const gateway = await startGateway(config, { files, log, isWorker: cluster.isWorker })
  process.on('SIGHUP', () => void gateway.reload(SIGNAL))
  process.send?.({ ports: portsOf(gateway.addresses) } satisfies Serving)
  await told()
  await gateway.close()
  if (cluster.isWorker) process.disconnect?.()
}
