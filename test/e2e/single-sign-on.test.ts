/** Who is logged in may use another service of the same Comune without another login, where the Comune wants that. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Browser, Page } from '../fixtures/gateway/browser.ts'
import { singleSignOn } from '../fixtures/gateway/single-sign-on.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { type Login, type LoginOptions, linksIn } from '../fixtures/gateway/stories.ts'

const L = (level: number) => `https://www.spid.gov.it/SpidL${level}`
const HOUR = 3600 * 1000

let gateway: TestGateway
beforeAll(async () => {
  // the clock that tests move
  gateway = await startGateway({ ...singleSignOn, now: () => Date.now() })
})
afterAll(() => gateway.close())
afterEach(() => {
  vi.useRealTimers()
})
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

/** Ada has entered with this browser. */
const entered = async ({
  way = 'spid',
  ...options
}: LoginOptions & { way?: 'spid' | 'cie'; level?: 1 | 2 | 3 } = {}) => {
  const { login, end } = await gateway.loginBy(way, options)
  return { login, browser: login.browser, ...(await gateway.claimsOf(login, end)) }
}
/** …and goes on to another service. */
const next = (browser: Browser, client: string, params: Readonly<Record<string, string>> = {}, tenant = 'ala') =>
  gateway.begin({ browser, client, params, tenant })
const continueLink = (page: Page) => linksIn(page).find((href) => href.includes('/continue?'))
const goOn = async ({ browser, page }: Login) => {
  const link = continueLink(page)
  if (link === undefined) throw new Error(`nobody may go on:\n${page.text}`)
  return browser.get(link)
}
const answerOf = (page: Page) => Object.fromEntries(new URL(page.location ?? page.url).searchParams)
const isAlive = async (accessToken: string, tenant = 'ala') =>
  (await gateway.userinfo(tenant, accessToken)).status === 200

describe('where the Comune has not turned it on', () => {
  let plain: TestGateway
  beforeAll(async () => {
    plain = await startGateway()
    return () => plain.close()
  })

  it('every service wants a login, and prompt=none is answered with login_required', async () => {
    const { login, end } = await plain.loginBy('spid')
    plain.codeOf(end)
    const second = await plain.begin({ browser: login.browser, client: 'palestra' })
    expect(second.page.text).toContain('Scegli come entrare')
    expect(second.page.text).not.toContain('Ada')
    const silent = await plain.begin({ browser: login.browser, client: 'palestra', params: { prompt: 'none' } })
    expect(answerOf(silent.page).error).toBe('login_required')
  })
})

describe('a second service of the same Comune', () => {
  it('is entered with one click by who is logged in, and learns of the same login', async () => {
    const { browser, idToken } = await entered()
    const before = gateway.events('login.sent').length
    const second = await next(browser, 'palestra')
    expect(second.page.text).toContain('Accesso già fatto: Ada Rossi')
    expect(second.page.text).toContain('Oppure entra con un’altra identità')
    const { idToken: other, userinfo } = await gateway.claimsOf(second, await goOn(second))
    expect(other).toMatchObject({ sub: idToken.sub, auth_time: idToken.auth_time, acr: L(2), aud: 'palestra' })
    expect(userinfo).toMatchObject({ given_name: 'Ada', idp: gateway.idps.alfa.entityId })
    expect(userinfo).not.toHaveProperty('family_name')
    expect(gateway.events('login.sent')).toHaveLength(before)
    expect(gateway.events('session.used').at(-1)).toMatchObject({ tenant: 'ala', client: 'palestra', assurance: 2 })
  })

  it('names each service the session by a name of its own, the same at each login', async () => {
    const { browser, idToken } = await entered()
    const second = await next(browser, 'palestra')
    const { idToken: other } = await gateway.claimsOf(second, await goOn(second))
    const again = await next(browser, 'palestra')
    const { idToken: same } = await gateway.claimsOf(again, await goOn(again))
    expect(idToken.sid).toMatch(/^[\w-]{43}$/)
    expect(other.sid).not.toBe(idToken.sid)
    expect(same.sid).toBe(other.sid)
  })

  it('is entered by another person too, whose login ends that of the first', async () => {
    const { browser, tokens } = await entered()
    const second = await next(browser, 'palestra')
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    const post = gateway.answer(gateway.idps.alfa, sent, { person: 'mario' })
    const page = await gateway.deliver(browser, post)
    expect(page.text).toContain('L’accesso di prima è chiuso')
    expect(page.text).not.toContain('Ada')
    const { userinfo } = await gateway.claimsOf(second, await gateway.pastAnother(second, page))
    expect(userinfo.given_name).toBe('Mario')
    expect(await isAlive(tokens.access_token)).toBe(false)
    expect((await next(browser, 'biblioteca')).page.text).toContain('Accesso già fatto: Mario Rossi')
  })

  it('is entered by the same person in another way, and the first login says what it said', async () => {
    const { browser, tokens } = await entered()
    const second = await next(browser, 'palestra')
    const sent = await gateway.choose(second, 'cie')
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.cie, sent))
    expect((await gateway.claimsOf(second, end)).idToken.idp_type).toBe('cie')
    expect((await gateway.userinfo('ala', tokens.access_token).expect(200)).body.idp_type).toBe('spid')
  })

  it('that was opened from a card without a name says so without one', async () => {
    const { login, end } = await gateway.loginByCard(await gateway.keys.card('bruno'))
    gateway.codeOf(end as NonNullable<typeof end>)
    const second = await next(login.browser, 'palestra')
    expect(second.page.text).toContain('Accesso già fatto con questo browser')
    expect((await gateway.claimsOf(second, await goOn(second))).idToken.amr).toEqual(['cns', 'sc', 'pin'])
  })

  it('that is opened beside a third loses nothing: both are given tokens, and one logout ends both', async () => {
    const { browser, tokens } = await entered()
    const silent = { prompt: 'none' }
    const both = await Promise.all([next(browser, 'palestra', silent), next(browser, 'biblioteca', silent)])
    const given = await Promise.all(both.map(async (login) => (await gateway.claimsOf(login, login.page)).tokens))
    for (const { access_token } of given) expect(await isAlive(access_token)).toBe(true)
    await browser.get(`${gateway.issuerOf('ala')}/end-session?id_token_hint=${tokens.id_token}`)
    for (const { access_token } of [...given, tokens]) expect(await isAlive(access_token)).toBe(false)
  })

  it('that asks again keeps the tokens that it has', async () => {
    const { browser } = await entered()
    const first = await next(browser, 'palestra', { prompt: 'none' })
    const { tokens } = await gateway.claimsOf(first, first.page)
    const again = await next(browser, 'palestra', { prompt: 'none' })
    await gateway.claimsOf(again, again.page)
    expect(await isAlive(tokens.access_token)).toBe(true)
  })
})

describe('the level of the session', () => {
  it('1 does not serve a service of level 2, which says why, and after that login it serves it', async () => {
    const { browser } = await entered({ params: { acr_values: L(1) } })
    const second = await next(browser, 'palestra')
    expect(second.page.text).toContain('Accesso già fatto: Ada Rossi')
    expect(second.page.text).toContain('chiede un livello di sicurezza più alto')
    expect(continueLink(second.page)).toBeUndefined()
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    expect(gateway.requestIn(sent).classes).toEqual([L(2)])
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
    expect((await gateway.claimsOf(second, end)).idToken.acr).toBe(L(2))
    const third = await next(browser, 'biblioteca', { prompt: 'none' })
    expect((await gateway.claimsOf(third, third.page)).idToken.acr).toBe(L(2))
  })

  it('1 is not passed on without a word to who asks for more', async () => {
    const { browser } = await entered({ params: { acr_values: L(1) } })
    for (const [client, params] of [
      ['palestra', {}],
      ['sito', { acr_values: L(2) }],
      ['sito', { claims: JSON.stringify({ id_token: { acr: { essential: true, value: L(3) } } }) }],
    ] as const) {
      const silent = await next(browser, client, { prompt: 'none', ...params })
      expect(answerOf(silent.page).error).toBe('login_required')
    }
    const served = await next(browser, 'sito', { prompt: 'none', acr_values: L(1) })
    expect((await gateway.claimsOf(served, served.page)).idToken.acr).toBe(L(1))
  })

  it('3 serves a service of level 2, which is told 3', async () => {
    const { browser } = await entered({ way: 'cie', params: { acr_values: L(3) } })
    const second = await next(browser, 'palestra', { acr_values: L(2) })
    expect((await gateway.claimsOf(second, await goOn(second))).idToken).toMatchObject({
      acr: L(3),
      amr: ['cie', 'sc', 'pin'],
    })
    const third = await next(browser, 'edilizia', { prompt: 'none' })
    expect(answerOf(third.page)).toHaveProperty('code')
  })
})

describe('a service that needs what the session does not have', () => {
  it('asks for another login, which then serves both', async () => {
    const { browser } = await entered()
    const second = await next(browser, 'albo')
    expect(second.page.text).toContain('ha bisogno di dati')
    expect(continueLink(second.page)).toBeUndefined()
    expect(answerOf((await next(browser, 'albo', { prompt: 'none' })).page).error).toBe('login_required')
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    expect(gateway.requestIn(sent).attributeSetIndex).toBe('7')
    gateway.codeOf(await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent)))
    for (const client of ['albo', 'biblioteca'])
      expect(answerOf((await next(browser, client, { prompt: 'none' })).page)).toHaveProperty('code')
  })

  it('does not ask again for what the way in never gives', async () => {
    const { browser } = await entered({ way: 'cie' })
    expect(answerOf((await next(browser, 'albo', { prompt: 'none' })).page)).toHaveProperty('code')
  })

  it('asks for another login where it wants the identity of a company and the session is of a person', async () => {
    const { browser } = await entered()
    expect(answerOf((await next(browser, 'imprese', { prompt: 'none' })).page).error).toBe('login_required')
  })
})

describe('the request of a service', () => {
  it('with prompt=login wants a new login, whatever the browser tries', async () => {
    const { browser, idToken } = await entered()
    later(60_000)
    const second = await next(browser, 'palestra', { prompt: 'login' })
    expect(second.page.text).toContain('chiede di rifare l’accesso')
    expect(continueLink(second.page)).toBeUndefined()
    const forced = await browser.get(`${second.page.url.split('?')[0]}/continue`)
    expect([forced.status, forced.location, continueLink(forced)]).toEqual([200, undefined, undefined])
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
    expect((await gateway.claimsOf(second, end)).idToken.auth_time).toBeGreaterThan(idToken.auth_time)
  })

  it.each(['select_account', 'consent', 'select_account consent'])(
    'with prompt=%s shows who is logged in',
    async (prompt) => {
      const { browser } = await entered()
      const second = await next(browser, 'palestra', { prompt })
      expect(second.page.text).toContain('Quali dati riceve il servizio')
      gateway.codeOf(await goOn(second))
    },
  )

  it('with prompt=none is answered without a page', async () => {
    const { browser } = await entered()
    const silent = await next(browser, 'palestra', { prompt: 'none' })
    expect(answerOf(silent.page)).toMatchObject({ code: expect.any(String), state: silent.state })
    expect(answerOf((await next(gateway.browser(), 'palestra', { prompt: 'none' })).page).error).toBe('login_required')
  })

  it('with prompt=none and anything else is refused', async () => {
    const { browser } = await entered()
    const { page } = await next(browser, 'palestra', { prompt: 'none login' })
    expect(answerOf(page).error).toBe('invalid_request')
  })

  it('with max_age is served by a younger login, and wants a new one after that', async () => {
    const { browser } = await entered()
    const young = await next(browser, 'palestra', { max_age: '600' })
    gateway.codeOf(await goOn(young))
    later(601_000)
    const old = await next(browser, 'palestra', { max_age: '600' })
    expect(old.page.text).toContain('chiede di rifare l’accesso')
    expect(answerOf((await next(browser, 'palestra', { max_age: '600', prompt: 'none' })).page).error).toBe(
      'login_required',
    )
  })

  it('with max_age=0 wants a new login at once', async () => {
    const { browser } = await entered()
    const second = await next(browser, 'palestra', { max_age: '0' })
    expect(continueLink(second.page)).toBeUndefined()
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
    expect((await gateway.claimsOf(second, end)).idToken).toHaveProperty('auth_time')
  })

  it('with the id_token_hint of who is logged in is served, with that of somebody else it is not', async () => {
    const mario = await gateway.loginBy('spid', { client: 'palestra', person: 'mario' })
    const { tokens: foreign } = await gateway.claimsOf(mario.login, mario.end)
    const { browser } = await entered()
    const own = await next(browser, 'palestra', { prompt: 'none' })
    const { tokens } = await gateway.claimsOf(own, own.page)
    const ask = (id_token_hint: string) => next(browser, 'palestra', { prompt: 'none', id_token_hint })
    expect(answerOf((await ask(tokens.id_token)).page)).toHaveProperty('code')
    expect(answerOf((await ask(foreign.id_token)).page).error).toBe('login_required')
  })

  it('with the id_token_hint of somebody else ends in login_required when the same person logs in again', async () => {
    const mario = await gateway.loginBy('spid', { client: 'palestra', person: 'mario' })
    const { tokens } = await gateway.claimsOf(mario.login, mario.end)
    const { browser } = await entered()
    const second = await next(browser, 'palestra', { id_token_hint: tokens.id_token })
    expect(continueLink(second.page)).toBeUndefined()
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
    expect(answerOf(end)).toMatchObject({ error: 'login_required', state: second.state })
  })

  it('for another `sub` by the claims parameter ends the same way', async () => {
    const { browser } = await entered()
    const claims = JSON.stringify({ id_token: { sub: { value: 'somebody-else' } } })
    expect(answerOf((await next(browser, 'palestra', { prompt: 'none', claims })).page).error).toBe('login_required')
    const second = await next(browser, 'palestra', { claims })
    const sent = await gateway.choose(second, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
    expect(answerOf(end).error).toBe('login_required')
  })
})

describe('the length of a session', () => {
  it('is counted from the login, however often it is used', async () => {
    const { browser } = await entered()
    later(HOUR)
    const within = await next(browser, 'palestra', { prompt: 'none' })
    expect(answerOf(within.page)).toHaveProperty('code')
    later(HOUR + 1000)
    expect(answerOf((await next(browser, 'palestra', { prompt: 'none' })).page).error).toBe('login_required')
    expect((await next(browser, 'palestra')).page.text).not.toContain('Ada')
  })

  it('begins anew with a new login, of which the browser keeps no date', async () => {
    const { browser } = await entered()
    later(HOUR)
    const { idToken } = await entered({ browser, client: 'palestra', params: { prompt: 'login' } })
    later(HOUR + 1000)
    const third = await next(browser, 'biblioteca', { prompt: 'none' })
    expect((await gateway.claimsOf(third, third.page)).idToken.auth_time).toBe(idToken.auth_time)
    const cookies = third.page.headers['set-cookie'] as unknown as string[] | undefined
    expect((cookies ?? []).filter((line) => line.includes('varco_session=') && /expires|max-age/i.test(line))).toEqual(
      [],
    )
  })

  it('that ends while the page is open leads to a login, not to an error', async () => {
    const { browser } = await entered()
    const second = await next(browser, 'palestra')
    later(HOUR * 2)
    // the interaction is over too by then: a new one begins
    const page = await goOn(second)
    expect(page.text).toContain('La pagina è scaduta')
    const third = await next(browser, 'palestra')
    expect(third.page.text).toContain('Scegli come entrare')
  })
})

describe('who attacks', () => {
  const sessionOf = (browser: Browser) =>
    [...browser.jar].filter(([key]) => key.includes('varco_session')) as [string, { value: string }][]

  it('does not get from one Comune to the next, nor with its cookie moved there', async () => {
    const { browser } = await entered()
    expect(answerOf((await next(browser, 'palestra', { prompt: 'none' }, 'moena')).page).error).toBe('login_required')
    for (const [key, cookie] of sessionOf(browser))
      browser.jar.set(key.replace('/t/ala', '/t/moena'), { ...cookie, path: '/t/moena' } as never)
    expect([...browser.jar.keys()].filter((key) => key.includes('/t/moena '))).not.toHaveLength(0)
    expect(answerOf((await next(browser, 'palestra', { prompt: 'none' }, 'moena')).page).error).toBe('login_required')
    expect((await next(browser, 'palestra', {}, 'moena')).page.text).not.toContain('Ada')
  })

  it('does not log a victim in as himself by planting his session in their browser', async () => {
    const attacker = await entered()
    const victim = gateway.browser()
    for (const [key, cookie] of sessionOf(attacker.browser)) victim.jar.set(key, cookie as never)
    expect(answerOf((await next(victim, 'palestra', { prompt: 'none' })).page).error).toBe('login_required')
    const page = await next(victim, 'palestra')
    expect(page.page.text).not.toContain('Ada')
    expect(continueLink(page.page)).toBeUndefined()
  })

  it('does not ride on a session that he planted before the login', async () => {
    const attacker = await entered()
    const planted = sessionOf(attacker.browser)
    const victim = gateway.browser()
    for (const [key, cookie] of planted) victim.jar.set(key, cookie as never)
    const login = await next(victim, 'palestra')
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    const post = gateway.answer(gateway.idps.alfa, sent, { person: 'mario' })
    gateway.codeOf(await gateway.pastAnother(login, await gateway.deliver(victim, post)))
    expect(sessionOf(victim).map(([, { value }]) => value)).not.toEqual(planted.map(([, { value }]) => value))
    // with the old value, and even with the victim's new one, his browser is nobody
    expect((await next(attacker.browser, 'palestra')).page.text).not.toMatch(/Accesso già fatto/)
    for (const [key, cookie] of sessionOf(victim)) attacker.browser.jar.set(key, cookie as never)
    expect((await next(attacker.browser, 'palestra')).page.text).not.toMatch(/Accesso già fatto/)
  })

  it('goes on as nobody without the cookie of the login', async () => {
    const { browser } = await entered()
    const second = await next(browser, 'palestra')
    const page = await gateway.browser().get(continueLink(second.page) ?? '')
    expect([page.status, page.location]).toEqual([400, undefined])
    expect(page.text).toContain('browser_unknown')
  })

  it('does not go on for somebody who has left in another tab meanwhile', async () => {
    const { browser, tokens } = await entered()
    const second = await next(browser, 'palestra')
    const link = continueLink(second.page) ?? ''
    await browser.get(`${gateway.issuerOf('ala')}/end-session?id_token_hint=${tokens.id_token}`)
    const page = await browser.get(link)
    expect(page.text).toContain('Scegli come entrare')
    expect(page.text).not.toContain('Ada')
    // and the login goes on without the session
    const sent = await gateway.choose({ ...second, page }, 'spid', gateway.idps.alfa)
    gateway.codeOf(await gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent)))
  })
})
