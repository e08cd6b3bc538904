/**
 * What Prometheus reads at /metrics. Names follow its conventions: base units, `_total` for counters. Labels have few
 * values: entityIDs of providers, tenants, codes of our table; nothing that a stranger can make up.
 */
import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type AuditEvent, alarms as alarmEvents } from '../audit/events.ts'
import { type Listener, severityOf } from '../audit/log.ts'
import type { RequestObserver } from '../http/request-log.ts'

export interface Watched {
  readonly now: () => number
  readonly version: string
  readonly tenants: () => number
  readonly certificates: () => readonly { readonly use: string; readonly tenant?: string; readonly notAfter: Date }[]
  /** Those that are served as they last were, because their file is broken. */
  readonly brokenTenants: () => readonly string[]
  /** When each national list was last read and believed, milliseconds since 1970; `undefined` before the first time. */
  readonly lists: () => Readonly<Record<string, number | undefined>>
  /** Rejects when the store does not answer. */
  readonly storePing: () => Promise<void>
  /** From 0 to 1. */
  readonly storeFullness: () => number
  /** Bytes left where state_dir stands. */
  readonly freeBytes: () => Promise<number>
}

export interface Metrics extends RequestObserver {
  readonly listener: Listener
  registerWrote(seconds: number, failed: boolean): void
  /** The whole text, in Prometheus' own format. */
  text(): Promise<string>
  /** Of this process, for one that adds up several. */
  readonly registry: Registry
  readonly contentType: string
}

/** The kinds of address, in the order in which they are tried: few, whatever a stranger asks for. */
const routes: readonly (readonly [string, RegExp])[] = [
  ['authorize', /\/authorize/],
  ['finish', /\/login\/…\/finish$/],
  ['begin', /\/login\/…\/begin$/],
  ['login', /\/login\/…/],
  ['saml', /\/saml\/\w+\/(?:acs|slo)$/],
  ['cns', /\/cns$/],
  ['token', /\/token(?:\/|$)/],
  ['userinfo', /\/userinfo$/],
  ['discovery', /\/(?:\.well-known\/openid-configuration|jwks)$/],
  ['logout', /\/end-session/],
  ['assets', /^\/assets\//],
]
export const routeOf = (path: string): string => routes.find(([, shape]) => shape.test(path))?.[0] ?? 'other'

const methods = new Set(['GET', 'POST', 'HEAD', 'OPTIONS'])

export const createMetrics = (watched: Watched): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const gauge = <T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    /** What several processes of one machine say together. */
    aggregator: Aggregator,
    collect?: (own: Gauge<T>) => void | Promise<void>,
  ) => {
    const own: Gauge<T> = new Gauge<T>({
      name,
      help,
      labelNames: [...labelNames],
      aggregator,
      registers,
      ...(collect && { collect: () => collect(own) }),
    })
    return own
  }

  const started = counter('varco_logins_started_total', 'Login pages shown.', ['tenant'])
  const sent = counter('varco_logins_sent_total', 'Citizens sent to a provider.', ['upstream', 'idp'])
  const returned = counter('varco_logins_returned_total', 'Answers verified.', ['upstream', 'idp', 'level'])
  const refused = counter('varco_logins_refused_total', 'Answers refused, by the code of docs/errors.md.', [
    'upstream',
    'idp',
    'code',
    'authenticated',
  ])
  const finished = counter('varco_logins_finished_total', 'Logins completed.', ['tenant', 'upstream'])
  const abandoned = counter('varco_logins_abandoned_total', 'Logins cancelled on the login page.', ['tenant'])
  const lastLogin = gauge(
    'varco_idp_last_login_timestamp_seconds',
    'When a provider last let somebody in.',
    ['upstream', 'idp'],
    'max',
  )
  const lastOfAll = gauge(
    'varco_last_login_timestamp_seconds',
    'When the last login was complete; before the first one, when the process began.',
    [],
    'max',
  )
  lastOfAll.set(watched.now() / 1000)
  const tokens = counter('varco_tokens_issued_total', 'Token answers.', ['tenant'])
  const oidcRefused = counter('varco_oidc_refused_total', 'OpenID Connect requests refused, by OAuth error.', [
    'tenant',
    'error',
  ])
  const pages = counter('varco_requests_refused_total', 'Requests that ended in an error page or JSON.', ['code'])
  const limits = counter('varco_limits_reached_total', 'Networks that did something too often.', ['tenant', 'limit'])
  const alarms = counter('varco_alarms_total', 'Events that a human must look at: docs/events.md.', ['event'])
  // from a counter that appears with its first event Prometheus learns of the second one only
  for (const event of alarmEvents) alarms.inc({ event }, 0)
  const http = new Histogram({
    name: 'varco_http_request_duration_seconds',
    help: 'Time to answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const writes = new Histogram({
    name: 'varco_register_write_duration_seconds',
    help: 'Time until a record of the register was on the disk.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  })
  const writeFailures = counter('varco_register_write_failures_total', 'Records that could not be written.', [])
  const registerUp = gauge('varco_register_up', '1 when the last record of the register could be written.', [], 'min')
  registerUp.set(1)

  gauge('varco_build_info', 'Always 1; the labels say what runs.', ['version', 'node'], 'first').set(
    { version: watched.version, node: process.version },
    1,
  )
  gauge('varco_tenants', 'Tenants of the configuration in use.', [], 'min', (own) => own.set(watched.tenants()))
  gauge('varco_tenant_file_broken', '1 for each tenant whose file is broken.', ['tenant'], 'max', (own) => {
    own.reset()
    for (const tenant of watched.brokenTenants()) own.set({ tenant }, 1)
  })
  gauge(
    'varco_certificate_expiry_timestamp_seconds',
    'End of a certificate in use.',
    ['use', 'tenant'],
    'min',
    (own) => {
      own.reset()
      for (const { use, tenant = '', notAfter } of watched.certificates())
        own.set({ use, tenant }, notAfter.getTime() / 1000)
    },
  )
  gauge(
    'varco_list_last_read_timestamp_seconds',
    'When a national list was last read and believed.',
    ['list'],
    'min',
    (own) => {
      for (const [list, at] of Object.entries(watched.lists())) own.set({ list }, (at ?? 0) / 1000)
    },
  )
  gauge('varco_store_up', '1 when the store answers.', [], 'min', async (own) => {
    own.set(
      await watched.storePing().then(
        () => 1,
        () => 0,
      ),
    )
  })
  gauge('varco_store_fullness_ratio', 'How full the store is; from 0.8 on no login begins.', [], 'max', (own) =>
    own.set(watched.storeFullness()),
  )
  gauge('varco_state_dir_free_bytes', 'Bytes left where register and keys stand.', [], 'min', async (own) => {
    own.set(await watched.freeBytes().catch(() => 0))
  })

  /** What is counted for an event of each type; the others only when they are alarms. */
  const counts: { readonly [T in AuditEvent['type']]?: (event: Extract<AuditEvent, { type: T }>) => void } = {
    'login.started': ({ tenant }) => started.inc({ tenant }),
    'login.sent': ({ upstream, idp = '' }) => sent.inc({ upstream, idp }),
    'login.returned': ({ upstream, idp = '', level }) => {
      lastLogin.set({ upstream, idp }, watched.now() / 1000)
      returned.inc({ upstream, idp, level })
    },
    'login.refused': ({ upstream = '', idp = '', code, authenticated }) =>
      refused.inc({ upstream, idp, code, authenticated: String(authenticated) }),
    'login.finished': ({ tenant, upstream }) => {
      lastOfAll.set(watched.now() / 1000)
      finished.inc({ tenant, upstream })
    },
    // also where logins go on without it, and no write is seen to fail
    'register.failed': () => registerUp.set(0),
    'register.recovered': () => registerUp.set(1),
    'login.abandoned': ({ tenant }) => abandoned.inc({ tenant }),
    'token.issued': ({ tenant }) => tokens.inc({ tenant }),
    'oidc.refused': ({ tenant, error }) => oidcRefused.inc({ tenant, error }),
    'limit.reached': ({ tenant, limit }) => limits.inc({ tenant, limit }),
    'request.refused': ({ code }) => pages.inc({ code }),
  }
  const count: Listener = (event) => {
    if (severityOf(event) === 'error') alarms.inc({ event: event.type })
    const counting = counts[event.type] as ((event: AuditEvent) => void) | undefined
    counting?.(event)
  }

  return {
    listener: count,
    answered: (_requestId, { method, path, status, ms }) =>
      http.observe({ route: routeOf(path), method: methods.has(method) ? method : 'other', status }, ms / 1000),
    registerWrote: (seconds, failed) => (failed ? writeFailures.inc() : writes.observe(seconds)),
    text: () => registry.metrics(),
    registry,
    contentType: registry.contentType,
  }
}
