/** A session ends at the very moment in which another request writes it: the steps of the store are held up for that. */
import { randomBytes } from 'node:crypto'
import request from 'supertest'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { orderRevocation, REVOCATION_QUEUE } from '../../src/oidc/revocation.ts'
import type { createMemoryStore } from '../../src/store/memory.ts'
import { createSealedStore } from '../../src/store/sealed.ts'
import type { Store } from '../../src/store/store.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { singleSignOn } from '../fixtures/gateway/single-sign-on.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

/** The gateway's own store, and what is done before each of its operations. */
const held = vi.hoisted(() => ({
  store: undefined as Store | undefined,
  before: async (_operation: string, _key: string): Promise<void> => undefined,
}))
vi.mock('../../src/store/memory.ts', async (original) => {
  const real = await original<{ createMemoryStore: typeof createMemoryStore }>()
  const create: typeof createMemoryStore = (options) => {
    const store = real.createMemoryStore(options)
    held.store ??= store
    return new Proxy(store, {
      get: (target, name: keyof Store) => {
        const operation = target[name]
        if (typeof operation !== 'function') return operation
        return async (...args: [string, ...never[]]) => {
          await held.before(name, args[0])
          return (operation as (...all: typeof args) => unknown).apply(target, args)
        }
      },
    })
  }
  return { ...real, createMemoryStore: create }
})

let gateway: TestGateway
beforeAll(async () => {
  const app = `
  - id: app
    names: { it: App }
    url: https://app.ala.example/
    redirect_uris: [https://app.ala.example/callback]
    auth: none
    refresh_tokens: true
    claims: [given_name]`
  gateway = await startGateway({ ...singleSignOn, clients: { ala: `${singleSignOn.clients?.ala}${app}` } })
})
afterAll(() => gateway.close())

/** `varco sessions end`: waits until the gateway has done it. */
const endAllOf = async (sub: string) => {
  if (held.store === undefined) throw new Error('no store')
  const { masterKeys } = gateway
  const { forTenant, queue } = createSealedStore({ store: held.store, masterKeys, randomBytes })
  const done = gateway.events('person.revoked').length
  const order = { queue: queue(REVOCATION_QUEUE), recordsOf: forTenant, now: Date.now }
  await orderRevocation(order, 'ala', crypto.randomUUID(), sub)
  await expect.poll(() => gateway.events('person.revoked').length, { timeout: 6000 }).toBe(done + 1)
}

/** Once, before the first operation of this kind on a record of this model. Says whether there was one. */
const meanwhile = (operation: string, model: string, happens: () => Promise<void>) => {
  let happened = false
  held.before = async (name, key) => {
    if (happened || name !== operation || !key.includes(`:${model}:`)) return
    happened = true
    await happens()
  }
  return () => {
    held.before = async () => undefined
    return happened
  }
}

/** A person is logged in; the session is about to give `client` something. */
const aboutToGive = async (client: string, params: Record<string, string> = {}) => {
  const { login, end } = await gateway.loginBy('spid')
  const { idToken } = await gateway.claimsOf(login, end)
  const next = await gateway.begin({ browser: login.browser, client, params })
  const link = linksIn(next.page).find((href) => href.includes('/continue?')) ?? ''
  const { location = '' } = await login.browser.visit(link)
  return { sub: String(idToken.sub), next, resume: () => login.browser.visit(location) }
}

it('whose sessions an operator ends has none left, also where one changes its name in that moment', async () => {
  const { sub, next, resume } = await aboutToGive('biblioteca')
  const happened = meanwhile('put', 'Session', () => endAllOf(sub))
  await resume()
  expect(happened()).toBe(true)
  const silent = await gateway.begin({ browser: next.browser, client: 'biblioteca', params: { prompt: 'none' } })
  expect(new URL(silent.page.location ?? '').searchParams.get('error')).toBe('login_required')
}, 20_000)

it.each([
  ['put', 'Grant'],
  ['replace', 'PersonLogins'],
])(
  'no token outlives an end that came before %s %s',
  async (operation, model) => {
    const scope = { scope: 'openid profile offline_access', prompt: 'consent' }
    const { sub, next, resume } = await aboutToGive('app', scope)
    const happened = meanwhile(operation, model, () => endAllOf(sub))
    const door = await resume()
    expect(happened()).toBe(true)
    const code = new URL(door.location ?? door.url).searchParams.get('code')
    const tokens = code === null ? undefined : (await gateway.redeem(next, code)).body
    if (tokens?.access_token) expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(401)
    const renewed = await request(gateway.regional)
      .post('/t/ala/token')
      .set('Host', hosts.login)
      .type('form')
      .send({ grant_type: 'refresh_token', refresh_token: tokens?.refresh_token ?? 'none', client_id: 'app' })
    expect(renewed.body.error).toBe('invalid_grant')
  },
  20_000,
)
