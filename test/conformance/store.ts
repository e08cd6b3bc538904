/** What every store must do. Run by memory in test/unit/store and by a real Redis in test/e2e. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.ts'

export interface StoreUnderTest {
  readonly store: Store
  /** Moves the store's time forward: by its clock, or by waiting. */
  advance(milliseconds: number): Promise<void>
  close(): Promise<void>
}

const RIVALS = 50
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

export const storeConformance = (name: string, make: () => Promise<StoreUnderTest>) => {
  describe(`${name} as a store`, () => {
    let under: StoreUnderTest | undefined
    let store: Store
    let number = 0
    /** A key that no other test uses. */
    const fresh = () => `{t:example}:Model:${++number}`
    const together = <T>(one: (rival: number) => Promise<T>) =>
      Promise.all(Array.from({ length: RIVALS }, (_, i) => one(i)))

    beforeAll(async () => {
      under = await make()
      store = under.store
    })
    afterAll(() => under?.close())

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined()
    })

    it('gives back what was put, byte for byte, and nothing for a key that never was', async () => {
      const [key, empty] = [fresh(), fresh()]
      await store.put(key, everyByte, 60)
      await store.put(empty, Buffer.alloc(0), 60)
      expect(await store.get(key)).toEqual(everyByte)
      expect(await store.get(empty)).toEqual(Buffer.alloc(0))
      expect(await store.get(fresh())).toBeUndefined()
    })

    it('keeps its own copy of a value', async () => {
      const key = fresh()
      const value = Buffer.from('before')
      await store.put(key, value, 60)
      value.fill('x')
      ;(await store.get(key))?.fill('y')
      expect(await store.get(key)).toEqual(Buffer.from('before'))
    })

    it('puts over what was there', async () => {
      const key = fresh()
      await store.put(key, Buffer.from('old'), 60)
      await store.put(key, Buffer.from('new'), 60)
      expect(await store.get(key)).toEqual(Buffer.from('new'))
    })

    it('forgets what was deleted, and does not mind deleting nothing', async () => {
      const key = fresh()
      await store.put(key, everyByte, 60)
      await store.delete(key)
      await store.delete(key)
      expect(await store.get(key)).toBeUndefined()
    })

    it('gives a taken value to exactly one of many', async () => {
      const key = fresh()
      await store.put(key, everyByte, 60)
      const taken = await together(() => store.take(key))
      expect(taken.filter((value) => value !== undefined)).toEqual([everyByte])
      expect(await store.get(key)).toBeUndefined()
    })

    it('lets exactly one of many add, and keeps the value of that one', async () => {
      const key = fresh()
      const added = await together((rival) => store.add(key, Buffer.from([rival]), 60))
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await store.get(key)).toEqual(Buffer.from([added.indexOf(true)]))
    })

    it('lets exactly one of many replace the same value, and keeps the value of that one', async () => {
      const key = fresh()
      await store.put(key, everyByte, 60)
      const replaced = await together((rival) => store.replace(key, everyByte, Buffer.from([rival])))
      expect(replaced.filter(Boolean)).toHaveLength(1)
      expect(await store.get(key)).toEqual(Buffer.from([replaced.indexOf(true)]))
    })

    it('replaces neither another value nor an absent one', async () => {
      const [key, absent] = [fresh(), fresh()]
      await store.put(key, everyByte, 60)
      expect(await store.replace(key, everyByte.subarray(0, 255), Buffer.from('no'))).toBe(false)
      expect(await store.get(key)).toEqual(everyByte)
      expect(await store.replace(absent, Buffer.alloc(0), Buffer.from('no'))).toBe(false)
      expect(await store.get(absent)).toBeUndefined()
    })

    it('refuses a life of no whole second', async () => {
      for (const ttl of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(store.put(fresh(), everyByte, ttl)).rejects.toThrow(RangeError)
        await expect(store.add(fresh(), everyByte, ttl)).rejects.toThrow(RangeError)
      }
    })

    it('lets every value live as long as it was given, whatever is done to it', async () => {
      const short = { put: fresh(), added: fresh(), replaced: fresh(), overwritten: fresh() }
      const long = { put: fresh(), overwritten: fresh() }
      await store.put(short.put, everyByte, 2)
      await store.add(short.added, everyByte, 2)
      await store.put(short.replaced, everyByte, 2)
      await store.put(short.overwritten, everyByte, 60)
      await store.put(short.overwritten, everyByte, 2)
      await store.put(long.put, everyByte, 60)
      await store.put(long.overwritten, everyByte, 2)
      await store.put(long.overwritten, everyByte, 60)
      await under?.advance(500)
      expect(await store.replace(short.replaced, everyByte, Buffer.from('new'))).toBe(true)
      for (const key of Object.values(short)) expect(await store.get(key)).toBeDefined()
      await under?.advance(1600)
      for (const key of Object.values(short)) {
        expect(await store.get(key)).toBeUndefined()
        expect(await store.take(key)).toBeUndefined()
        expect(await store.replace(key, everyByte, Buffer.from('no'))).toBe(false)
      }
      expect(await store.add(short.added, everyByte, 60)).toBe(true)
      for (const key of Object.values(long)) expect(await store.get(key)).toEqual(everyByte)
    })
  })
}
