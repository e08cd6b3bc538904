/** The store that several gateways share: Redis 6.2 or newer (GETDEL), as one server, under Sentinel or as a Cluster. */
import { createDelivery, reasonOf } from './redis/delivery.ts'
import { startObservation } from './redis/observation.ts'
import { createReplicas } from './redis/replicas.ts'
import { CLAIM, COUNT, REPLACE, SCHEDULE } from './redis/scripts.ts'
import { type Connections, connect, type RedisServers } from './redis/servers.ts'
import { QUEUE_LIFE, type Store } from './store.ts'
import { checkTtl } from './ttl.ts'

export interface RedisStoreOptions {
  readonly servers: RedisServers
  /** In front of every key, for servers that others use too. */
  readonly prefix?: string
  /** Milliseconds until an operation has succeeded or failed. */
  readonly timeout?: number
  /** From 0 to 1, for the pauses between attempts to connect. */
  readonly random?: () => number
  /** Told what is wrong with the servers: a reason without keys, values or password. */
  readonly onError?: (reason: string) => void
}

/**
 * Connects at once and for ever again; every operation either succeeds or, within `timeout`, rejects with
 * `store_unavailable`. What was used up is on a replica before it is given to anybody, where there are replicas.
 */
export const createRedisStore = ({
  servers,
  prefix = 'varco:',
  timeout = 2000,
  random = Math.random,
  onError = () => undefined,
}: RedisStoreOptions): Store => {
  const report = createReport(onError)
  // together less than `timeout`: nothing is still waiting to be sent when its sender is told that it failed
  const patience = { connect: 0.35 * timeout, silence: 0.6 * timeout }
  const connections = connect(servers, { patience, random, onError: (error) => report(reasonOf(error)) })
  const deliver = createDelivery(connections, { timeout, patience: timeout / 2 })
  const replicas = createReplicas(() => report('no replica followed within 100 ms'))

  let fullness = 0
  const observation = startObservation(connections.masters, (observed) => {
    for (const [master, { replicas: count }] of observed) replicas.known(master, count)
    fullness = Math.max(0, ...[...observed.values()].map((one) => one.fullness))
    if ([...observed.values()].some(({ evicts }) => evicts)) report('maxmemory-policy is not noeviction')
  })
  const known = new WeakSet<object>()

  const safely: typeof deliver = (key, command) => deliver(prefix + key, command, { safe: true })
  /** For what uses something up: `used` says whether there is anything that a replica must know. */
  const once = <T>(key: string, command: Parameters<typeof deliver<T>>[1], used: (result: T) => boolean) =>
    deliver(prefix + key, async (redis, connection) => {
      if (!known.has(connection)) {
        known.add(connection)
        await observation.observe()
      }
      const result = await command(redis, connection)
      if (used(result)) await replicas.have(connections.of(prefix + key) ?? connection)
      return result
    })

  return {
    get fullness() {
      return fullness
    },
    async get(key) {
      return (await safely(key, (redis) => redis.getBuffer(prefix + key))) ?? undefined
    },
    async put(key, value, ttl) {
      checkTtl(ttl)
      await safely(key, (redis) => redis.set(prefix + key, value, 'EX', ttl))
    },
    async take(key) {
      const taken = await once(
        key,
        (redis) => redis.getdelBuffer(prefix + key),
        (value) => value !== null,
      )
      return taken ?? undefined
    },
    async add(key, value, ttl) {
      checkTtl(ttl)
      return once(
        key,
        async (redis) => (await redis.set(prefix + key, value, 'EX', ttl, 'NX')) === 'OK',
        (added) => added,
      )
    },
    async replace(key, expected, next, ttl) {
      const life = ttl === undefined ? [] : [checkTtl(ttl)]
      return once(
        key,
        async (redis) => (await redis.eval(REPLACE, 1, prefix + key, expected, next, ...life)) === 1,
        (replaced) => replaced,
      )
    },
    async delete(key) {
      await safely(key, (redis) => redis.del(prefix + key))
    },
    async count(key, by, ttl) {
      checkTtl(ttl)
      const counted = await deliver(prefix + key, (redis) => redis.eval(COUNT, 1, prefix + key, by, ttl))
      const [value, left] = counted as [number, number]
      return { value, left }
    },
    async schedule(key, member, due) {
      await safely(key, (redis) => redis.eval(SCHEDULE, 1, prefix + key, member, due, QUEUE_LIFE))
    },
    async claim(key, { now, until, most }) {
      return (await deliver(prefix + key, (redis) => redis.eval(CLAIM, 1, prefix + key, now, until, most))) as string[]
    },
    async unschedule(key, member) {
      await safely(key, (redis) => redis.zrem(prefix + key, member))
    },
    async ping() {
      // a read-only or full server would still say PONG
      const probe = (key: string) => safely(key, (redis) => redis.set(prefix + key, '', 'EX', 60))
      await Promise.all(oneKeyOfEach(connections, prefix).map(probe))
    },
    close() {
      observation.stop()
      return connections.close()
    },
  }
}

/** Milliseconds in which the same is said once: an outage is one thing, however often somebody runs into it. */
const SAID = 30_000

const createReport = (onError: (reason: string) => void) => {
  const said = new Map<string, number>()
  return (reason: string): void => {
    const now = performance.now()
    for (const [one, when] of said) if (now - when >= SAID) said.delete(one)
    if (said.has(reason)) return
    said.set(reason, now)
    onError(reason)
  }
}

const PROBES = 64

/** A key for each server, as far as so few find it; where nobody is known to have a key, one of those too. */
const oneKeyOfEach = ({ of }: Connections, prefix: string): string[] => {
  const keys = Array.from({ length: PROBES }, (_, number) => `ready:${number}`)
  return [...new Map(keys.map((key) => [of(prefix + key), key])).values()]
}
