/** The store that several gateways share: Redis 6.2 or newer (GETDEL), one server. */
import type { ConnectionOptions } from 'node:tls'
import { Redis } from 'ioredis'
import { GatewayError } from '../errors.ts'
import { QUEUE_LIFE, type Store } from './store.ts'
import { checkTtl } from './ttl.ts'

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database number if need be. */
  readonly url: string
  /** In front of every key, for a server that others use too. */
  readonly prefix?: string
  /** For connecting and for each command, in milliseconds. */
  readonly timeout?: number
  /** For `rediss:` only: a CA of one's own, a client certificate. */
  readonly tls?: ConnectionOptions
  /** Told about every connection that fails or breaks: a reason without keys, values or password. */
  readonly onError?: (reason: string) => void
}

const LONGEST_PAUSE = 2000

const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) else redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') end
return 1`

const SCHEDULE = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])`

const CLAIM = `
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[2], member) end
return due`

/**
 * Connects at once and for ever again; every operation either succeeds or, within `timeout`, rejects with
 * `store_unavailable`. A command whose answer got lost is sent once more: a take or add then finds its own work and
 * reports that somebody was first, so that nothing is ever used twice.
 */
export const createRedisStore = ({
  url,
  prefix = 'varco:',
  timeout = 2000,
  tls,
  onError,
}: RedisStoreOptions): Store => {
  const redis = new Redis(url, {
    keyPrefix: prefix,
    connectTimeout: timeout,
    commandTimeout: timeout,
    // Commands wait through a short interruption; the second failed attempt to connect empties the queue.
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_PAUSE),
    // After a failover the old primary answers so until we look for the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(tls && { tls }),
  })
  // Without a listener, a failed connection ends up on the console.
  redis.on('error', (error) => onError?.(reasonOf(error)))

  const asked = async <T>(command: Promise<T>): Promise<T> => {
    try {
      return await command
    } catch (error) {
      // Not as `cause`: ioredis hangs the command with its arguments on the error, AUTH's password among them.
      throw new GatewayError('store_unavailable', reasonOf(error))
    }
  }

  return {
    async get(key) {
      return (await asked(redis.getBuffer(key))) ?? undefined
    },
    async put(key, value, ttl) {
      await asked(redis.set(key, value, 'EX', checkTtl(ttl)))
    },
    async take(key) {
      return (await asked(redis.getdelBuffer(key))) ?? undefined
    },
    async add(key, value, ttl) {
      return (await asked(redis.set(key, value, 'EX', checkTtl(ttl), 'NX'))) === 'OK'
    },
    async replace(key, expected, next, ttl) {
      const life = ttl === undefined ? [] : [checkTtl(ttl)]
      return (await asked(redis.eval(REPLACE, 1, key, expected, next, ...life))) === 1
    },
    async delete(key) {
      await asked(redis.del(key))
    },
    async schedule(key, member, due) {
      await asked(redis.eval(SCHEDULE, 1, key, member, due, QUEUE_LIFE))
    },
    async claim(key, { now, until, most }) {
      return (await asked(redis.eval(CLAIM, 1, key, now, until, most))) as string[]
    },
    async unschedule(key, member) {
      await asked(redis.zrem(key, member))
    },
    async ping() {
      await asked(redis.ping())
    },
    async close() {
      if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect())
      else redis.disconnect()
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason')
