/** A site sends its citizen to the end of the session: OpenID Connect RP-Initiated Logout 1.0. */
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Browser, Page } from '../fixtures/gateway/browser.ts'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'

const BACK = 'https://www.ala.example/'
const WP = 'https://wp.ala.example'

const site = (id: string, preset: string, redirect: string, back: string) => `
  - id: ${id}
    preset: ${preset}
    names: { it: Sito ${id} }
    url: https://${id}.ala.example/
    redirect_uris: ["${redirect}"]
    post_logout_redirect_uris: ["${back}"]
    claims: [given_name]
    ${preset === 'plone' ? '' : 'email_fallback: synthetic'}
    secrets: [env:CLIENT_SECRET]`

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    now: () => Date.now(),
    tenants: { ala: 'single_sign_on: { hours: 8 }' },
    clients: {
      ala:
        site(
          'wp',
          'wordpress',
          `${WP}/wp-admin/admin-ajax.php?action=openid-connect-authorize`,
          `${WP}/wp-login.php?loggedout=true&wp_lang=it_IT`,
        ) +
        site('drupal', 'drupal', 'https://drupal.ala.example/openid-connect/varco', 'https://drupal.ala.example/') +
        site('plone', 'plone', 'https://plone.ala.example/callback', 'https://plone.ala.example/'),
    },
  })
})
afterAll(() => gateway.close())
afterEach(() => {
  vi.useRealTimers()
})
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

const endSession = (params: Readonly<Record<string, string>>, tenant = 'ala') =>
  `${gateway.issuerOf(tenant)}/end-session?${new URLSearchParams(params)}`
const entered = async (options: Parameters<TestGateway['loginBy']>[1] = {}) => {
  const { login, end } = await gateway.loginBy('spid', options)
  const { tokens } = await gateway.claimsOf(login, end)
  return { browser: login.browser, hint: String(tokens.id_token), accessToken: String(tokens.access_token) }
}
const isAlive = async (accessToken: string) => (await gateway.userinfo('ala', accessToken)).status === 200
const press = (browser: Browser, page: Page) => {
  const { action, fields } = formIn(page)
  return browser.visit(action, { form: fields })
}
/** At the door of the site, from which it goes no further. */
const enteredAt = async (client: 'wp' | 'drupal' | 'plone', redirect: string) => {
  const params = { redirect_uri: redirect, code_challenge: '', code_challenge_method: '', nonce: '' }
  const login = await gateway.begin({ client, params })
  const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
  const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
  const form = { grant_type: 'authorization_code', code: gateway.codeOf(end), redirect_uri: redirect }
  const answer = request(gateway.regional).post('/t/ala/token').set('Host', hosts.login).type('form')
  const { body } = await (client === 'plone'
    ? answer.auth(client, clientSecret).send(form)
    : answer.send({ ...form, client_id: client, client_secret: clientSecret })
  ).expect(200)
  return { browser: login.browser, hint: String(body.id_token), accessToken: String(body.access_token) }
}

describe('the software of municipal sites logs out', () => {
  it('WordPress: hint and its own address with a query, without a question', async () => {
    const { browser, hint, accessToken } = await enteredAt(
      'wp',
      `${WP}/wp-admin/admin-ajax.php?action=openid-connect-authorize`,
    )
    const uri = `${WP}/wp-login.php?loggedout=true&wp_lang=it_IT`
    const out = await browser.visit(endSession({ id_token_hint: hint, post_logout_redirect_uri: uri }))
    expect([out.status, out.location]).toEqual([303, uri])
    expect(await isAlive(accessToken)).toBe(false)
  })

  it('WordPress: an address in another language than the registered one ends on our page', async () => {
    const { browser, hint, accessToken } = await enteredAt(
      'wp',
      `${WP}/wp-admin/admin-ajax.php?action=openid-connect-authorize`,
    )
    const uri = `${WP}/wp-login.php?loggedout=true&wp_lang=de_DE`
    const out = await browser.visit(endSession({ id_token_hint: hint, post_logout_redirect_uri: uri }))
    expect([out.status, out.location]).toEqual([200, undefined])
    expect(out.text).toContain('Uscita completata')
    expect(await isAlive(accessToken)).toBe(false)
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['with its address', { post_logout_redirect_uri: 'https://drupal.ala.example/' }],
    ['without an address', {}],
  ])('Drupal: hint, %s', async (_, more) => {
    const { browser, hint, accessToken } = await enteredAt('drupal', 'https://drupal.ala.example/openid-connect/varco')
    const out = await browser.visit(endSession({ id_token_hint: hint, ...more }))
    expect(out.location).toBe(more.post_logout_redirect_uri)
    expect(await isAlive(accessToken)).toBe(false)
  })

  it('Plone: client_id and no hint, by a page with one button in the language of the citizen', async () => {
    const { browser, accessToken } = await enteredAt('plone', 'https://plone.ala.example/callback')
    const wish = { client_id: 'plone', post_logout_redirect_uri: 'https://plone.ala.example/', ui_locales: 'de' }
    const page = await browser.visit(endSession(wish))
    expect([page.status, page.location]).toEqual([200, undefined])
    expect(page.text).toMatch(/<html[^>]*lang="de"/)
    expect(page.text.match(/<button/g)).toHaveLength(1)
    expect(await isAlive(accessToken)).toBe(true)
    const out = await press(browser, page)
    expect([out.status, out.location]).toEqual([303, 'https://plone.ala.example/'])
    expect(await isAlive(accessToken)).toBe(false)
  })
})

describe('a logout', () => {
  it('is at once with a hint that has long expired', async () => {
    const { browser, hint } = await entered()
    later(7 * 3600 * 1000)
    const out = await browser.visit(
      endSession({ id_token_hint: hint, post_logout_redirect_uri: BACK, state: 'a b&c=ä' }),
    )
    expect(new URL(out.location ?? '').searchParams.get('state')).toBe('a b&c=ä')
    const { page } = await gateway.begin({ browser, params: { prompt: 'none' } })
    expect(new URL(page.location ?? '').searchParams.get('error')).toBe('login_required')
  })

  it('takes the cookie away in the way that its prefix demands, or the browser would keep it', async () => {
    const { browser, hint } = await entered()
    const out = await browser.visit(endSession({ id_token_hint: hint }))
    const lines = out.headers['set-cookie'] as unknown as string[]
    const session = lines.filter((line) => line.startsWith('__Secure-varco_session='))
    expect(session).toHaveLength(1)
    expect(session[0]).toMatch(/expires=Thu, 01 Jan 1970/i)
    for (const attribute of [/; path=\/t\/ala(;|$)/i, /; secure/i, /; httponly/i]) expect(session[0]).toMatch(attribute)
    expect([...browser.jar.keys()].filter((key) => key.includes('varco_session'))).toEqual([])
  })

  it('has no state where the site sent none', async () => {
    const { browser, hint } = await entered()
    expect((await browser.visit(endSession({ id_token_hint: hint, post_logout_redirect_uri: BACK }))).location).toBe(
      BACK,
    )
  })

  it('asks when the hint is for another client than the one that speaks, and then leads to its own address', async () => {
    const { browser, hint, accessToken } = await entered()
    const wish = { id_token_hint: hint, client_id: 'plone', post_logout_redirect_uri: 'https://plone.ala.example/' }
    const page = await browser.visit(endSession(wish))
    expect(page.text).toContain('Vuoi uscire?')
    expect(await isAlive(accessToken)).toBe(true)
    expect((await press(browser, page)).location).toBe('https://plone.ala.example/')
  })

  it.each<[why: string, params: (hint: string) => Readonly<Record<string, string>>]>([
    ['a client that does not exist', () => ({ client_id: 'nobody', post_logout_redirect_uri: BACK })],
    ['a hint whose signature was changed', (hint) => ({ id_token_hint: `${hint.slice(0, -8)}AAAAAAAA` })],
    ['a hint without a signature', (hint) => ({ id_token_hint: `${hint.split('.').slice(0, 2).join('.')}.` })],
    [
      'a hint that says alg none',
      (hint) => ({ id_token_hint: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${hint.split('.')[1]}.` }),
    ],
    ['a hint of nobody’s making', () => ({ id_token_hint: '%%%' })],
    ['nothing at all', () => ({})],
    ['only a state', () => ({ state: 'x' })],
  ])('asks, and never says 400, for %s', async (_, params) => {
    const { browser, hint, accessToken } = await entered()
    const page = await browser.visit(endSession(params(hint)))
    expect([page.status, page.location]).toEqual([200, undefined])
    expect(page.text).toContain('Vuoi uscire?')
    expect(await isAlive(accessToken)).toBe(true)
    const out = await press(browser, page)
    expect([out.status, out.location]).toEqual([200, undefined])
    expect(await isAlive(accessToken)).toBe(false)
  })

  it('of a session of the next Comune is not this one’s', async () => {
    const { browser, hint, accessToken } = await entered()
    const page = await browser.visit(endSession({ id_token_hint: hint, post_logout_redirect_uri: BACK }, 'moena'))
    expect([page.status, page.location]).toEqual([200, undefined])
    expect(await isAlive(accessToken)).toBe(true)
  })

  it('where nobody is logged in leads straight back', async () => {
    const browser = gateway.browser()
    const wish = { client_id: 'plone', post_logout_redirect_uri: 'https://plone.ala.example/', state: 's' }
    expect((await browser.visit(endSession(wish))).location).toBe('https://plone.ala.example/?state=s')
  })

  it('leads to the same place when the button is pressed twice', async () => {
    const { browser } = await entered()
    const page = await browser.visit(
      endSession({ client_id: 'plone', post_logout_redirect_uri: 'https://plone.ala.example/' }),
    )
    const outs = [await press(browser, page), await press(browser, page)]
    expect(outs.map(({ location }) => location)).toEqual(['https://plone.ala.example/', 'https://plone.ala.example/'])
  })

  it.each(['HEAD', 'PUT', 'DELETE'] as const)('does not happen by %s', async (method) => {
    const { hint, browser, accessToken } = await entered()
    const cookie = [...browser.jar.values()].map(({ value }) => value).join('; ')
    const path = endSession({ id_token_hint: hint }).slice(`https://${hosts.login}`.length)
    const agent = request(gateway.regional)
    const sent = { HEAD: agent.head(path), PUT: agent.put(path), DELETE: agent.delete(path) }[method]
    await sent.set({ Host: hosts.login, Cookie: cookie }).expect(405)
    expect(await isAlive(accessToken)).toBe(true)
  })
})

describe('a logout by a form that another site posts', () => {
  const action = () => endSession({}).slice(0, -1)

  it('comes without the session cookie, and still ends the session, with no token in an address', async () => {
    const { browser, hint, accessToken } = await entered()
    const form = { id_token_hint: hint, post_logout_redirect_uri: BACK, state: 's' }
    const sent = await browser.visit(action(), { form, crossSite: true })
    expect(sent.status).toBe(303)
    expect(sent.location).toMatch(/^https:\/\/login\.regione\.example\/t\/ala\/end-session\?request=[\w-]{22,}$/)
    const out = await browser.visit(sent.location ?? '')
    expect([out.status, out.location]).toEqual([303, `${BACK}?state=s`])
    expect(await isAlive(accessToken)).toBe(false)
    // once
    expect((await browser.visit(sent.location ?? '')).location).toBeUndefined()
  })

  it('asks where the hint is missing, in the language that it asked for', async () => {
    const { browser } = await entered()
    const sent = await browser.visit(action(), { form: { client_id: 'plone', ui_locales: 'en' }, crossSite: true })
    const page = await browser.visit(sent.location ?? '')
    expect(page.text).toMatch(/<html[^>]*lang="en"/)
    expect(page.text).toContain('<form')
  })

  it('that is too long to keep asks', async () => {
    const { browser, accessToken } = await entered()
    const sent = await browser.visit(action(), { form: { id_token_hint: 'x'.repeat(9000) }, crossSite: true })
    expect((await browser.visit(sent.location ?? '')).text).toContain('Vuoi uscire?')
    expect(await isAlive(accessToken)).toBe(true)
  })

  it('is not pressed by a link, not even with the right value', async () => {
    const { browser, accessToken } = await entered()
    const { fields } = formIn(await browser.visit(endSession({})))
    expect((await browser.visit(endSession(fields))).text).toContain('Vuoi uscire?')
    expect(await isAlive(accessToken)).toBe(true)
  })

  it('without a session cannot press the button of a page that another browser saw', async () => {
    const attacker = await entered()
    const theirs = formIn(await attacker.browser.visit(endSession({})))
    const victim = await entered({ person: 'mario' })
    for (const crossSite of [true, false]) {
      const sent = await victim.browser.visit(theirs.action, { form: theirs.fields, crossSite })
      await victim.browser.follow(sent)
    }
    expect(await isAlive(victim.accessToken)).toBe(true)
  })
})

describe('the way back', () => {
  it.each([
    'https://evil.example/',
    'https://www.ala.example',
    'https://www.ala.example/?next=https://evil.example/',
    'https://www.ala.example/#fragment',
    'https://www.ala.example.evil.example/',
    'https://www.ala.example@evil.example/',
    'https://www.ala.example:444/',
    'https://www.ala.example//evil.example/',
    'https://www.ala.example/..//evil.example',
    'http://www.ala.example/',
    'https://WWW.ala.example/%2e%2e/',
    '//evil.example/',
    'javascript:alert(1)',
    'https://www.moena.example/',
    'https://plone.ala.example/',
  ])('%s is not that of this service: logged out, and nowhere sent', async (uri) => {
    const { browser, hint, accessToken } = await entered()
    const out = await browser.visit(endSession({ id_token_hint: hint, post_logout_redirect_uri: uri }))
    expect([out.status, out.location]).toEqual([200, undefined])
    expect(out.text).not.toContain('evil')
    expect(await isAlive(accessToken)).toBe(false)
  })

  it('is nobody’s without a client', async () => {
    const { browser } = await entered()
    const page = await browser.visit(endSession({ post_logout_redirect_uri: BACK }))
    expect((await press(browser, page)).location).toBeUndefined()
  })
})

describe('with single sign-on', () => {
  const inTwo = async () => {
    const first = await entered()
    const second = await gateway.begin({ browser: first.browser, client: 'palestra', params: { prompt: 'none' } })
    return { ...first, second: (await gateway.claimsOf(second, second.page)).tokens }
  }

  it('the page that asks says who is logged in and what ends, and ends everything', async () => {
    const { browser, accessToken, second } = await inTwo()
    const page = await browser.visit(endSession({}))
    expect(page.text).toContain('L’accesso di questo browser è di Ada Rossi')
    expect(page.text).toContain('Asilo nido')
    expect(page.text).toContain('Palestra')
    expect(page.text).toContain('Esci da tutto')
    const out = await press(browser, page)
    expect(await isAlive(accessToken)).toBe(false)
    expect(await isAlive(second.access_token)).toBe(false)
    expect(out.text).toContain('Uscita completata')
    // both sites may still show the name: neither can be told
    expect(linksIn(out)).toEqual(expect.arrayContaining(['https://www.ala.example/', 'https://palestra.ala.example/']))
  })

  it('the logged-out page names the other services, not the one that asked', async () => {
    const { browser, hint } = await inTwo()
    const out = await browser.visit(endSession({ id_token_hint: hint }))
    expect(out.text).toContain('https://palestra.ala.example/')
    expect(out.text).not.toContain('href="https://www.ala.example/"')
  })

  it('the logged-out page names nobody where there was one service only', async () => {
    const { browser, hint } = await entered()
    const out = await browser.visit(endSession({ id_token_hint: hint }))
    expect(out.text).toContain('Uscita completata')
    expect(out.text).not.toContain('mostrano ancora il tuo nome')
  })
})
