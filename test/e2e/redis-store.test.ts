import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedisStore } from '../../src/store/redis.ts'
import { createSealedStore } from '../../src/store/sealed.ts'
import { storeConformance } from '../conformance/store.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

/** A command may take this long to be refused: the time-out, and some slack for a busy machine. */
const TIMEOUT = 500
const BOUND = TIMEOUT + 1000
const unavailable = expect.objectContaining({ code: 'store_unavailable' })
const value = Buffer.from('value')

storeConformance('Redis', async () => {
  const server = await startRedis()
  const store = createRedisStore({ servers: { kind: 'redis', url: server.url } })
  const close = async () => {
    await store.close()
    await server.stop()
  }
  return { store, advance: (milliseconds) => sleep(milliseconds), close }
})

describe('several gateways on one Redis', () => {
  let server: RedisServer | undefined
  const store = (prefix?: string) =>
    createRedisStore({ servers: { kind: 'redis', url: server?.url ?? '' }, ...(prefix && { prefix }) })
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  it('see the same records, and one of them takes a code', async () => {
    const stores = [store(), store(), store()]
    const masterKeys = [{ id: '2026', key: Buffer.alloc(32, 1) }]
    const gateways = stores.map((each) =>
      createSealedStore({ store: each, masterKeys, randomBytes }).forTenant('example'),
    )
    await gateways[0]?.put('Code', 'id', { name: 'Ada' }, 60)
    expect(await gateways[1]?.get('Code', 'id')).toEqual({ name: 'Ada' })
    const taken = await Promise.all(Array.from({ length: 60 }, (_, i) => gateways[i % 3]?.take('Code', 'id')))
    expect(taken.filter(Boolean)).toEqual([{ name: 'Ada' }])
    for (const each of stores) await each.close()
  })

  it('write only keys with their prefix, all with a life', async () => {
    const prefixed = store('region-a:')
    const redis = new Redis(server?.url ?? '')
    await redis.flushall()
    await prefixed.put('put', value, 60)
    await prefixed.add('added', value, 60)
    await prefixed.put('replaced', value, 60)
    await prefixed.replace('replaced', value, Buffer.from('other'))
    const keys = await redis.keys('*')
    expect(keys.sort()).toEqual(['region-a:added', 'region-a:put', 'region-a:replaced'])
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(55)
    redis.disconnect()
    await prefixed.close()
  })
})

describe('a Redis that is not there', () => {
  /** Milliseconds until every operation was refused. */
  const refusedAll = async (store: ReturnType<typeof createRedisStore>) => {
    const start = performance.now()
    const operations = [
      store.get('key'),
      store.put('key', value, 60),
      store.take('key'),
      store.add('key', value, 60),
      store.replace('key', value, value),
      store.delete('key'),
      store.ping(),
    ]
    for (const result of await Promise.allSettled(operations)) {
      expect(result).toMatchObject({ status: 'rejected', reason: unavailable })
    }
    return performance.now() - start
  }

  it('makes every operation fail with store_unavailable in bounded time, and is found again when it is back', async () => {
    const server = await startRedis()
    const reasons: string[] = []
    const store = createRedisStore({
      servers: { kind: 'redis', url: server.url },
      timeout: TIMEOUT,
      onError: (reason) => reasons.push(reason),
    })
    await store.put('key', value, 60)
    await server.stop()
    expect(await refusedAll(store)).toBeLessThan(BOUND)
    expect(reasons.join()).toContain('ECONNREFUSED')
    const again = await startRedis({ port: Number(new URL(server.url).port) })
    await expect.poll(() => store.ping().then(() => 'up', String), { timeout: 5000 }).toBe('up')
    expect(await store.get('key')).toBeUndefined()
    await store.close()
    await again.stop()
  })

  it('is no reason to crash at start', async () => {
    const server = await startRedis()
    await server.stop()
    const store = createRedisStore({ servers: { kind: 'redis', url: server.url }, timeout: TIMEOUT })
    expect(await refusedAll(store)).toBeLessThan(BOUND)
    await store.close()
  })

  it('may also hang: then too the answer comes in bounded time', async () => {
    const server = await startRedis()
    const store = createRedisStore({ servers: { kind: 'redis', url: server.url }, timeout: TIMEOUT })
    await store.ping()
    process.kill(server.pid, 'SIGSTOP')
    expect(await refusedAll(store)).toBeLessThan(BOUND)
    const start = performance.now()
    await store.close()
    expect(performance.now() - start).toBeLessThan(BOUND)
    process.kill(server.pid, 'SIGCONT')
    await server.stop()
  })

  it('never says its password, keys or values in an error', async () => {
    const server = await startRedis()
    const reasons: unknown[] = []
    const store = createRedisStore({
      servers: { kind: 'redis', url: server.url.replace('//', '//:s3cret@') },
      timeout: TIMEOUT,
      onError: (reason) => reasons.push(reason),
    })
    const other = new Redis(server.url)
    await other.lpush('varco:key', 'not a string')
    const error: unknown = await store.get('key').catch((reason: unknown) => reason)
    expect(error).toEqual(unavailable)
    expect(JSON.stringify([reasons, error, String(error)])).not.toMatch(/s3cret|varco:key/)
    expect(error).not.toHaveProperty('cause')
    other.disconnect()
    await store.close()
    await server.stop()
  })

  it('that is closed refuses at once', async () => {
    const server = await startRedis()
    const store = createRedisStore({ servers: { kind: 'redis', url: server.url } })
    await store.ping()
    await store.close()
    await expect(store.get('key')).rejects.toEqual(unavailable)
    await server.stop()
  })
})
