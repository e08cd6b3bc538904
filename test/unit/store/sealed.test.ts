import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore } from '../../../src/store/sealed.ts'
import type { Store } from '../../../src/store/store.ts'

const first = { id: '2026', key: Buffer.alloc(32, 1) }
const second = { id: '2027', key: Buffer.alloc(32, 2) }
const person = { name: 'Ada', tags: ['a'], nested: { level: 3 } }

/** A memory store whose keys can be looked at, and sealed stores over it. */
const setUp = () => {
  const store = createMemoryStore({ now: () => 0 })
  const keys = new Set<string>()
  const watched: Store = {
    ...store,
    put(key, value, ttl) {
      keys.add(key)
      return store.put(key, value, ttl)
    },
    add(key, value, ttl) {
      keys.add(key)
      return store.add(key, value, ttl)
    },
  }
  const unreadable: unknown[] = []
  const sealed = (...masterKeys: (typeof first)[]) =>
    createSealedStore({ store: watched, masterKeys, randomBytes, onUnreadable: (info) => unreadable.push(info) })
  const onlyKey = () => {
    const [key, ...others] = keys
    if (key === undefined || others.length > 0) throw new Error(`${keys.size} keys`)
    return key
  }
  return { store, keys, unreadable, sealed, onlyKey, records: sealed(first).forTenant('example') }
}

describe('a sealed record', () => {
  it('comes back as it was', async () => {
    const { records } = setUp()
    await records.put('Session', 'id', person, 60)
    expect(await records.get('Session', 'id')).toEqual(person)
    expect(await records.get('Session', 'other')).toBeUndefined()
    expect(await records.get('Grant', 'id')).toBeUndefined()
  })

  it('leaves neither its content nor its id in the store', async () => {
    const { records, store, onlyKey } = setUp()
    await records.put('Session', 'a-live-credential', person, 60)
    expect(onlyKey()).toMatch(/^\{t:example\}:Session:[\w-]{43}$/)
    expect(onlyKey()).not.toContain('a-live-credential')
    expect((await store.get(onlyKey()))?.toString('latin1')).not.toMatch(/Ada|a-live-credential/)
  })

  it('never looks the same twice', async () => {
    const { records, store, onlyKey } = setUp()
    await records.put('Session', 'id', person, 60)
    const before = await store.get(onlyKey())
    await records.put('Session', 'id', person, 60)
    expect(await store.get(onlyKey())).not.toEqual(before)
  })

  it('has another name and another key at another tenant', async () => {
    const { sealed, store, keys, unreadable } = setUp()
    const { forTenant } = sealed(first)
    await forTenant('one').put('Session', 'id', person, 60)
    expect(await forTenant('two').get('Session', 'id')).toBeUndefined()
    await forTenant('two').put('Session', 'id', { name: 'Bob' }, 60)
    const [one = '', two = ''] = keys
    expect(one.split(':')[3]).not.toBe(two.split(':')[3])
    await store.put(two, (await store.get(one)) ?? Buffer.alloc(0), 60)
    expect(await forTenant('two').get('Session', 'id')).toBeUndefined()
    expect(unreadable).toEqual([{ tenant: 'two', model: 'Session', reason: 'not_authentic' }])
  })

  it('is absent, and reported, when moved to another model or id', async () => {
    for (const [model, id] of [
      ['Grant', 'id'],
      ['Session', 'id2'],
    ] as const) {
      const { records, store, keys, unreadable } = setUp()
      await records.put('Session', 'id', person, 60)
      await records.put(model, id, person, 60)
      const [from = '', to = ''] = keys
      await store.put(to, (await store.get(from)) ?? Buffer.alloc(0), 60)
      expect(await records.get(model, id)).toBeUndefined()
      expect(unreadable).toEqual([{ tenant: 'example', model, reason: 'not_authentic' }])
    }
  })

  it('is absent, and reported, when any byte was changed', async () => {
    const { records, store, onlyKey, unreadable } = setUp()
    await records.put('Session', 'id', person, 60)
    const sealed = (await store.get(onlyKey())) ?? Buffer.alloc(0)
    for (let index = 0; index < sealed.length; index++) {
      const tampered = Buffer.from(sealed)
      tampered[index] = (tampered[index] ?? 0) ^ 1
      await store.put(onlyKey(), tampered, 60)
      expect(await records.get('Session', 'id')).toBeUndefined()
      expect(await records.update('Session', 'id', () => person)).toBeUndefined()
    }
    for (const cut of [sealed.subarray(0, 0), sealed.subarray(0, 20), sealed.subarray(0, -1)]) {
      await store.put(onlyKey(), cut, 60)
      expect(await records.take('Session', 'id')).toBeUndefined()
    }
    expect(unreadable).toHaveLength(2 * sealed.length + 3)
    expect(unreadable).toContainEqual({ tenant: 'example', model: 'Session', reason: 'format' })
    expect(unreadable).toContainEqual({ tenant: 'example', model: 'Session', reason: 'unknown_key' })
  })

  it('is taken by one of many, and added by one of many', async () => {
    const { records } = setUp()
    const fifty = Array.from({ length: 50 })
    await records.put('Code', 'id', person, 60)
    const taken = await Promise.all(fifty.map(() => records.take('Code', 'id')))
    expect(taken.filter(Boolean)).toEqual([person])
    const added = await Promise.all(fifty.map((_, rival) => records.add('Assertion', 'id', { rival }, 60)))
    expect(added.filter(Boolean)).toHaveLength(1)
    expect(await records.get('Assertion', 'id')).toEqual({ rival: added.indexOf(true) })
  })

  it('loses none of many updates', async () => {
    const { records } = setUp()
    await records.put('Counter', 'id', { count: 0 }, 60)
    const seen = await Promise.all(
      Array.from({ length: 50 }, () =>
        records.update<{ count: number }>('Counter', 'id', ({ count }) => ({ count: count + 1 })),
      ),
    )
    expect(new Set(seen.map((value) => value?.count)).size).toBe(50)
    expect(await records.get('Counter', 'id')).toEqual({ count: 50 })
  })

  it('is consumed by one of many updates that leave it alone once consumed', async () => {
    const { records } = setUp()
    await records.put('Code', 'id', { consumed: false }, 60)
    const results = await Promise.all(
      Array.from({ length: 50 }, () =>
        records.update<{ consumed: boolean }>('Code', 'id', (code) => (code.consumed ? undefined : { consumed: true })),
      ),
    )
    expect(results.filter(Boolean)).toEqual([{ consumed: true }])
  })

  it('is not made by an update, and is gone after a delete', async () => {
    const { records } = setUp()
    expect(await records.update('Code', 'id', () => person)).toBeUndefined()
    await records.put('Code', 'id', person, 60)
    await records.delete('Code', 'id')
    expect(await records.get('Code', 'id')).toBeUndefined()
  })
})

describe('after the master key was changed', () => {
  /** The gateway before, during and after the change. */
  const rotation = () => {
    const { sealed, ...rest } = setUp()
    const old = sealed(first).forTenant('example')
    const both = sealed(second, first).forTenant('example')
    return { ...rest, old, both, done: sealed(second).forTenant('example') }
  }

  it('a record is found, updated, taken and deleted as before', async () => {
    const { old, both } = rotation()
    await old.put('Session', 'id', { count: 1 }, 60)
    expect(await both.get('Session', 'id')).toEqual({ count: 1 })
    expect(await both.update<{ count: number }>('Session', 'id', ({ count }) => ({ count: count + 1 }))).toEqual({
      count: 2,
    })
    expect(await both.take('Session', 'id')).toEqual({ count: 2 })
    expect(await both.take('Session', 'id')).toBeUndefined()
    await old.put('Session', 'id', person, 60)
    await both.delete('Session', 'id')
    expect(await old.get('Session', 'id')).toBeUndefined()
  })

  it('an assertion used before is still used', async () => {
    const { old, both } = rotation()
    expect(await old.add('Assertion', 'id', {}, 60)).toBe(true)
    expect(await both.add('Assertion', 'id', {}, 60)).toBe(false)
    expect(await both.add('Assertion', 'id', {}, 60)).toBe(false)
    await old.delete('Assertion', 'id')
    expect(await both.add('Assertion', 'id', {}, 60)).toBe(true)
  })

  it('an assertion is used at most once by gateways in the middle of the change', async () => {
    const { sealed } = setUp()
    const gateways = [sealed(first, second), sealed(second, first)].map(({ forTenant }) => forTenant('example'))
    for (let round = 0; round < 20; round++) {
      const added = await Promise.all(gateways.map((records) => records.add('Assertion', `id ${round}`, {}, 60)))
      expect(added.filter(Boolean).length).toBeLessThan(2)
      expect(await gateways[round % 2]?.add('Later', `id ${round}`, {}, 60)).toBe(true)
      expect(await gateways[(round + 1) % 2]?.add('Later', `id ${round}`, {}, 60)).toBe(false)
    }
  })

  it('what was put again does not come back in its old form', async () => {
    const { old, both } = rotation()
    await old.put('Session', 'id', { state: 'old' }, 60)
    await both.put('Session', 'id', { state: 'new' }, 60)
    expect(await old.get('Session', 'id')).toBeUndefined()
    expect(await both.take('Session', 'id')).toEqual({ state: 'new' })
  })

  it('new records need only the new key', async () => {
    const { both, done, old } = rotation()
    await both.put('Session', 'id', person, 60)
    expect(await done.get('Session', 'id')).toEqual(person)
    expect(await old.get('Session', 'id')).toBeUndefined()
  })

  it('there must be at least one key', () => {
    const { sealed } = setUp()
    expect(() => sealed()).toThrow('no master key')
  })
})

describe('a queue', () => {
  it('is one for all tenants and lies under a tag of its own, so that a cluster keeps it in one place', async () => {
    const { store, sealed } = setUp()
    const queue = sealed(first).queue('letters')
    await queue.schedule('one a', 5)
    await queue.schedule('two b', 4)
    expect(await sealed(second, first).queue('letters').claim({ now: 5, until: 9, most: 5 })).toEqual([
      'two b',
      'one a',
    ])
    expect(await store.claim('{q:letters}', { now: 9, until: 10, most: 5 })).toHaveLength(2)
    await queue.done('one a')
    expect(await queue.claim({ now: 10, until: 11, most: 5 })).toEqual(['two b'])
  })
})
