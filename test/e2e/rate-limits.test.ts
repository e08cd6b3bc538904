/** Too much from one network, and a store that others have nearly filled. */
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../../src/config/gateway-config.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const MINUTE = 60_000
const usual = { loginStarts: 600, answers: 1200, cards: 1200, failedClients: 60 }
const MEMORY = 512 * 1024 ** 2

let now = Date.parse('2026-01-15T10:00:00Z')
const start = (rateLimits: Partial<GatewayConfig['rateLimits']>, maxBytes = MEMORY) =>
  startGateway({
    now: () => now,
    config: (config) => ({
      ...config,
      // the tests stand where the proxy stands
      trustedProxies: ['127.0.0.1'],
      rateLimits: { ...usual, ...rateLimits },
      store: { kind: 'memory', maxBytes },
    }),
  })
/** What the proxy says of a browser at this address. */
const at = (address: string) => ({ 'X-Forwarded-For': address })
let address = 0
/** An address that no other test uses. */
const somewhere = () => `198.51.${100 + (++address >> 8)}.${address & 255}`

describe('a limit for each network', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await start({ loginStarts: 3, answers: 3, cards: 3, failedClients: 3 })
  })
  afterAll(() => gateway.close())

  const statusOf = async (from: string, tenant = 'ala') =>
    (await gateway.begin({ tenant, browser: gateway.browser(at(from)) })).page.status

  it('tells who begins too many logins to wait, and whom to go back to, in his language', async () => {
    const school = somewhere()
    for (let login = 0; login < 3; login++) expect(await statusOf(school)).toBe(200)
    const { page } = await gateway.begin({ browser: gateway.browser(at(school)) })
    expect(page.status).toBe(429)
    expect(page.headers['retry-after']).toBe('600')
    expect(page.text).toContain('rate_limited')
    expect(page.text).toContain('Troppe richieste dalla tua rete')
    expect(page.text).toContain('href="https://www.ala.example/accedi"')
    for (const [language, words] of [
      ['de', 'Zu viele Anfragen aus Ihrem Netz'],
      ['en', 'Too many requests from your network'],
    ]) {
      const browser = gateway.browser({ ...at(school), 'Accept-Language': String(language) })
      expect((await gateway.begin({ browser })).page.text).toContain(words)
    }
    expect(gateway.events('limit.reached')).toMatchObject([{ tenant: 'ala', limit: 'login' }])
    expect(gateway.logged()).not.toContain(school)
    now += 10 * MINUTE
    expect(await statusOf(school)).toBe(200)
  })

  it('is not for the neighbours, nor for another Comune', async () => {
    const school = somewhere()
    // more often than a network may at all Comuni together: who is refused at one uses up nothing at the others
    for (let login = 0; login < 16; login++) await statusOf(school)
    expect(await statusOf(school)).toBe(429)
    expect(await statusOf(somewhere())).toBe(200)
    expect(await statusOf(school, 'moena')).toBe(200)
  })

  it('cannot be escaped by headers of one’s own', async () => {
    const attacker = somewhere()
    const statuses = []
    for (let login = 0; login < 5; login++) statuses.push(await statusOf(`${somewhere()}, ${attacker}`))
    expect(statuses).toEqual([200, 200, 200, 429, 429])
  })

  it('cannot be escaped by the many addresses that one IPv6 user has', async () => {
    const household = (last: number) => `2001:db8:7:1::${last.toString(16)}`
    const statuses = []
    for (let login = 0; login < 4; login++) statuses.push(await statusOf(household(login + 1)))
    expect(statuses).toEqual([200, 200, 200, 429])
    // and who has a whole /48 of them gets four times as much, not 65,536 times
    let passed = 0
    for (let network = 0; network < 20; network++) {
      if ((await statusOf(`2001:db8:8:${network.toString(16)}::1`)) === 200) passed += 1
    }
    expect(passed).toBe(12)
  })

  it('counts choices, so that no login can be sent out for ever', async () => {
    const from = at(somewhere())
    const login = await gateway.begin({ browser: gateway.browser(from) })
    for (let choice = 0; choice < 6; choice++) {
      expect((await gateway.choose(login, 'spid', gateway.idps.alfa)).status).toBe(302)
    }
    expect((await gateway.choose(login, 'spid', gateway.idps.alfa)).status).toBe(429)
  })

  it('counts answers, and does not spend the login of an answer that came too often', async () => {
    const { login, post } = await gateway.upToAnswer('spid', { browser: gateway.browser(at(somewhere())) })
    const nonsense = { ...post, fields: { ...post.fields, RelayState: 'nonsense' } }
    for (let answer = 0; answer < 3; answer++) {
      expect((await gateway.deliver(login.browser, nonsense)).status).toBe(403)
    }
    const refused = await gateway.deliver(login.browser, post)
    expect(refused.status).toBe(429)
    now += 10 * MINUTE - 1000
    expect((await gateway.deliver(login.browser, post)).status).toBe(429)
    expect(gateway.events('limit.reached').at(-1)).toMatchObject({ limit: 'answer' })
  })

  it('counts logouts that a page posts, which are kept until the browser comes back', async () => {
    const browser = gateway.browser(at(somewhere()))
    const leave = async () =>
      (await browser.visit(`${gateway.issuerOf('ala')}/end-session`, { form: { state: 'x' }, crossSite: true })).status
    expect([await leave(), await leave(), await leave(), await leave()]).toEqual([303, 303, 303, 429])
  })

  it('counts logouts that an address asks for, which leave a record each', async () => {
    const browser = gateway.browser(at(somewhere()))
    const before = (await gateway.registered()).length
    const leave = async () => (await browser.visit(`${gateway.issuerOf('ala')}/end-session?client_id=sito`)).status
    expect([await leave(), await leave(), await leave(), await leave()]).toEqual([200, 200, 200, 429])
    expect(await gateway.registered()).toHaveLength(before + 3)
  })

  it('counts cards by the address of the browser that shows them', async () => {
    const url = `https://${hosts.cns}/t/ala/cns?ticket=nonsense`
    const from = somewhere()
    const statuses = []
    for (let card = 0; card < 4; card++) statuses.push((await gateway.presentCard(url, undefined, at(from))).status)
    expect(statuses).toEqual([403, 403, 403, 429])
    expect((await gateway.presentCard(url, undefined, at(somewhere()))).status).toBe(403)
  })

  it('counts servers that cannot prove which client they are, and never one that can', async () => {
    const server = at(somewhere())
    const redeem = (secret: string, headers: Readonly<Record<string, string>>) =>
      request(gateway.regional)
        .post('/t/ala/token')
        .set({ Host: hosts.login, Accept: 'text/html', ...headers })
        .auth('sito', secret)
        .type('form')
        .send({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://www.ala.example/callback' })
    const right = 'a secret of the tests, long enough for anybody'
    // a right secret and a code that is wrong: 400, and no guess
    for (let code = 0; code < 10; code++) await redeem(right, server).expect(400)
    for (let guess = 0; guess < 3; guess++) await redeem(`guess ${guess}`, server).expect(401)
    const refused = await redeem('another guess', server).expect(429)
    expect(refused.body).toMatchObject({ error: 'rate_limited' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(590)
    // else the guesses would go on: the right one would be seen
    await redeem(right, server).expect(429)
    await redeem(right, at(somewhere())).expect(400)
    now += 10 * MINUTE
    await redeem(right, server).expect(400)
  })

  it('does not count what comes from a proxy that does not say for whom', async () => {
    for (let login = 0; login < 6; login++) {
      expect((await gateway.begin({ browser: gateway.browser() })).page.status).toBe(200)
    }
  })
})

describe('a store that strangers fill', () => {
  const SMALL = 3 * 1024 ** 2
  const large = { state: 'x'.repeat(6000) }
  /** Every time from another address: no limit helps. */
  const flood = async (gateway: TestGateway) => {
    for (let begun = 0; begun < 1000; begun++) {
      const { page } = await gateway.begin({ browser: gateway.browser(at(somewhere())), params: large })
      if (page.status !== 200) return { begun, page }
    }
    throw new Error('the store never filled up')
  }

  it('keeps room for the logins under way: they are finished, new ones wait until the others are forgotten', async () => {
    const gateway = await start({}, SMALL)
    const underWay = await gateway.begin()
    const { begun, page } = await flood(gateway)
    expect(begun).toBeGreaterThan(20)
    expect(page.status).toBe(503)
    expect(page.headers['retry-after']).toBe('30')
    expect(page.text).toContain('href="https://www.ala.example/accedi"')
    const sent = await gateway.choose(underWay, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(underWay.browser, gateway.answer(gateway.idps.alfa, sent))
    const { userinfo } = await gateway.claimsOf(underWay, end)
    expect(userinfo).toMatchObject({ given_name: 'Ada' })
    now += 31 * MINUTE
    expect((await gateway.loginBy('spid')).end.location).toContain('code=')
    await gateway.close()
  })

  it('is not kept full by pushed requests, which anybody may send for a service without a secret and never use', async () => {
    const gateway = await start({}, SMALL)
    const push = () =>
      request(gateway.regional)
        .post('/t/ala/par')
        .set({ Host: hosts.login, ...at(somewhere()) })
        .type('form')
        .send({
          client_id: 'palestra',
          response_type: 'code',
          redirect_uri: 'https://palestra.ala.example/callback',
          scope: 'openid',
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
          ...large,
        })
    let pushed = 0
    while ((await push()).status === 201) pushed += 1
    expect(pushed).toBeGreaterThan(20)
    expect((await gateway.begin()).page.status).toBe(503)
    now += 2 * MINUTE
    expect((await gateway.loginBy('spid')).end.location).toContain('code=')
    await gateway.close()
  })

  it('cannot be kept full from one network, at what is usual', async () => {
    const gateway = await start({}, SMALL)
    const { begun } = await flood(gateway)
    const bytes = (0.8 * SMALL) / begun
    await gateway.close()
    // at all tenants together, for as long as a login may take
    const kept = bytes * 4 * usual.loginStarts * 3
    console.log(`${bytes | 0} bytes for a login that begins with ${large.state.length} characters of state`)
    expect(kept).toBeLessThan(0.4 * MEMORY)
  })
})
