import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { storeConformance } from '../../conformance/store.ts'

storeConformance('memory', async () => {
  let now = Date.parse('2026-01-15T10:00:00Z')
  const store = createMemoryStore({ now: () => now })
  const advance = async (milliseconds: number) => {
    now += milliseconds
  }
  return { store, advance, close: () => store.close() }
})

it('memory lets a value go at its very millisecond', async () => {
  let now = 0
  const store = createMemoryStore({ now: () => now })
  await store.put('key', Buffer.from('value'), 2)
  now = 1999
  expect(await store.get('key')).toBeDefined()
  now = 2000
  expect(await store.get('key')).toBeUndefined()
})

it('memory gives back the room of dead values that nobody asks for', async () => {
  let now = 0
  const store = createMemoryStore({ now: () => now })
  for (let burst = 0; burst < 1000; burst++) await store.put(`burst ${burst}`, Buffer.from('value'), 5)
  now = 5000
  for (let later = 0; later < 250; later++) await store.put(`later ${later}`, Buffer.from('value'), 60)
  expect(store.size).toBe(250)
})

it('refuses to grow beyond its limit, keeps what it has, and takes more when something is gone', async () => {
  const store = createMemoryStore({ now: () => 0, maxBytes: 3000 })
  await store.put('a', Buffer.alloc(1000), 60)
  await expect(store.put('b', Buffer.alloc(2000), 60)).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await store.get('a')).toHaveLength(1000)
  await store.put('a', Buffer.alloc(2000), 60)
  await store.delete('a')
  await expect(store.put('b', Buffer.alloc(2000), 60)).resolves.toBeUndefined()
})

it('memory is not full of what is dead, also when nothing is written any more', async () => {
  let now = 0
  const store = createMemoryStore({ now: () => now, maxBytes: 1_000_000 })
  for (let key = 0; key < 900; key++) await store.put(`key ${key}`, Buffer.alloc(500), 60)
  expect(store.fullness).toBeGreaterThan(0.8)
  now = 60_000
  const seen = Array.from({ length: 10 }, () => store.fullness)
  expect(seen.at(-1)).toBeLessThan(0.51)
})
