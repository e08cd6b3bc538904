/** What citizens and sites see while Redis is gone, hangs, is full or says no; and that all is well again by itself. */
import { Redis } from 'ioredis'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from '../fixtures/gateway/browser.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { freePort, startRedis } from '../fixtures/redis-server.ts'

/** Milliseconds: the longest that anybody waits for a page, with room for a busy machine. */
const BOUND = 4000

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const start = async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const gateway = await startGateway({
    config: (config) => ({
      ...config,
      trustedProxies: ['127.0.0.1'],
      store: { kind: 'redis', url: redis.url },
    }),
  })
  undo.push(() => gateway.close())
  const admin = new Redis(redis.url, { lazyConnect: true })
  admin.on('error', () => undefined)
  undo.push(() => admin.disconnect())
  return { redis, gateway, admin }
}

/** Logins at every step, and what each does next. */
const atEveryStep = async (gateway: TestGateway) => {
  const whole = await gateway.loginBy('spid')
  const { body: tokens } = await gateway.redeem(whole.login, gateway.codeOf(whole.end))
  const shown = await gateway.begin()
  const { login: sent, post } = await gateway.upToAnswer('spid')
  const { login: back, post: delivered } = await gateway.upToAnswer('spid')
  const returned = await back.browser.visit(delivered.action, { form: delivered.fields, crossSite: true })
  const withCode = await gateway.loginBy('spid')
  return {
    forBrowsers: {
      authorize: async () => (await gateway.begin()).page,
      page: () => shown.browser.get(shown.page.url),
      choice: () => gateway.choose(shown, 'spid', gateway.idps.alfa),
      answer: () => gateway.deliver(sent.browser, post),
      finish: () => back.browser.visit(returned.location ?? ''),
    },
    forServers: {
      token: () => gateway.redeem(withCode.login, gateway.codeOf(withCode.end)),
      userinfo: () => gateway.userinfo('ala', tokens.access_token),
    },
  }
}

const inTime = async <T>(ask: () => PromiseLike<T>): Promise<T> => {
  const begin = performance.now()
  const answer = await ask()
  expect(performance.now() - begin).toBeLessThan(BOUND)
  return answer
}
const readyz = (gateway: TestGateway) => request(gateway.operations).get('/readyz')
const isReady = (gateway: TestGateway) =>
  expect.poll(async () => (await readyz(gateway)).status, { timeout: 10_000, interval: 50 }).toBe(200)

/** Every step is refused in words, in time, with an hour to come back. */
const refusesAll = async (
  gateway: TestGateway,
  { forBrowsers, forServers }: Awaited<ReturnType<typeof atEveryStep>>,
) => {
  for (const step of Object.values(forBrowsers)) {
    const page: Page = await inTime(step)
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
    expect(page.text).toContain('store_unavailable')
    expect(page.text).toContain('<html')
    // the seconds are for programs: nobody promises a citizen that it is mended by then
    expect(page.text).not.toContain('Puoi riprovare tra')
  }
  for (const call of Object.values(forServers)) {
    const { status, headers, body } = await inTime(call)
    expect([status, headers['retry-after']]).toEqual([503, '30'])
    expect(body).toEqual({ error: 'temporarily_unavailable', error_description: 'store_unavailable' })
  }
  const ready = await inTime(() => readyz(gateway))
  expect([ready.status, ready.body.status]).toEqual([503, 'store_unavailable'])
  await request(gateway.operations).get('/livez').expect(200)
}

describe('a Redis that is gone', () => {
  it('is told to everybody at every step; restarted empty, it costs the logins under way and nothing else', async () => {
    const { redis, gateway } = await start()
    const steps = await atEveryStep(gateway)
    await redis.stop()
    await refusesAll(gateway, steps)
    // what needs no store goes on
    await request(gateway.regional).get('/t/ala/jwks').set('Host', hosts.login).expect(200)
    await request(gateway.regional).get('/t/ala/.well-known/openid-configuration').set('Host', hosts.login).expect(200)

    const again = await startRedis({ port: redis.port })
    undo.push(() => again.stop())
    await isReady(gateway)
    const { page, choice, answer, finish } = steps.forBrowsers
    for (const [step, code] of [
      [page, 'interaction_expired'],
      [answer, 'saml_relay_state_unknown'],
      [finish, 'login_result_unknown'],
    ] as const) {
      expect((await step()).text).toContain(code)
    }
    await expect(choice()).resolves.toMatchObject({ status: 400 })
    // the page of a lost login knows by its address which service it was for
    expect((await page()).text).toContain('href="https://www.ala.example/accedi"')
    await steps.forServers.token().expect(400)
    await steps.forServers.userinfo().expect(401)
    const { login, end } = await gateway.loginBy('spid')
    expect((await gateway.claimsOf(login, end)).userinfo).toMatchObject({ given_name: 'Ada' })
  })

  it('does not let anybody guess secrets without end', async () => {
    const { redis, gateway } = await start()
    await redis.stop()
    const guess = (from: string) =>
      request(gateway.regional)
        .post('/t/ala/token')
        .set({ Host: hosts.login, 'X-Forwarded-For': from })
        .auth('sito', 'a guess')
        .type('form')
        .send({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://www.ala.example/callback' })
    const statuses = []
    for (let guesses = 0; guesses < 61; guesses++) statuses.push((await guess('192.0.2.66')).status)
    expect(new Set(statuses.slice(0, 60))).toEqual(new Set([401]))
    expect(statuses[60]).toBe(429)
    await guess('192.0.2.67').expect(401)
  })
})

describe('a Redis that hangs', () => {
  it('is told to everybody in time, and every login goes on where it was', async () => {
    const { redis, gateway } = await start()
    const { forBrowsers, forServers } = await atEveryStep(gateway)
    process.kill(redis.pid, 'SIGSTOP')
    undo.push(() => process.kill(redis.pid, 'SIGCONT'))
    const first = await inTime(forBrowsers.page)
    expect(first.status).toBe(503)
    for (const step of [forBrowsers.page, forBrowsers.choice]) expect((await inTime(step)).status).toBe(503)
    expect((await inTime(() => readyz(gateway))).status).toBe(503)
    process.kill(redis.pid, 'SIGCONT')
    await isReady(gateway)
    expect((await forBrowsers.page()).status).toBe(200)
    expect((await forBrowsers.choice()).status).toBe(302)
    expect((await forBrowsers.answer()).location).toContain('code=')
    expect((await forBrowsers.finish()).status).toBe(303)
    await forServers.token().expect(200)
    await forServers.userinfo().expect(200)
  })
})

describe('a Redis that only reads', () => {
  it('is told to everybody who would write; who read goes on when it writes again', async () => {
    const { gateway, admin } = await start()
    const { forBrowsers, forServers } = await atEveryStep(gateway)
    await admin.replicaof('127.0.0.1', await freePort())
    for (const step of [forBrowsers.authorize, forBrowsers.choice, forBrowsers.answer, forBrowsers.finish]) {
      expect((await inTime(step)).status).toBe(503)
    }
    expect((await inTime(forServers.token)).status).toBe(503)
    expect((await inTime(() => readyz(gateway))).body).toMatchObject({ status: 'store_unavailable' })
    await admin.replicaof('NO', 'ONE')
    await isReady(gateway)
    // nothing of what was refused has been half done
    expect((await forBrowsers.choice()).status).toBe(302)
    expect((await forBrowsers.answer()).location).toContain('code=')
    expect((await forBrowsers.finish()).status).toBe(303)
    await forServers.token().expect(200)
  })

  it('keeps nobody from leaving: who was refused leaves when it writes again, and nothing of the login lives on', async () => {
    const { gateway, admin } = await start()
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    const leave = `${gateway.issuerOf('ala')}/end-session?id_token_hint=${tokens.id_token}`
    await admin.replicaof('127.0.0.1', await freePort())
    expect((await inTime(() => login.browser.get(leave))).status).toBe(503)
    await admin.replicaof('NO', 'ONE')
    await isReady(gateway)
    expect((await login.browser.get(leave)).status).toBe(200)
    await gateway.userinfo('ala', tokens.access_token).expect(401)
  })
})

describe('a Redis that is full', () => {
  it('refuses what is new, and uses nothing up that it could not pass on', async () => {
    const { gateway, admin } = await start()
    const { forBrowsers } = await atEveryStep(gateway)
    await admin.config('SET', 'maxmemory', '1')
    expect((await inTime(forBrowsers.authorize)).status).toBe(503)
    expect((await inTime(forBrowsers.answer)).status).toBe(503)
    expect((await inTime(() => readyz(gateway))).status).toBe(503)
    await admin.config('SET', 'maxmemory', '0')
    await isReady(gateway)
    expect((await forBrowsers.answer()).location).toContain('code=')
    expect((await forBrowsers.choice()).status).toBe(302)
  })

  it('keeps room for the logins under way', async () => {
    const { gateway, admin } = await start()
    const { forBrowsers } = await atEveryStep(gateway)
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.config('SET', 'maxmemory', String(Math.round(used / 0.85)))
    // it is asked every five seconds
    await expect.poll(async () => (await forBrowsers.authorize()).status, { timeout: 12_000, interval: 300 }).toBe(503)
    expect((await readyz(gateway)).status).toBe(200)
    expect((await forBrowsers.choice()).status).toBe(302)
    expect((await forBrowsers.answer()).location).toContain('code=')
  })
})
