/** A gateway: everything built from the configuration, listening until it is closed. */
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { CHECK_EVERY, createExpiryWatch } from './audit/certificate-expiry.ts'
import { isRunning } from './audit/register/is-running.ts'
import { startRegister } from './audit/register/start.ts'
import type { GatewayConfig } from './config/gateway-config.ts'
import { StartError } from './errors.ts'
import { loadAssets } from './http/assets.ts'
import { fonts } from './http/fonts.ts'
import { createOutgoingFetch } from './http/outgoing-fetch.ts'
import { createRenderer } from './http/render.ts'
import { createKeyring } from './keyring/keyring.ts'
import { createLastGood } from './keyring/last-good.ts'
import { replaceFile } from './keyring/replace-file.ts'
import { assertSubjectKey } from './keyring/subject-key.ts'
import { type Addresses, createListeners } from './listeners.ts'
import { type NationalSystems, readNationalSystems } from './national-systems.ts'
import { createOperationsServer } from './operations/listener.ts'
import { watchLoopDelay } from './operations/loop-delay.ts'
import { startControl } from './operations/start-control.ts'
import { timedRegister } from './operations/timed-register.ts'
import { version } from './operations/version.ts'
import { answerPrimary } from './operations/workers-metrics.ts'
import { createRandomBytes } from './random.ts'
import { standingStill } from './reload/standing-still.ts'
import { createReload, POLL, type TenantFiles } from './reload.ts'
import { certificatesInUse } from './service-provider/certificate.ts'
import { identityOf } from './service-provider/signing.ts'
import { createLimits } from './store/limits.ts'
import { createMemoryStore } from './store/memory.ts'
import { createRedisStore } from './store/redis.ts'
import { createSealedStore } from './store/sealed.ts'
import { pinLiveTenants, readPin } from './tenant/immutable.ts'
import { createTenantRegistry } from './tenant/registry.ts'
import { createWatching } from './watching.ts'

export interface Gateway {
  readonly addresses: Addresses
  /** Takes the tenants' files as they are now. @param by who wants it. */
  reload(by: string): Promise<void>
  /** Takes no new connection, lets the requests under way end, then closes the rest. */
  close(): Promise<void>
}

/** Milliseconds between two looks at the tenants' signing keys: a folder is listed. */
const KEYS_EVERY = 3000
/** Where the tenants' files take effect by themselves: milliseconds between two looks at them. */
const LOOK_EVERY = 5000
/** How often the queues are looked at, milliseconds: another gateway may have died, a command have spoken. */
const QUEUES_EVERY = 1000

const readText = (path: string): Promise<string> => readFile(path, 'utf8')

const viewsDir = fileURLToPath(new URL('../views', import.meta.url))

/** As the log and a worker's primary are told of them. */
export const portsOf = (addresses: Addresses): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(addresses).map(([name, { port }]) => [name, port]))

/**
 * Starts the gateway. Without `files` its tenants never change. `now`, `keysEvery` and `mostApps` are the tests';
 * `isWorker`: somebody else answers for its operation. Throws a StartError when it cannot start.
 */
export const startGateway = async (
  config: GatewayConfig,
  {
    files,
    now = Date.now,
    log,
    keysEvery = KEYS_EVERY,
    mostApps,
    isWorker = false,
  }: {
    files?: TenantFiles
    now?: () => number
    log: Logger
    keysEvery?: number
    mostApps?: number | undefined
    isWorker?: boolean
  },
): Promise<Gateway> => {
  const { stateDir, masterKeys, subjectKey } = config
  const [masterKey] = masterKeys
  if (masterKey === undefined) throw new StartError('no master key is configured')
  const configured = config.subjectKeyFingerprint === undefined ? {} : { configured: config.subjectKeyFingerprint }
  await assertSubjectKey({ key: subjectKey, stateDir, ...configured })

  const randomBytes = createRandomBytes()
  const randomId = () => randomBytes(24).toString('base64url')
  const processId = `${hostname()}-${process.pid}-${randomId().slice(0, 8)}`
  const store =
    config.store.kind === 'memory'
      ? createMemoryStore({ now, maxBytes: config.store.maxBytes })
      : createRedisStore({ servers: config.store, onError: (reason) => log.error({ reason }, 'redis') })
  let listsReadAt: NationalSystems['readAt'] = () => ({})
  const tenants = createTenantRegistry(config.tenants)
  const watching = createWatching(config, {
    log,
    now,
    processId,
    storePing: () => store.ping(),
    storeFullness: () => store.fullness,
    listsReadAt: () => listsReadAt(),
    tenants: tenants.all,
    brokenTenants: () => Object.keys(reload.standing().broken),
  })
  const { audit, scope, observers } = watching
  const watchExpiry = createExpiryWatch({ certificates: () => certificatesInUse(config, tenants.all()), audit, now })
  watchExpiry()
  const fetch = createOutgoingFetch(config.outgoing)

  const national = await readNationalSystems(config, { fetch, audit, log, now })
  listsReadAt = national.readAt
  const register = await startRegister({
    stateDir,
    masterKeys,
    process: { host: hostname(), pid: process.pid, isRunning },
    ...config.register,
    randomBytes,
    now,
    report: audit,
  })
  const sealedStore = createSealedStore({
    store,
    masterKeys,
    randomBytes,
    onUnreadable: (record) => log.error(record, 'a sealed record does not open'),
  })
  const startedAt = now()
  const reload =
    files === undefined
      ? standingStill(config.tenants)
      : createReload({
          files,
          registry: tenants,
          prepare: (changed) => app.prepareTenants(changed),
          pin: (changed) => pinLiveTenants({ stateDir, tenants: changed, readFile: readText, writeFile: replaceFile }),
          lastGood: createLastGood({ stateDir, masterKeys }),
          audit,
          changed: () => void control.announce(),
        })
  let draining = false
  const control = await startControl({
    store: sealedStore,
    now,
    audit,
    presence: () => ({
      id: processId,
      version,
      node: process.version,
      startedAt,
      tenants: tenants.all().length,
      ...reload.standing(),
      draining,
      lists: national.readAt(),
      lastLogins: watching.lastLogins(),
      counts: watching.counting.counts(),
    }),
    tenants: reload.hashes,
    want: reload.want,
    ownCounts: watching.counting.of,
    ...(config.store.kind === 'memory' && { socketIn: stateDir }),
  })
  const loopDelay = watchLoopDelay()
  const assets = loadAssets(`${viewsDir}/assets`, fonts)
  const spidIdentity = identityOf(config.aggregator.spid)
  const app = createApp({
    config,
    mostApps,
    tenants,
    upstreams: national.upstreams,
    // the eIDAS node knows every tenant by its SPID metadata
    signing: { spid: spidIdentity, cie: identityOf(config.aggregator.cie), eidas: spidIdentity },
    store: sealedStore,
    limits: createLimits({ store, masterKey, now }),
    fullness: () => store.fullness,
    loopDelay: loopDelay.now,
    isPaused: control.switches.isPaused,
    standing: control.standing,
    departed: watching.counting.departed,
    maintenanceUntil: control.switches.maintenanceUntil,
    keyring: createKeyring({ stateDir, masterKeys, now }),
    wasLive: async (id) => (await readPin(stateDir, id, readText)) !== undefined,
    register: timedRegister(register, watching.metrics.registerWrote),
    renderer: createRenderer({ viewsDir, assets }),
    assets,
    audit,
    scope,
    observers,
    log,
    now,
    randomId,
    fetch,
  })

  await app.refreshKeys()
  const timers = [
    setInterval(watchExpiry, CHECK_EVERY).unref(),
    setInterval(() => void app.refreshKeys(), keysEvery).unref(),
    setInterval(() => void app.backchannel.serve(), QUEUES_EVERY).unref(),
    setInterval(() => void app.revocations.serve(), QUEUES_EVERY).unref(),
    ...(config.reload === 'poll' ? [setInterval(() => void reload.take(POLL), LOOK_EVERY).unref()] : []),
  ]
  const stopTimers = () => {
    for (const timer of timers) clearInterval(timer)
    loopDelay.stop()
  }
  const listeners = createListeners(config, {
    regional: app.regional,
    card: app.card,
    authorities: national.authorities,
    operations: isWorker
      ? undefined
      : createOperationsServer({
          storePing: () => store.ping(),
          draining: () => draining,
          metrics: watching.metrics,
        }),
  })
  if (isWorker) answerPrimary(watching.metrics.registry)
  const close = async () => {
    draining = true
    national.stop()
    stopTimers()
    await listeners.close()
    await app.backchannel.close()
    await reload.settled()
    await control.stop()
    await register.close()
    await store.close()
    await watching.close()
  }
  try {
    const addresses = await listeners.open()
    register.look()
    log.info(
      { url: config.publicUrl, tenants: config.tenants.length, ports: portsOf(addresses) },
      isWorker ? 'worker is ready' : 'gateway is ready',
    )
    return { addresses, reload: reload.take, close }
  } catch (error) {
    await close()
    throw error
  }
}
