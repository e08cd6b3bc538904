/** The store on real Sentinels and a real Cluster: the suite of every store, and what happens when a master dies. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedisStore } from '../../src/store/redis.ts'
import type { Store } from '../../src/store/store.ts'
import { storeConformance } from '../conformance/store.ts'
import { startCluster, startSentinels } from '../fixtures/redis-groups.ts'

const value = Buffer.from('value')
const unavailable = { code: 'store_unavailable' }
/** Milliseconds in which a store answers whatever its servers do. */
const BOUND = 3000
/** And in which it has found the new master: the servers need one or two seconds to agree on it. */
const RECOVERED = 20_000

/**
 * Takes many values while something happens to the servers, and afterwards takes each once more.
 * `given`: how often each was given to somebody.
 */
const takeAround = async (store: Store, keys: readonly string[], happens: () => unknown) => {
  const given = new Map(keys.map((key) => [key, 0]))
  const slowest = { milliseconds: 0 }
  const refusals = new Set<unknown>()
  const take = async (key: string) => {
    const start = performance.now()
    try {
      if ((await store.take(key)) !== undefined) given.set(key, (given.get(key) ?? 0) + 1)
    } catch (error) {
      refusals.add((error as { code?: unknown }).code)
    }
    slowest.milliseconds = Math.max(slowest.milliseconds, performance.now() - start)
  }
  const takes: Promise<void>[] = []
  for (const [index, key] of keys.entries()) {
    if (index === Math.floor(keys.length / 2)) happens()
    takes.push(take(key))
    if (index % 20 === 0) await sleep(2)
  }
  await Promise.all(takes)
  const known = [...given.values()].filter((times) => times > 0).length
  await expect.poll(() => store.ping().then(() => 'up', String), { timeout: RECOVERED, interval: 100 }).toBe('up')
  for (const key of keys) await take(key)
  return { given: [...given.values()], known, slowest: slowest.milliseconds, refusals: [...refusals] }
}

const fill = async (store: Store, tenants: readonly string[], many: number) => {
  const keys = Array.from({ length: many }, (_, i) => `{t:${tenants[i % tenants.length]}}:Model:${i}`)
  await Promise.all(keys.map((key) => store.put(key, value, 600)))
  // the last write is on a replica, and with it all before it
  for (const tenant of tenants) {
    await store.put(`{t:${tenant}}:last`, value, 600)
    await store.take(`{t:${tenant}}:last`)
  }
  return keys
}

storeConformance('the master that sentinels name', async () => {
  const group = await startSentinels()
  const store = createRedisStore({ servers: group.servers })
  const close = async () => {
    await store.close()
    await group.stop()
  }
  return { store, advance: (milliseconds) => sleep(milliseconds), close }
})

storeConformance('a Cluster', async () => {
  const group = await startCluster()
  const store = createRedisStore({ servers: group.servers })
  const close = async () => {
    await store.close()
    await group.stop()
  }
  return { store, advance: (milliseconds) => sleep(milliseconds), close }
})

describe('under Sentinel', () => {
  let group: Awaited<ReturnType<typeof startSentinels>>
  let store: Store
  const said: string[] = []
  beforeAll(async () => {
    group = await startSentinels()
    store = createRedisStore({ servers: group.servers, onError: (reason) => said.push(reason) })
  })
  afterAll(async () => {
    await store.close()
    await group.stop()
  })

  it('what is taken waits for a replica, for a tenth of a second and then not again for a while', async () => {
    const replicas = group.processes.slice(1)
    const keys = await fill(store, ['one'], 20)
    for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
    try {
      const start = performance.now()
      expect(await store.take(keys[0] ?? '')).toEqual(value)
      expect(performance.now() - start).toBeGreaterThan(95)
      expect(said).toContain('no replica followed within 100 ms')
      const then = performance.now()
      for (const key of keys.slice(1)) expect(await store.take(key)).toEqual(value)
      expect(performance.now() - then).toBeLessThan(1000)
    } finally {
      for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
    }
    await sleep(6000)
  })

  it('a killed master gives nothing to anybody twice, and is replaced', async () => {
    const keys = await fill(store, ['one', 'two', 'three'], 600)
    const master = await group.master()
    const taken = await takeAround(store, keys, () => master?.stop())
    expect(taken.known).toBeGreaterThan(200)
    expect(taken.refusals).toEqual([unavailable.code])
    expect(taken.slowest).toBeLessThan(BOUND)
    expect(taken.given.filter((times) => times > 1)).toHaveLength(0)
    console.log(`Sentinel, master killed: ${taken.known} of 600 given before, 0 twice, ${taken.slowest | 0} ms at most`)
  })

  it('a master that hangs is replaced too', async () => {
    const keys = await fill(store, ['one', 'two', 'three'], 600)
    const master = await group.master()
    const taken = await takeAround(store, keys, () => process.kill(master?.pid ?? 0, 'SIGSTOP'))
    expect(taken.refusals).toEqual([unavailable.code])
    expect(taken.slowest).toBeLessThan(BOUND)
    expect(taken.given.filter((times) => times > 1)).toHaveLength(0)
  })
})

describe('as a Cluster', () => {
  let group: Awaited<ReturnType<typeof startCluster>>
  let store: Store
  beforeAll(async () => {
    group = await startCluster()
    store = createRedisStore({ servers: group.servers })
  })
  afterAll(async () => {
    await store.close()
    await group.stop()
  })

  it('a killed master stops its own tenants for a moment, gives nothing twice and is replaced', async () => {
    const tenants = Array.from({ length: 12 }, (_, i) => `tenant-${i}`)
    const keys = await fill(store, tenants, 600)
    const master = await group.masterOf(`varco:${keys[0]}`)
    const elsewhere: string[] = []
    for (const key of keys.slice(0, tenants.length)) {
      if ((await group.masterOf(`varco:${key}`)) !== master) elsewhere.push(key.replace('Model', 'Other'))
    }
    expect(elsewhere.length).toBeGreaterThan(2)
    const others: unknown[] = []
    const taken = await takeAround(store, keys, async () => {
      await master?.stop()
      for (const key of elsewhere) others.push(await store.put(key, value, 60).catch((error: unknown) => error))
    })
    expect(others).toEqual(elsewhere.map(() => undefined))
    expect(taken.known).toBeGreaterThan(300)
    expect(taken.refusals).toEqual([unavailable.code])
    expect(taken.slowest).toBeLessThan(BOUND)
    expect(taken.given.filter((times) => times > 1)).toHaveLength(0)
    console.log(`Cluster, master killed: ${taken.known} of 600 given before, 0 twice, ${taken.slowest | 0} ms at most`)
  })
})
