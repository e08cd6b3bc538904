/** The Redis servers that a store speaks to: one, one of several that Sentinel names, or the masters of a Cluster. */
import type { ConnectionOptions } from 'node:tls'
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis'
import { slotOf } from './slot.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

interface Access {
  readonly username?: string
  readonly password?: string
  /** Present: the servers speak TLS. A CA of one's own, a client certificate. */
  readonly tls?: ConnectionOptions
}

export type RedisServers =
  /** `redis://` or `rediss://`, with user, password and database number if need be. `tls` only beside `rediss:`. */
  | { readonly kind: 'redis'; readonly url: string; readonly tls?: ConnectionOptions }
  | (Access & {
      readonly kind: 'sentinel'
      /** By which Sentinel knows the master. */
      readonly name: string
      readonly sentinels: readonly Address[]
      readonly database: number
      /** The sentinels' own, where they ask for one. */
      readonly sentinelUsername?: string
      readonly sentinelPassword?: string
    })
  /** Some of the nodes: they name the others. */
  | (Access & { readonly kind: 'cluster'; readonly nodes: readonly Address[] })

/** What a store needs of its servers, however many there are. */
export interface Connections {
  /** Takes every command and finds the server for its key. */
  readonly redis: Redis | Cluster
  /** What a command for this key is sent over; `undefined` as long as nobody is known to have it. */
  of(key: string): Redis | undefined
  /** To every server that can be written to. */
  masters(): readonly Redis[]
  /** For good, in bounded time. */
  close(): Promise<void>
}

/** Milliseconds. */
export interface Patience {
  readonly connect: number
  /** Without a byte from a server that owes an answer: then the connection counts as dead. */
  readonly silence: number
}

const LONGEST_PAUSE = 2000

/** The pauses between two attempts to connect: longer and longer, and never the same in two gateways. */
export const pauseBefore = (attempt: number, random: () => number): number =>
  Math.round(Math.min(100 * 2 ** (attempt - 1), LONGEST_PAUSE) * (0.5 + random() / 2))

export const connect = (
  servers: RedisServers,
  { patience, random, onError }: { patience: Patience; random: () => number; onError: (error: unknown) => void },
): Connections => {
  const pause = (attempt: number) => pauseBefore(attempt, random)
  let reconnected = -Infinity
  const shared = {
    connectTimeout: patience.connect,
    socketTimeout: patience.silence,
    // Nothing is sent twice behind our back, and nothing waits to be sent after its sender was told that it failed.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // one right less to be given
    disableClientInfo: true,
    // After a failover the old master answers so until we look for the new one; one that stays so is left in peace.
    reconnectOnError: (error) => {
      if (!error.message.startsWith('READONLY') || performance.now() - reconnected < LONGEST_PAUSE) return false
      reconnected = performance.now()
      return true
    },
  } satisfies CommonRedisOptions
  const access = ({ username, password, tls }: Access) => ({
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
  })

  if (servers.kind === 'cluster') {
    const cluster = new Cluster([...servers.nodes], {
      redisOptions: { ...shared, ...access(servers) },
      enableOfflineQueue: false,
      clusterRetryStrategy: pause,
      clusterNodeRetryStrategy: pause,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: patience.connect,
      slotsRefreshInterval: LONGEST_PAUSE,
      // names stay names: a certificate has no addresses
      dnsLookup: (address, done) => done(null, address),
    })
    cluster.on('error', onError).on('node error', onError)
    const nameOf = ({ options }: Redis) => `${options.host}:${options.port}`
    return {
      redis: cluster,
      of: (key) => cluster.nodes('master').find((node) => nameOf(node) === cluster.slots[slotOf(key)]?.[0]),
      masters: () => cluster.nodes('master'),
      close: () => leave(cluster, patience),
    }
  }
  const single = { ...shared, enableOfflineQueue: false, retryStrategy: pause }
  const redis =
    servers.kind === 'redis'
      ? new Redis(servers.url, { ...single, ...(servers.tls && { tls: servers.tls }) })
      : new Redis({
          ...single,
          ...access(servers),
          name: servers.name,
          sentinels: [...servers.sentinels],
          db: servers.database,
          sentinelRetryStrategy: pause,
          sentinelCommandTimeout: patience.connect,
          ...(servers.sentinelUsername !== undefined && { sentinelUsername: servers.sentinelUsername }),
          ...(servers.sentinelPassword !== undefined && { sentinelPassword: servers.sentinelPassword }),
          ...(servers.tls && { sentinelTLS: servers.tls, enableTLSForSentinelMode: true }),
        })
  let closing = false
  // without a listener a failed connection ends up on the console
  redis.on('error', onError)
  // a connection that ended while the sentinels were being asked is not made again by itself
  redis.on('end', () => {
    if (!closing) setTimeout(() => redis.connect().catch(onError), pause(1)).unref()
  })
  return {
    redis,
    of: () => redis,
    masters: () => [redis],
    close: () => {
      closing = true
      return leave(redis, patience)
    },
  }
}

const leave = async (redis: Redis | Cluster, { silence }: Patience): Promise<void> => {
  if (redis.status === 'ready') {
    const late = new Promise((resolve) => setTimeout(resolve, silence).unref())
    await Promise.race([redis.quit().catch(() => undefined), late])
  }
  redis.disconnect()
}
