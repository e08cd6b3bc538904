/** The process: build everything from the configuration, listen, and drain when told to stop. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Logger, pino } from 'pino'
import { createApp } from './app.ts'
import { CHECK_EVERY, createExpiryWatch } from './audit/certificate-expiry.ts'
import { startRegister } from './audit/register/start.ts'
import type { GatewayConfig, Listen } from './config/gateway-config.ts'
import { StartError } from './errors.ts'
import { loadAssets } from './http/assets.ts'
import { createCardServer, createProxiedCardServer } from './http/card-server.ts'
import { fonts } from './http/fonts.ts'
import { createOutgoingFetch } from './http/outgoing-fetch.ts'
import { createRenderer } from './http/render.ts'
import { createKeyring } from './keyring/keyring.ts'
import { assertSubjectKey } from './keyring/subject-key.ts'
import { type NationalSystems, readNationalSystems } from './national-systems.ts'
import { createOperationsServer } from './operations/listener.ts'
import { startControl } from './operations/start-control.ts'
import { timedRegister } from './operations/timed-register.ts'
import { version } from './operations/version.ts'
import { certificatesInUse } from './service-provider/certificate.ts'
import { identityOf } from './service-provider/signing.ts'
import { createLimits } from './store/limits.ts'
import { createMemoryStore } from './store/memory.ts'
import { createRedisStore } from './store/redis.ts'
import { createSealedStore } from './store/sealed.ts'
import { createWatching } from './watching.ts'

export interface Gateway {
  /** Where each listener really listens (a configured port 0 is any). */
  readonly addresses: { readonly regional: AddressInfo; readonly operations: AddressInfo; readonly cns?: AddressInfo }
  /** Takes no new connection, lets the requests under way end, then closes the rest. */
  close(): Promise<void>
}

/** The longest that a request under way may hold up the end, milliseconds. */
const DRAIN = 10_000

/** Milliseconds between two looks at the tenants' signing keys: a folder is listed. */
const KEYS_EVERY = 3000
/** How often the queues are looked at, milliseconds: another gateway may have died, a command have spoken. */
const QUEUES_EVERY = 1000

const viewsDir = fileURLToPath(new URL('../views', import.meta.url))

const createLog = ({ level, pretty }: GatewayConfig['log']): Logger =>
  pretty ? pino({ level, transport: { target: 'pino-pretty' } }) : pino({ level })

/** Binds now and fails now: a taken port ends the start, naming it and the option that chose it. */
const listen = (server: Server, { host, port }: Listen, option: string): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      reject(
        new StartError(`cannot listen on ${host}:${port}: ${reason}; another one is set by \`${option}\``, { cause }),
      )
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })

/** Of this machine. */
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // there, and somebody else's
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })

/** Starts the gateway. `now`, `log` and `keysEvery` are the tests'. Throws a StartError when it cannot start. */
export const startGateway = async (
  config: GatewayConfig,
  {
    now = Date.now,
    log = createLog(config.log),
    keysEvery = KEYS_EVERY,
  }: { now?: () => number; log?: Logger; keysEvery?: number } = {},
): Promise<Gateway> => {
  const { stateDir, masterKeys, subjectKey, cns } = config
  const [masterKey] = masterKeys
  if (masterKey === undefined) throw new StartError('no master key is configured')
  const configured = config.subjectKeyFingerprint === undefined ? {} : { configured: config.subjectKeyFingerprint }
  await assertSubjectKey({ key: subjectKey, stateDir, ...configured })

  const randomId = () => randomBytes(24).toString('base64url')
  const processId = `${hostname()}-${process.pid}-${randomId().slice(0, 8)}`
  const store =
    config.store.kind === 'memory'
      ? createMemoryStore({ now, maxBytes: config.store.maxBytes })
      : createRedisStore({ servers: config.store, onError: (reason) => log.error({ reason }, 'redis') })
  let listsReadAt: NationalSystems['readAt'] = () => ({})
  const watching = createWatching(config, {
    log,
    now,
    processId,
    storePing: () => store.ping(),
    storeFullness: () => store.fullness,
    listsReadAt: () => listsReadAt(),
  })
  const { audit, scope, observers } = watching
  const watchExpiry = createExpiryWatch({ certificates: certificatesInUse(config), audit, now })
  watchExpiry()
  const fetch = createOutgoingFetch(config.outgoing)

  const national = await readNationalSystems(config, { fetch, audit, log, now })
  listsReadAt = national.readAt
  const register = await startRegister({
    stateDir,
    masterKeys,
    process: { host: hostname(), pid: process.pid, isRunning },
    ...config.register,
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
      tenants: config.tenants.length,
      draining,
      lists: national.readAt(),
      lastLogins: watching.lastLogins(),
      counts: watching.counting.counts(),
    }),
    ...(config.store.kind === 'memory' && { socketIn: stateDir }),
  })
  const assets = loadAssets(`${viewsDir}/assets`, fonts)
  const spidIdentity = identityOf(config.aggregator.spid)
  const app = createApp({
    config,
    upstreams: national.upstreams,
    // the eIDAS node knows every tenant by its SPID metadata
    signing: { spid: spidIdentity, cie: identityOf(config.aggregator.cie), eidas: spidIdentity },
    store: sealedStore,
    limits: createLimits({ store, masterKey, now }),
    fullness: () => store.fullness,
    isPaused: control.switches.isPaused,
    standing: control.standing,
    departed: watching.counting.departed,
    maintenanceUntil: control.switches.maintenanceUntil,
    keyring: createKeyring({ stateDir, masterKeys, now }),
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
  ]
  const stopTimers = () => {
    for (const timer of timers) clearInterval(timer)
  }
  const operations = createOperationsServer({
    storePing: () => store.ping(),
    draining: () => draining,
    metrics: watching.metrics,
  })
  const regional = createServer(app.regional)
  const card =
    cns &&
    (cns.handshake.by === 'varco'
      ? createCardServer(cns.handshake, national.authorities, app.card)
      : createProxiedCardServer(cns.handshake.tls, app.card))
  // a form of 256 KB takes no quarter of a minute
  for (const server of [regional, ...(card ? [card] : [])]) server.requestTimeout = 15_000
  const servers = [regional, operations, ...(card ? [card] : [])]
  try {
    const addresses = {
      regional: await listen(regional, config.listen, 'listen'),
      ...(cns && card ? { cns: await listen(card, cns.listen, 'cns.listen') } : {}),
      operations: await listen(operations, config.operations, 'operations.listen'),
    }
    const ports = Object.fromEntries(Object.entries(addresses).map(([name, { port }]) => [name, port]))
    register.look()
    log.info({ url: config.publicUrl, tenants: config.tenants.length, ports }, 'gateway is ready')
    return {
      addresses,
      close: async () => {
        draining = true
        national.stop()
        stopTimers()
        await Promise.all(servers.map(closeServer))
        await app.backchannel.close()
        await control.stop()
        await register.close()
        await store.close()
        await watching.close()
      },
    }
  } catch (error) {
    national.stop()
    stopTimers()
    await Promise.all(servers.map(closeServer))
    await control.stop()
    await register.close()
    await store.close()
    throw error
  }
}

/** Runs until SIGTERM or SIGINT, then drains. */
export const runGateway = async (config: GatewayConfig): Promise<void> => {
  const gateway = await startGateway(config)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await gateway.close()
}
