import { describe, expect, it } from 'vitest'
import { createLimits, WINDOW } from '../../../src/store/limits.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/store.ts'

const masterKey = { id: 'k', key: Buffer.alloc(32, 1) }
const school = { tenant: 'ala', network: '192.0.2.7' }
const allowed = { crossed: false }

const setUp = () => {
  const clock = { now: Date.parse('2026-01-15T10:00:00Z') }
  const now = () => clock.now
  const memory = createMemoryStore({ now })
  const keys = new Set<string>()
  const state = { broken: false }
  const store: Store = {
    ...memory,
    async count(key, by, ttl) {
      if (state.broken) throw new Error('gone')
      keys.add(key)
      return memory.count(key, by, ttl)
    },
  }
  const wait = (seconds: number) => {
    clock.now += seconds * 1000
  }
  return { store, keys, state, wait, now, limits: createLimits({ store, masterKey, now }) }
}

describe('a limit', () => {
  it('allows so many uses in ten minutes from the first, and then says how long to wait', async () => {
    const { limits, wait } = setUp()
    const limit = limits('login', 3)
    for (let use = 0; use < 3; use++) {
      expect(await limit.use(school)).toEqual(allowed)
      wait(60)
    }
    expect(await limit.use(school)).toEqual({ wait: WINDOW - 180, crossed: true })
    wait(WINDOW - 181)
    expect(await limit.use(school)).toEqual({ wait: 1, crossed: false })
    wait(1)
    expect(await limit.use(school)).toEqual(allowed)
  })

  it('is one for each network, tenant and kind of use', async () => {
    const { limits } = setUp()
    const limit = limits('login', 1)
    await limit.use(school)
    expect(await limit.use(school)).toMatchObject({ crossed: true })
    for (const who of [{ ...school, tenant: 'moena' }, { ...school, network: '192.0.2.8' }, { network: '192.0.2.7' }]) {
      expect(await limit.use(who)).toEqual(allowed)
    }
    expect(await limits('card', 1).use(school)).toEqual(allowed)
  })

  it('is shared by all gateways on one store', async () => {
    const { store, now, limits } = setUp()
    const other = createLimits({ store, masterKey, now })('login', 2)
    await limits('login', 2).use(school)
    expect(await other.use(school)).toEqual(allowed)
    expect(await limits('login', 2).use(school)).toMatchObject({ crossed: true })
  })

  it('takes a use back', async () => {
    const { limits, wait } = setUp()
    const limit = limits('login', 1)
    await limit.use(school)
    await limit.back(school)
    expect(await limit.use(school)).toEqual(allowed)
    // also one that was refused
    await limit.use(school)
    await limit.back(school)
    expect(await limit.use(school)).toMatchObject({ crossed: true })
    wait(WINDOW)
    expect(await limit.use(school)).toEqual(allowed)
  })

  it('can be looked at without being used', async () => {
    const { limits } = setUp()
    const limit = limits('client', 2)
    for (let look = 0; look < 5; look++) expect(await limit.look(school)).toEqual(allowed)
    await limit.use(school)
    expect(await limit.look(school)).toEqual(allowed)
    await limit.use(school)
    expect(await limit.look(school)).toEqual({ wait: WINDOW, crossed: false })
  })

  it('leaves no address in the store', async () => {
    const { limits, keys } = setUp()
    await limits('login', 1).use(school)
    await limits('login', 4).use({ network: school.network })
    const [near = '', far = ''] = keys
    expect(near).toMatch(/^\{t:ala\}:Limit:[\w-]{22}$/)
    expect(far).toMatch(/^Limit:[\w-]{22}$/)
  })
})

describe('without the shared store', () => {
  it('a gateway counts for itself: nobody is locked out at once, and nobody may go on for ever', async () => {
    const { limits, state } = setUp()
    const limit = limits('client', 2)
    await limit.use(school)
    await limit.use(school)
    state.broken = true
    expect(await limit.look(school)).toEqual(allowed)
    expect(await limit.use(school)).toEqual(allowed)
    expect(await limit.use(school)).toEqual(allowed)
    expect(await limit.use(school)).toMatchObject({ crossed: true })
    expect(await limit.look(school)).toMatchObject({ wait: WINDOW })
    state.broken = false
    expect(await limit.look(school)).toMatchObject({ wait: WINDOW })
  })

  it('a gateway that has no room to count lets people pass', async () => {
    const { limits, state } = setUp()
    state.broken = true
    const limit = limits('login', 1)
    let networks = 0
    // 16 MB of counts of others
    for (; networks < 40_000; networks++) await limit.use({ tenant: 'ala', network: `network ${networks}` })
    expect(await limit.use(school)).toEqual(allowed)
    expect(await limit.use(school)).toEqual(allowed)
  }, 60_000)
})
