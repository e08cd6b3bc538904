/** The servers of the sites are told that a session has ended: OpenID Connect Back-Channel Logout 1.0. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { carry, logoutRequestXml } from '../../sandbox/saml/logout.ts'
import type { GatewayConfig } from '../../src/config/gateway-config.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { type ListeningSite, startListeningSite } from '../fixtures/gateway/listening-site.ts'
import { type Options, startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

/** A busy machine. */
const PATIENT = { timeout: 10_000 }
const L1 = { acr_values: 'https://www.spid.gov.it/SpidL1' }
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

const service = (tenant: string, id: string, { uri }: ListeningSite) => `
  - id: ${id}
    names: { it: Servizio ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [https://${id}.${tenant}.example/callback]
    backchannel_logout_uri: ${uri}
    backchannel_logout_session_required: ${id === 'biblioteca'}
    min_level: 1
    auth: none`

/** A Comune's server on the same network. */
const inside = (config: GatewayConfig): GatewayConfig => ({ ...config, outgoing: { allowedNetworks: ['127.0.0.0/8'] } })
const worldOf = (biblioteca: ListeningSite, albo: ListeningSite): Options => ({
  now: () => Date.now(),
  tenants: { ala: 'single_sign_on: { hours: 8 }', moena: 'single_sign_on: { hours: 8 }' },
  clients: {
    ala: service('ala', 'biblioteca', biblioteca) + service('ala', 'albo', albo),
    moena: service('moena', 'biblioteca', biblioteca),
  },
})

let biblioteca: ListeningSite
let albo: ListeningSite
let gateway: TestGateway
beforeAll(async () => {
  biblioteca = await startListeningSite()
  albo = await startListeningSite()
  gateway = await startGateway({ ...worldOf(biblioteca, albo), config: inside })
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([biblioteca.close(), albo.close()])
})
afterEach(() => {
  vi.useRealTimers()
  for (const site of [biblioteca, albo]) {
    site.answerWith(200)
    site.notices.length = 0
  }
})
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

/** Ada is in both services of the Comune, and in the one without a back channel. */
const inEverywhere = async (world = gateway, tenant = 'ala', clients = ['biblioteca', 'albo']) => {
  const { login, end } = await world.loginBy('spid', { tenant, params: L1 })
  const site = await world.claimsOf(login, end)
  const others = []
  for (const client of clients) {
    const next = await world.begin({ browser: login.browser, tenant, client, params: { prompt: 'none', ...L1 } })
    others.push(await world.claimsOf(next, next.page))
  }
  const leave = () => login.browser.visit(`${world.issuerOf(tenant)}/end-session?id_token_hint=${site.tokens.id_token}`)
  return { login, site, others, leave }
}
const told = (site: ListeningSite, times = 1) =>
  expect.poll(() => site.notices.length, PATIENT).toBeGreaterThanOrEqual(times)
const payloadOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
const tokenTo = ({ notices }: ListeningSite) => payloadOf(notices.at(-1)?.logoutToken ?? '')

describe('the logout token', () => {
  it('is as the specification has it, and each site can verify it', async () => {
    const { others, leave } = await inEverywhere()
    const [first, second] = others
    await leave()
    await Promise.all([told(biblioteca), told(albo)])
    expect(biblioteca.notices[0]).toMatchObject({ path: '/backchannel', type: 'application/x-www-form-urlencoded' })
    const { body } = await request(gateway.regional).get('/t/ala/jwks').set('Host', hosts.login)
    const { payload, protectedHeader } = await jwtVerify(
      biblioteca.notices[0]?.logoutToken ?? '',
      createLocalJWKSet(body),
      { issuer: gateway.issuerOf('ala'), audience: 'biblioteca', typ: 'logout+jwt', maxTokenAge: 60 },
    )
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
    expect(Object.keys(payload).sort()).toEqual(['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'])
    expect(payload.events).toEqual({ [EVENT]: {} })
    expect(payload).toMatchObject({ sub: first?.idToken.sub, sid: first?.idToken.sid })
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(120)
    expect(tokenTo(albo)).toMatchObject({ aud: 'albo', sid: second?.idToken.sid })
    expect(tokenTo(albo).jti).not.toBe(payload.jti)
    expect(gateway.events('backchannel.delivered').slice(-2)).toMatchObject([
      { tenant: 'ala', attempt: 1 },
      { tenant: 'ala', attempt: 1 },
    ])
  })

  it('is announced by discovery', async () => {
    const path = '/t/ala/.well-known/openid-configuration'
    const { body } = await request(gateway.regional).get(path).set('Host', hosts.login)
    expect(body).toMatchObject({ backchannel_logout_supported: true, backchannel_logout_session_supported: true })
    expect(body).not.toHaveProperty('frontchannel_logout_supported')
  })

  it('names the session of this browser and not that of another device', async () => {
    const phone = await inEverywhere()
    const computer = await inEverywhere()
    await computer.leave()
    await told(biblioteca)
    expect(tokenTo(biblioteca).sid).toBe(computer.others[0]?.idToken.sid)
    expect(tokenTo(biblioteca).sid).not.toBe(phone.others[0]?.idToken.sid)
    await gateway.userinfo('ala', phone.others[0]?.tokens.access_token).expect(200)
  })

  it('is no id_token_hint', async () => {
    const { leave } = await inEverywhere()
    await leave()
    await told(biblioteca)
    const again = await inEverywhere()
    const hint = biblioteca.notices[0]?.logoutToken ?? ''
    const page = await again.login.browser.visit(`${gateway.issuerOf('ala')}/end-session?id_token_hint=${hint}`)
    expect(page.text).toContain('Vuoi uscire?')
  })
})

describe('a site is told', () => {
  it('when a second person logs in with the same browser', async () => {
    const { login, others } = await inEverywhere()
    const { end } = await gateway.loginBy('spid', { browser: login.browser, person: 'mario' })
    expect(end.text).toContain('L’accesso di prima è chiuso')
    await told(biblioteca)
    expect(tokenTo(biblioteca).sub).toBe(others[0]?.idToken.sub)
    expect(gateway.events('session.ended').at(-1)).toMatchObject({ why: 'other_person' })
  })

  it('when the identity provider ends its session', async () => {
    const { others, site } = await inEverywhere()
    const { alfa } = gateway.idps
    const known = alfa.lastSession({
      entityId: `https://${hosts.login}/pub-ag-full/c_a116`,
      name: 'Comune di ala',
      certificate: gateway.keys.sp.certificate,
      acsUrls: [`https://${hosts.login}/t/ala/saml/spid/acs`],
      attributeSets: [],
    })
    if (known === undefined) throw new Error('no session at the provider')
    const destination = `https://${hosts.login}/t/ala/saml/spid/slo`
    const xml = logoutRequestXml({ idp: alfa.entityId, destination, now: Date.now() }, known)
    const sent = carry(xml, { binding: 'redirect', destination, signer: gateway.keys.alfa })
    await gateway.browser().visit('url' in sent ? sent.url : '')
    await Promise.all([told(biblioteca), told(albo)])
    expect(tokenTo(biblioteca).sid).toBe(others[0]?.idToken.sid)
    for (const { tokens } of [site, ...others]) await gateway.userinfo('ala', tokens.access_token).expect(401)
  })

  it('before the citizen is led past the provider that keeps a session, also by a service that the session let in', async () => {
    const { login, others } = await inEverywhere()
    const hint = others[1]?.tokens.id_token
    const asked = await login.browser.visit(`${gateway.issuerOf('ala')}/end-session?id_token_hint=${hint}`)
    expect(asked.location).toMatch(/^https:\/\/alfa\.example\/idp\/slo\?SAMLRequest=/)
    await Promise.all([told(biblioteca), told(albo)])
  })

  it('once, however often the citizen clicks', async () => {
    const { leave } = await inEverywhere()
    await Promise.all([leave(), leave(), leave()])
    await told(biblioteca)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(biblioteca.notices).toHaveLength(1)
  })

  it('by its own Comune only', async () => {
    const { others, leave } = await inEverywhere(gateway, 'moena', ['biblioteca'])
    await leave()
    await told(biblioteca)
    expect(tokenTo(biblioteca)).toMatchObject({ iss: gateway.issuerOf('moena'), sid: others[0]?.idToken.sid })
    expect(albo.notices).toEqual([])
  })
})

describe('a site that does not listen', () => {
  it('is told again until it does, each time with a token of its own', async () => {
    biblioteca.answerWith(503)
    const { leave } = await inEverywhere()
    await leave()
    await told(biblioteca)
    await expect
      .poll(() => gateway.events('backchannel.failed').at(-1), PATIENT)
      .toMatchObject({
        client: 'biblioteca',
        attempt: 1,
        reason: 'answered 503',
        retryIn: 10,
      })
    biblioteca.answerWith(204)
    later(10_000)
    await told(biblioteca, 2)
    const [one, two] = biblioteca.notices.map(({ logoutToken }) => payloadOf(logoutToken))
    expect(two).toMatchObject({ sub: one.sub, sid: one.sid })
    expect(two.jti).not.toBe(one.jti)
    await expect
      .poll(() => gateway.events('backchannel.delivered').at(-1), PATIENT)
      .toMatchObject({ client: 'biblioteca', attempt: 2 })
  })

  it('keeps neither the citizen waiting nor the other sites', async () => {
    biblioteca.answerWith('nothing')
    const { leave } = await inEverywhere()
    const begin = performance.now()
    expect((await leave()).status).toBe(303)
    expect(performance.now() - begin).toBeLessThan(1500)
    await told(albo)
    await expect
      .poll(() => gateway.events('backchannel.failed').at(-1), PATIENT)
      .toMatchObject({ client: 'biblioteca', reason: 'no answer in 5 s' })
  }, 15_000)

  it('leads nobody elsewhere: a redirect is no answer', async () => {
    albo.answerWith({ redirect: biblioteca.uri })
    const { leave } = await inEverywhere(gateway, 'ala', ['albo'])
    await leave()
    await expect
      .poll(() => gateway.events('backchannel.failed').at(-1), PATIENT)
      .toMatchObject({ client: 'albo', reason: 'answered 302' })
    expect(biblioteca.notices).toEqual([])
  })

  it('is not asked at all on a network that the region does not name', async () => {
    const strict = await startGateway(worldOf(biblioteca, albo))
    const { leave } = await inEverywhere(strict)
    await leave()
    await expect
      .poll(() => strict.events('backchannel.failed').at(-1), PATIENT)
      .toMatchObject({ reason: expect.stringContaining('outgoing.allowed_networks') })
    expect(biblioteca.notices).toEqual([])
    await strict.close()
  })
})

describe('two gateways on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
    return () => redis.stop()
  })

  it('share the work: what one could not deliver before it ended, the other delivers', async () => {
    const shared = (config: GatewayConfig): GatewayConfig => ({
      ...inside(config),
      store: { kind: 'redis', url: redis.url } as GatewayConfig['store'],
    })
    const world = { ...worldOf(biblioteca, albo), config: shared }
    const first = await startGateway(world)
    biblioteca.answerWith(500)
    const { leave } = await inEverywhere(first)
    await leave()
    await expect.poll(() => first.events('backchannel.failed').length, PATIENT).toBeGreaterThan(0)
    await first.close({ keep: true })
    biblioteca.answerWith(200)
    biblioteca.notices.length = 0
    const second = await startGateway({ ...world, folder: first.folder })
    later(10_000)
    await told(biblioteca)
    await expect
      .poll(() => second.events('backchannel.delivered').at(-1), PATIENT)
      .toMatchObject({ client: 'biblioteca', attempt: 2 })
    await second.close()
  }, 15_000)
})

describe('a logout beside a login', () => {
  it('wins: nothing that the login got is alive afterwards, and the session is not back', async () => {
    for (let round = 0; round < 12; round++) {
      const { login, site, leave } = await inEverywhere(gateway, 'ala', [])
      const silent = { client: 'albo', browser: login.browser, params: { prompt: 'none', ...L1 } }
      const [beside] = await Promise.all([gateway.begin(silent), leave()])
      const code = new URL(beside.page.location ?? beside.page.url).searchParams.get('code')
      if (code !== null) {
        const answer = await gateway.redeem(beside, code)
        if (answer.status === 200) await gateway.userinfo('ala', answer.body.access_token).expect(401)
      }
      await gateway.userinfo('ala', site.tokens.access_token).expect(401)
      const after = await gateway.begin(silent)
      expect(new URL(after.page.location ?? '').searchParams.get('error')).toBe('login_required')
    }
  })
})
