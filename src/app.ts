/** The composition root: the one file that knows every folder. Configuration and parts in, two request listeners out. */
import type { RequestListener } from 'node:http'
import Koa from 'koa'
import type { Logger } from 'pino'
import type { Audit } from './audit/events.ts'
import type { Register } from './audit/register/register.ts'
import type { RequestScope } from './audit/request-scope.ts'
import type { UpstreamId } from './citizen/citizen.ts'
import type { GatewayConfig } from './config/gateway-config.ts'
import { GatewayError } from './errors.ts'
import { type Assets, serveAssets } from './http/assets.ts'
import { brandAssets } from './http/brand.ts'
import { certificateOfProxy, certificateOfSocket } from './http/client-certificate.ts'
import { errorHandler } from './http/error-handler.ts'
import { createMarks } from './http/marks.ts'
import { serveMetadata } from './http/metadata.ts'
import { origin } from './http/origin.ts'
import { overload } from './http/overload.ts'
import { createPages } from './http/pages.ts'
import { rateLimit } from './http/rate-limit.ts'
import type { Renderer } from './http/render.ts'
import type { Ctx, Handler, RequestState } from './http/request-context.ts'
import { type RequestObserver, requestLog } from './http/request-log.ts'
import { originForm } from './http/request-target.ts'
import { securityHeaders } from './http/security-headers.ts'
import { tenantResolver } from './http/tenant-resolver.ts'
import type { InteractionDeps } from './interaction/deps.ts'
import { createStatusPage } from './interaction/status-page.ts'
import type { Keyring } from './keyring/keyring.ts'
import { type Backchannel, createBackchannel } from './oidc/backchannel.ts'
import { isForPrograms } from './oidc/endpoints.ts'
import { createRevocations, REVOCATION_QUEUE, type Revocations } from './oidc/revocation.ts'
import { createServedMetadata } from './service-provider/served.ts'
import { signingOf } from './service-provider/signing.ts'
import type { Limits } from './store/limits.ts'
import type { SealedStore } from './store/sealed.ts'
import type { TenantRegistry } from './tenant/registry.ts'
import { createTenantApp, type TenantApp } from './tenant-app.ts'
import { createTenantApps, type TenantApps } from './tenant-apps.ts'
import type { SigningIdentity, Upstream } from './upstream/upstream.ts'

export interface AppDeps {
  readonly config: GatewayConfig
  readonly tenants: TenantRegistry
  readonly upstreams: ReadonlyMap<UpstreamId, Upstream>
  readonly signing: Readonly<Partial<Record<UpstreamId, SigningIdentity>>>
  readonly store: SealedStore
  readonly limits: Limits
  /** Of the store, 0 to 1. */
  readonly fullness: () => number
  /** Of the event loop, milliseconds. */
  readonly loopDelay: () => number
  readonly keyring: Keyring
  /** Applications of tenants that are kept at once; absent: as many as a gateway should. */
  readonly mostApps: number | undefined
  /** Was this tenant ever live? */
  readonly wasLive: (id: string) => Promise<boolean>
  readonly register: Register
  readonly renderer: Renderer
  readonly assets: Assets
  readonly audit: Audit
  readonly scope: RequestScope
  readonly isPaused: InteractionDeps['isPaused']
  readonly standing: InteractionDeps['standing']
  readonly departed: InteractionDeps['departed']
  readonly maintenanceUntil: () => number | undefined
  /** Told of each request beside the log. */
  readonly observers: readonly RequestObserver[]
  readonly log: Logger
  readonly now: () => number
  readonly randomId: () => string
  readonly fetch: typeof globalThis.fetch
}

export interface App {
  /** What the sites are told when a session ends. */
  readonly backchannel: Backchannel
  /** Orders to end everything of a person. */
  readonly revocations: Revocations
  /** The regional host and the tenants' own hosts. */
  readonly regional: RequestListener
  /** The host that asks for the card. */
  readonly card: RequestListener
  /** Looks for changed signing keys; to be called every few seconds. */
  readonly refreshKeys: () => Promise<void>
  /** Tenants that have changed: before they are served, and at the moment. */
  readonly prepareTenants: TenantApps['prepare']
}

export const createApp = (deps: AppDeps): App => {
  const { config, store, keyring, audit, log, now, randomId, assets } = deps
  const { tenants } = deps
  const metadataOf = createServedMetadata(config, tenants.all)
  const { publicUrl, region } = config
  const marks = createMarks(region.marks)
  const pages = createPages({ renderer: deps.renderer, region, marks, publicUrl, now, tenantOf: tenants.byId })

  const apps = createTenantApps({
    current: tenants.byId,
    keyring,
    most: deps.mostApps,
    wasLive: deps.wasLive,
    rotation: config.signingKeys,
    audit,
    now,
    build: (tenant, keys) =>
      createTenantApp({
        ...deps,
        signing: signingOf(tenant, deps.signing),
        tenant,
        keys,
        pages,
        region: config.region,
        records: store.forTenant(tenant.id),
        subjectKey: config.subjectKey,
        announce: (client, departed) => backchannel.announce(tenant.id, client, departed),
      }),
  })

  /** Of work that comes again: a store that is away is told of elsewhere. */
  const unlessDown = (err: unknown) => {
    if (!(err instanceof GatewayError && err.code === 'store_unavailable')) log.error({ err }, 'queued work')
  }
  const backchannel = createBackchannel({
    queue: store.queue('backchannel'),
    recordsOf: (tenant) => store.forTenant(tenant),
    logoutTokenOf: async (id, client, departed) => {
      const tenant = tenants.byId(id)
      return tenant && (await apps.of(tenant)).oidc.logoutToken(client, departed)
    },
    fetch: deps.fetch,
    audit,
    now,
    report: unlessDown,
  })

  const revocations = createRevocations({
    queue: store.queue(REVOCATION_QUEUE),
    recordsOf: (tenant) => store.forTenant(tenant),
    now,
    revoke: async (id, sub) => {
      const tenant = tenants.byId(id)
      if (tenant !== undefined) await (await apps.of(tenant)).oidc.endAllOf(sub)
    },
    report: unlessDown,
  })

  /** Both listeners are one process. */
  /** What is being written is nobody's yet. */
  const publicTenant = (id: string) => {
    const tenant = tenants.byId(id)
    return tenant?.state === 'draft' && !config.sandbox ? undefined : tenant
  }
  const busy = overload({ loopDelay: deps.loopDelay })

  const listener = (
    originOf: (host: string) => string | undefined,
    answer: (app: TenantApp, ctx: Ctx) => Promise<void>,
    { clientCertificate, trustedProxies }: { clientCertificate?: Handler; trustedProxies: readonly string[] },
  ): RequestListener => {
    const koa = new Koa<RequestState>()
    koa.proxy = true // every header that it believes was set by `origin`
    const toTenant: Handler = async (ctx) => {
      if (ctx.state.tenant !== undefined) await answer(await apps.of(ctx.state.tenant), ctx)
    }
    koa.use(requestLog({ log, randomId, now, scope: deps.scope, observers: deps.observers }))
    koa.use(securityHeaders({ https: config.publicUrl.startsWith('https:') }))
    koa.use(
      errorHandler({
        pages,
        audit,
        clientOf: (tenant, client) => tenants.byId(tenant)?.clients.find(({ id }) => id === client),
      }),
    )
    if (clientCertificate !== undefined) koa.use(clientCertificate)
    koa.use(origin({ originOf, trustedProxies, audit }))
    koa.use(serveAssets(assets))
    koa.use(serveAssets(brandAssets(tenants.byId)))
    koa.use(serveAssets(marks))
    koa.use(serveMetadata({ publicUrl: config.publicUrl, documentOf: metadataOf }))
    koa.use(createStatusPage({ ...deps, pages, region: config.region, tenantOf: publicTenant }))
    koa.use(tenantResolver({ ...tenants, servesDrafts: config.sandbox, isForPrograms }))
    koa.use(busy)
    koa.use(
      rateLimit({ limits: deps.limits, allowances: config.rateLimits, trustedProxies, fullness: deps.fullness, audit }),
    )
    koa.use(toTenant)
    koa.on('error', (err) => log.error({ err }, 'unhandled'))
    return originForm(koa.callback())
  }

  const { trustedProxies, cns } = config
  const proxy = cns?.handshake.by === 'proxy' ? cns.handshake : undefined
  const own = (url: string) => {
    const { host: ours } = new URL(url)
    return (host: string) => (host === ours ? url : undefined)
  }
  const regional = own(config.publicUrl)
  return {
    refreshKeys: apps.refresh,
    prepareTenants: apps.prepare,
    backchannel,
    revocations,
    regional: listener(
      (host) => regional(host) ?? tenants.byHost(host)?.issuer,
      (app, ctx) => app.regional(ctx),
      { trustedProxies },
    ),
    card: listener(own(cns?.url ?? config.publicUrl), (app, ctx) => app.card(ctx), {
      clientCertificate: proxy ? certificateOfProxy(proxy, audit) : certificateOfSocket,
      trustedProxies: proxy ? [...trustedProxies, ...proxy.from] : trustedProxies,
    }),
  }
}
