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
    /** A key that no other test uses, of one of several tenants. */
    const fresh = () => `{t:example-${++number % 5}}:Model:${number}`
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

    it('says how full it is', () => {
      expect(store.fullness).toBeGreaterThanOrEqual(0)
      expect(store.fullness).toBeLessThan(1)
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

    it('replaces with a new life where one is given', async () => {
      const [kept, renewed] = [fresh(), fresh()]
      for (const key of [kept, renewed]) await store.put(key, everyByte, 1)
      expect(await store.replace(kept, everyByte, Buffer.from('next'))).toBe(true)
      expect(await store.replace(renewed, everyByte, Buffer.from('next'), 60)).toBe(true)
      await under?.advance(1100)
      expect(await store.get(kept)).toBeUndefined()
      expect(await store.get(renewed)).toEqual(Buffer.from('next'))
    })

    it('gives out what is due, the longest first, and nothing else', async () => {
      const key = fresh()
      expect(await store.claim(key, { now: 5000, until: 9000, most: 9 })).toEqual([])
      for (const [member, due] of [
        ['third', 3000],
        ['first', 1000],
        ['late', 5001],
        ['second', 2000],
      ] as const) {
        await store.schedule(key, member, due)
      }
      expect(await store.claim(fresh(), { now: 9000, until: 9000, most: 9 })).toEqual([])
      expect(await store.claim(key, { now: 5000, until: 9000, most: 2 })).toEqual(['first', 'second'])
      expect(await store.claim(key, { now: 5000, until: 9000, most: 9 })).toEqual(['third'])
      expect(await store.claim(key, { now: 5001, until: 9000, most: 9 })).toEqual(['late'])
    })

    it('gives out again what was claimed and not done in time, and never what was done', async () => {
      const key = fresh()
      await store.schedule(key, 'done', 0)
      await store.schedule(key, 'died', 0)
      expect(await store.claim(key, { now: 1, until: 100, most: 9 })).toHaveLength(2)
      await store.unschedule(key, 'done')
      expect(await store.claim(key, { now: 99, until: 200, most: 9 })).toEqual([])
      expect(await store.claim(key, { now: 100, until: 200, most: 9 })).toEqual(['died'])
      await store.schedule(key, 'died', 150)
      expect(await store.claim(key, { now: 150, until: 300, most: 9 })).toEqual(['died'])
    })

    it('gives a member that is due to exactly one of many', async () => {
      const key = fresh()
      for (let member = 0; member < RIVALS; member++) await store.schedule(key, `member ${member}`, member)
      const claimed = await together(() => store.claim(key, { now: RIVALS, until: 2 * RIVALS, most: 3 }))
      expect(claimed.flat().length).toBe(RIVALS)
      expect(new Set(claimed.flat()).size).toBe(RIVALS)
    })

    it('counts every one of many, from nothing, and says how long the count lasts', async () => {
      const key = fresh()
      expect(await store.count(key, 0, 60)).toEqual({ value: 0, left: expect.closeTo(60_000, -3.3) })
      const counts = await together(() => store.count(key, 1, 5))
      const values = counts.map(({ value }) => value)
      expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: RIVALS }, (_, i) => i + 1))
      // the first use decides how long, whatever the later ones say
      for (const { left } of counts) expect(left).toBeGreaterThan(50_000)
      expect((await store.count(key, 0, 60)).value).toBe(RIVALS)
      expect((await store.count(key, -RIVALS, 60)).value).toBe(0)
    })

    it('refuses a life of no whole second', async () => {
      for (const ttl of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(store.put(fresh(), everyByte, ttl)).rejects.toThrow(RangeError)
        await expect(store.add(fresh(), everyByte, ttl)).rejects.toThrow(RangeError)
        await expect(store.count(fresh(), 1, ttl)).rejects.toThrow(RangeError)
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
      const counted = fresh()
      await store.count(counted, 3, 2)
      await under?.advance(500)
      expect((await store.count(counted, 1, 60)).value).toBe(4)
      expect(await store.replace(short.replaced, everyByte, Buffer.from('new'))).toBe(true)
      for (const key of Object.values(short)) expect(await store.get(key)).toBeDefined()
      await under?.advance(1600)
      for (const key of Object.values(short)) {
        expect(await store.get(key)).toBeUndefined()
        expect(await store.take(key)).toBeUndefined()
        expect(await store.replace(key, everyByte, Buffer.from('no'))).toBe(false)
      }
      expect(await store.add(short.added, everyByte, 60)).toBe(true)
      expect((await store.count(counted, 1, 60)).value).toBe(1)
      for (const key of Object.values(long)) expect(await store.get(key)).toEqual(everyByte)
    })
  })
}
