import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../src/audit/events.ts'
import { createBackchannel, type LogoutTokenOf } from '../../../src/oidc/backchannel.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore } from '../../../src/store/sealed.ts'

const TEN_SECONDS = 10_000
const ada = { sub: 'ada', sid: 'session-of-ada' }
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

const tokenTo: LogoutTokenOf = (_, client) => Promise.resolve({ uri: `https://${client}.example/`, token: 'jwt' })

const setUp = (logoutTokenOf = tokenTo) => {
  const clock = { now: 1_000_000 }
  const now = () => clock.now
  const memory = createMemoryStore({ now })
  const store = createSealedStore({ store: memory, masterKeys: [{ id: 'k', key: randomBytes(32) }], randomBytes })
  const events: AuditEvent[] = []
  const asked: string[] = []
  const sites = { answer: async (): Promise<Response> => new Response() }
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url))
    return sites.answer()
  }
  const gateway = () =>
    createBackchannel({
      queue: store.queue('backchannel'),
      recordsOf: (tenant) => store.forTenant(tenant),
      logoutTokenOf,
      fetch,
      audit: (event) => events.push(event),
      now,
      report: (error) => {
        throw error
      },
    })
  const serve = async ({ serve: begin }: ReturnType<typeof gateway>) => {
    await begin()
    await settled()
  }
  return { clock, store, memory, events, asked, sites, gateway, serve }
}

describe('a back-channel logout', () => {
  it('is tried twelve times, twice as long apart each time, and then given up with an alarm', async () => {
    const { clock, events, asked, sites, gateway, serve } = setUp()
    sites.answer = async () => new Response(null, { status: 400 })
    const one = gateway()
    await one.announce('ala', 'sito', ada)
    await settled()
    for (let attempt = 1; attempt < 12; attempt++) {
      const wait = TEN_SECONDS * 2 ** (attempt - 1)
      expect(events.at(-1)).toMatchObject({ type: 'backchannel.failed', attempt, retryIn: wait / 1000 })
      clock.now += wait - 1
      await serve(one)
      expect(asked).toHaveLength(attempt)
      clock.now += 1
      await serve(one)
    }
    expect(events.at(-1)).toEqual({
      type: 'backchannel.given_up',
      tenant: 'ala',
      client: 'sito',
      attempt: 12,
      reason: 'answered 400',
    })
    clock.now += 24 * 3600 * 1000
    await serve(one)
    expect(asked).toHaveLength(12)
  })

  it('is taken up by another gateway when the first dies with it, not before, and then counts as the second attempt', async () => {
    const { clock, events, asked, sites, gateway, serve } = setUp()
    sites.answer = () => new Promise(() => {})
    await gateway().announce('ala', 'sito', ada)
    await settled()
    sites.answer = async () => new Response()
    const other = gateway()
    clock.now += 19_000
    await serve(other)
    expect(asked).toHaveLength(1)
    clock.now += 1000
    await serve(other)
    expect(events).toEqual([{ type: 'backchannel.delivered', tenant: 'ala', client: 'sito', attempt: 2 }])
  })

  it('is delivered once, whatever several gateways do at once', async () => {
    const { asked, gateway, serve, sites } = setUp()
    sites.answer = async () => new Response(null, { status: 204 })
    const gateways = [gateway(), gateway(), gateway()]
    await Promise.all(gateways.map((each) => each.announce('ala', 'sito', ada)))
    await Promise.all(gateways.map(serve))
    expect(asked.length).toBeLessThanOrEqual(2)
    const before = asked.length
    await Promise.all(gateways.map(serve))
    expect(asked).toHaveLength(before)
  })

  it('of a client that is gone is given up at once', async () => {
    const { events, gateway } = setUp(() => Promise.resolve(undefined))
    await gateway().announce('ala', 'sito', ada)
    await settled()
    expect(events).toMatchObject([{ type: 'backchannel.given_up', reason: 'the client has no back-channel address' }])
  })

  it('waits behind four others to a site that hangs; other sites are told at once', async () => {
    const { asked, clock, sites, gateway, serve } = setUp()
    sites.answer = () => new Promise(() => {})
    const one = gateway()
    for (let session = 0; session < 40; session++) await one.announce('ala', 'slow', { sub: 'a', sid: `s${session}` })
    await serve(one)
    expect(asked).toHaveLength(4)
    await one.announce('ala', 'quick', ada)
    await serve(one)
    expect(asked.at(-1)).toBe('https://quick.example/')
    clock.now += 2000
    await serve(one)
    expect(asked).toHaveLength(5)
  })

  it('leaves nothing in the queue or the store when it was delivered, and nothing readable before', async () => {
    const { memory, sites, gateway, serve, store } = setUp()
    sites.answer = async () => new Response(null, { status: 500 })
    const one = gateway()
    await one.announce('ala', 'sito', ada)
    await settled()
    expect(await store.forTenant('ala').get('LogoutNotice', ada.sid)).toMatchObject({ client: 'sito', sub: 'ada' })
    expect(await store.forTenant('moena').get('LogoutNotice', ada.sid)).toBeUndefined()
    const before = memory.size
    sites.answer = async () => new Response()
    await one.announce('ala', 'sito', ada)
    await serve(one)
    expect(memory.size).toBe(before - 1)
    expect(await memory.claim('{q:backchannel}', { now: 1e15, until: 1e15, most: 9 })).toEqual([])
  })

  it('is not begun by a gateway that is told to stop, which waits for those under way', async () => {
    const { sites, gateway, events } = setUp()
    let answer = (_: Response) => {}
    sites.answer = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const one = gateway()
    await one.announce('ala', 'sito', ada)
    await settled()
    const closing = one.close()
    await settled()
    expect(events).toEqual([])
    answer(new Response())
    await closing
    expect(events).toMatchObject([{ type: 'backchannel.delivered' }])
  })
})
