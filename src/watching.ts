/** Everybody who listens to what happens: the log, the files of steps, the metrics and, where configured, a collector of traces. */
import { X509Certificate } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Audit } from './audit/events.ts'
import { createAudit, logEvents } from './audit/log.ts'
import { createRequestScope, type RequestScope } from './audit/request-scope.ts'
import { createSteps } from './audit/steps.ts'
import type { GatewayConfig } from './config/gateway-config.ts'
import type { RequestObserver } from './http/request-log.ts'
import { createLastLogins } from './operations/last-logins.ts'
import { createMetrics, type Metrics } from './operations/metrics.ts'
import { type Counting, createCounting } from './operations/standing.ts'
import { createTracing, otlpProcessor } from './operations/tracing.ts'
import { version } from './operations/version.ts'
import { certificatesInUse } from './service-provider/certificate.ts'
import type { Tenant } from './tenant/tenant.ts'

export interface Watching {
  readonly audit: Audit
  readonly scope: RequestScope
  readonly observers: readonly RequestObserver[]
  readonly metrics: Metrics
  /** When each way in, and each provider, last let somebody in. */
  readonly lastLogins: () => Readonly<Record<string, number>>
  readonly counting: Counting
  /** Writes what waits. */
  close(): Promise<void>
}

/** Made again only when `key` gives another object. */
const onceFor = <K extends object, V>(key: () => K, make: (key: K) => V): (() => V) => {
  const made = new WeakMap<K, V>()
  return () => {
    const value = made.get(key()) ?? make(key())
    made.set(key(), value)
    return value
  }
}

export const createWatching = (
  config: GatewayConfig,
  {
    log,
    now,
    processId,
    storePing,
    storeFullness,
    listsReadAt,
    tenants,
    brokenTenants,
  }: {
    log: Logger
    now: () => number
    processId: string
    storePing: () => Promise<void>
    storeFullness: () => number
    listsReadAt: () => Readonly<Record<string, number | undefined>>
    /** Those that are served now. */
    tenants: () => readonly Tenant[]
    brokenTenants: () => readonly string[]
  },
): Watching => {
  const { stateDir } = config
  const scope = createRequestScope()
  const steps = createSteps({
    stateDir,
    processId,
    now,
    onFault: (reason) => log.error({ reason }, 'steps of logins are not kept'),
  })
  const metrics = createMetrics({
    now,
    version,
    tenants: () => tenants().length,
    brokenTenants,
    certificates: onceFor(tenants, (all) =>
      certificatesInUse(config, all).map(({ certificate, ...facts }) => ({
        ...facts,
        notAfter: new X509Certificate(certificate).validToDate,
      })),
    ),
    lists: listsReadAt,
    storePing,
    storeFullness,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(stateDir)
      return bavail * bsize
    },
  })
  const lastLogins = createLastLogins(now)
  const counting = createCounting(now)
  const tracing =
    config.tracing && createTracing({ processor: otlpProcessor(config.tracing.otlp), version, instance: processId })
  const observers = [metrics, ...(tracing ? [tracing] : [])]
  return {
    audit: createAudit({
      scope,
      listeners: [
        logEvents(log),
        steps.listener,
        lastLogins.listener,
        counting.listener,
        ...observers.map(({ listener }) => listener),
      ],
    }),
    scope,
    observers,
    metrics,
    lastLogins: lastLogins.all,
    counting,
    close: async () => {
      await steps.close()
      await tracing?.close()
    },
  }
}
