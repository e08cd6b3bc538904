/** Logins that a service may renew: only by opt-in, never stronger and never longer than the login allows. */
import request from 'supertest'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const HOUR = 3600 * 1000
const DAY = 24 * HOUR
const L = (level: number) => `https://www.spid.gov.it/SpidL${level}`

const client = (id: string, more: string, tenant = 'ala') => `
  - id: ${id}
    names: { it: Servizio ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [https://${id}.${tenant}.example/callback]
    post_logout_redirect_uris: [https://${id}.${tenant}.example/]
    min_level: 1
    claims: [given_name]
    auth: none
    ${more}`

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    // the clock that tests move
    now: () => Date.now(),
    tenants: {
      ala: 'lifetimes: { refresh_token: 2592000 }',
      moena: 'lifetimes: { refresh_token: 2592000 }\nsingle_sign_on: { hours: 8 }',
    },
    clients: {
      ala: client('app', 'refresh_tokens: true') + client('altra', 'refresh_tokens: true'),
      moena:
        client('app', 'refresh_tokens: true', 'moena') +
        client('cauto', 'refresh_tokens: true\n    acr_response: requested', 'moena'),
    },
  })
  return () => gateway.close()
})
afterEach(() => {
  vi.useRealTimers()
})
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

const consented = { scope: 'openid profile offline_access', prompt: 'consent' }
const loginAt = async (level: 1 | 2 | 3, params: Readonly<Record<string, string>> = consented, id = 'app') => {
  const { login, end } = await gateway.loginBy('spid', { client: id, params: { acr_values: L(level), ...params } })
  return { login, ...(await gateway.claimsOf(login, end)) }
}
const post = (path: string, form: Readonly<Record<string, string>>, tenant = 'ala') =>
  request(gateway.regional)
    .post(`/t/${tenant}/${path}`)
    .set('Host', hosts.login)
    .type('form')
    .send({ ...form })
const refresh = (token: string, as = 'app') =>
  post('token', { grant_type: 'refresh_token', refresh_token: token, client_id: as })
const payloadOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

describe('a refresh token', () => {
  it.each<[why: string, id: string, params: Readonly<Record<string, string>>]>([
    ['the service does not ask for offline_access', 'app', { scope: 'openid profile', prompt: 'consent' }],
    ['it asks without prompt=consent', 'app', { scope: 'openid profile offline_access' }],
    ['its entry does not say refresh_tokens', 'palestra', consented],
  ])('is not issued where %s, and the login works all the same', async (_, id, params) => {
    const { tokens, userinfo } = await loginAt(2, params, id)
    expect([tokens.refresh_token, userinfo.given_name]).toEqual([undefined, 'Ada'])
    expect(tokens.scope).not.toContain('offline_access')
  })

  it.each([
    [1, 'al massimo per 30 giorni'],
    [2, 'al massimo per 8 ore'],
  ] as const)('is announced to the citizen, at level %i: %s', async (level, words) => {
    const params = { acr_values: L(level), ...consented }
    expect((await gateway.begin({ client: 'app', params })).page.text).toContain(words)
    expect((await gateway.begin({ client: 'palestra', params })).page.text).not.toContain('senza di te')
    expect((await gateway.begin({ client: 'app' })).page.text).not.toContain('senza di te')
  })

  it('renews tokens of the same login: person, level and time of it stay', async () => {
    const { tokens, idToken, userinfo } = await loginAt(2)
    later(HOUR)
    const { body } = await refresh(tokens.refresh_token).expect(200)
    const { sub, acr, amr, auth_time, idp } = payloadOf(body.id_token)
    expect({ sub, acr, amr, auth_time, idp }).toEqual({
      sub: idToken.sub,
      acr: L(2),
      amr: ['spid'],
      auth_time: idToken.auth_time,
      idp: idToken.idp,
    })
    expect((await gateway.userinfo('ala', body.access_token).expect(200)).body).toEqual(userinfo)
  })

  it('cannot ask for more than the login gave', async () => {
    const { tokens } = await loginAt(1)
    const wider = await post('token', {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: 'app',
      scope: 'openid profile email',
      acr_values: L(3),
    })
    expect([wider.status, wider.body.error]).toEqual([400, 'invalid_scope'])
  })

  it('is used once; a second use ends everything of that login, with an alarm', async () => {
    const { tokens } = await loginAt(2)
    const renewed = (await refresh(tokens.refresh_token).expect(200)).body
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    const alarms = gateway.events('refresh_token.replayed').length
    const again = await refresh(tokens.refresh_token)
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    expect((await refresh(renewed.refresh_token)).body.error).toBe('invalid_grant')
    expect((await gateway.userinfo('ala', renewed.access_token)).status).toBe(401)
    expect(gateway.events('refresh_token.replayed').slice(alarms)).toMatchObject([
      { tenant: 'ala', client: 'app', level: 50 },
    ])
  })

  it('used ten times at once gives at most one answer, and nothing of it lives on', async () => {
    const { tokens } = await loginAt(2)
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(tokens.refresh_token)))
    const good = answers.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThanOrEqual(1)
    for (const { body } of good) expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('is worth nothing to another service and at another Comune', async () => {
    const { tokens } = await loginAt(2)
    expect((await refresh(tokens.refresh_token, 'altra')).body.error).toBe('invalid_grant')
    const elsewhere = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'palestra' }
    expect((await post('token', elsewhere, 'moena')).status).toBe(400)
    // and those attempts have cost its owner nothing
    await refresh(tokens.refresh_token).expect(200)
  })

  it('of a login at level 2 ends with the session of that login, however often it is renewed', async () => {
    const { tokens } = await loginAt(2)
    later(7.9 * HOUR)
    const { body } = await refresh(tokens.refresh_token).expect(200)
    expect((await post('introspection', { token: body.refresh_token, client_id: 'app' })).status).toBe(200)
    later(0.2 * HOUR)
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant')
    expect((await gateway.userinfo('ala', body.access_token)).status).toBe(401)
  })

  it('of a login at level 1 lives as long as the Comune says, however often it is renewed', async () => {
    const { tokens } = await loginAt(1)
    later(20 * DAY)
    const { body } = await refresh(tokens.refresh_token).expect(200)
    expect(payloadOf(body.id_token).acr).toBe(L(1))
    later(9.9 * DAY)
    const last = (await refresh(body.refresh_token).expect(200)).body
    expect((await gateway.userinfo('ala', last.access_token)).body.given_name).toBe('Ada')
    later(0.2 * DAY)
    expect((await refresh(last.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('ends when the citizen logs out', async () => {
    const { login, tokens } = await loginAt(1)
    const query = new URLSearchParams({ id_token_hint: tokens.id_token })
    await login.browser.get(`${gateway.issuerOf('ala')}/end-session?${query}`)
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('ends when the same browser logs in to the same service again: no copy outlives a logout', async () => {
    const first = await loginAt(1)
    const { login, end } = await gateway.loginBy('spid', {
      client: 'app',
      browser: first.login.browser,
      params: { acr_values: L(1), ...consented },
    })
    const second = await gateway.claimsOf(login, end)
    expect((await refresh(first.tokens.refresh_token)).body.error).toBe('invalid_grant')
    await refresh(second.tokens.refresh_token).expect(200)
  })

  it('ends when the service revokes it, and its access token with it', async () => {
    const { tokens } = await loginAt(2)
    await post('revocation', { token: tokens.refresh_token, client_id: 'app' }).expect(200)
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant')
    expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(401)
  })
})

describe('a login that serves one service twice, by single sign-on', () => {
  const plain = { acr_values: L(1), scope: 'openid profile' }
  const offline = { acr_values: L(1), ...consented }
  const refreshThere = (token: string, as = 'app') =>
    post('token', { grant_type: 'refresh_token', refresh_token: token, client_id: as }, 'moena')

  it('ends with it at level 2 also for a service that asked for level 1 and is told so', async () => {
    const start = { tenant: 'moena', client: 'cauto' }
    const { login } = await gateway.loginBy('spid', { tenant: 'moena', client: 'palestra' })
    later(7.9 * HOUR)
    const second = await gateway.begin({ ...start, browser: login.browser, params: offline })
    const goOn = linksIn(second.page).find((href) => href.includes('/continue')) ?? ''
    const { idToken, tokens } = await gateway.claimsOf(second, await login.browser.get(goOn))
    expect([idToken.acr, idToken.acr_actual]).toEqual([L(1), L(2)])
    later(0.2 * HOUR)
    expect((await refreshThere(tokens.refresh_token, 'cauto')).body.error).toBe('invalid_grant')
  })

  const twice = async (first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>) => {
    const start = { tenant: 'moena', client: 'app' }
    const { login, end } = await gateway.loginBy('spid', { ...start, params: first })
    const before = (await gateway.claimsOf(login, end)).tokens
    const again = await gateway.begin({ ...start, browser: login.browser, params: second })
    const goOn = linksIn(again.page).find((href) => href.includes('/continue')) ?? ''
    return { before, after: (await gateway.claimsOf(again, await login.browser.get(goOn))).tokens }
  }

  it('may be renewed as long as the longer wish allows, when that came second', async () => {
    const { after } = await twice(plain, offline)
    later(20 * DAY)
    const { body } = await refreshThere(after.refresh_token).expect(200)
    expect(payloadOf(body.id_token).acr).toBe(L(1))
  })

  it('may be renewed as long as the longer wish allows, when that came first', async () => {
    const { before } = await twice(offline, plain)
    later(20 * DAY)
    await refreshThere(before.refresh_token).expect(200)
  })
})
