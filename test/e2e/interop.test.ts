/**
 * Sites with the software that municipalities have, each on a port of its own, from nobody to logged in to logged out: two with the
 * real package, three with the requests of a plugin (test/fixtures/sites). Single sign-on is on: a session that is left over shows.
 */
import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { citizenOf } from '../../sandbox/citizens.ts'
import { type Browser, createBrowser } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'
import { freePort } from '../fixtures/redis-server.ts'
import { drupal } from '../fixtures/sites/drupal.ts'
import { openidClient } from '../fixtures/sites/openid-client.ts'
import { passportOpenidconnect } from '../fixtures/sites/passport.ts'
import { plone } from '../fixtures/sites/plone.ts'
import { NOBODY, type Settings, type Site, startSite } from '../fixtures/sites/site.ts'
import { wordpress } from '../fixtures/sites/wordpress.ts'

/** As `varco client add` makes them. */
const clientSecret = 'kV8-3qzN_1fJwXc0RrTtYyUuIiOoPpAaSsDdFfGgHhA'
const programs = {
  'openid-client 6': { create: openidClient, keys: [] },
  'passport-openidconnect': { create: passportOpenidconnect, keys: ['pkce: optional'] },
  WordPress: { create: wordpress, keys: ['preset: wordpress', 'email_fallback: synthetic'] },
  Drupal: { create: drupal, keys: ['preset: drupal', 'email_fallback: synthetic'] },
  Plone: { create: plone, keys: ['preset: plone'] },
} as const
type Program = keyof typeof programs
const names = Object.keys(programs) as Program[]

let gateway: TestGateway
const sites = new Map<Program, Site & { settings: Settings; afterLogout: string }>()
beforeAll(async () => {
  const publicUrl = `http://127.0.0.1:${await freePort()}`
  const planned = []
  for (const name of names) {
    const url = `http://127.0.0.1:${await freePort()}`
    const clientId = name.toLowerCase().replaceAll(' ', '-')
    const settings = { issuer: `${publicUrl}/t/ala`, clientId, clientSecret, url }
    planned.push({ name, settings, software: programs[name].create(settings), keys: programs[name].keys })
  }
  const entries = planned.map(({ name, settings: { clientId, url }, software, keys }) =>
    [
      `  - id: ${clientId}`,
      `names: { it: ${name} }`,
      `url: ${url}/`,
      `redirect_uris: ["${url}${software.callbackPath}"]`,
      `post_logout_redirect_uris: ["${url}${software.afterLogoutPath}"]`,
      'claims: [given_name, family_name, name, fiscal_number]',
      `secrets: [{ sha256: ${hash('sha256', clientSecret)} }]`,
      ...keys,
    ].join('\n    '),
  )
  gateway = await startGateway({
    publicUrl,
    tenants: { ala: 'single_sign_on: { hours: 8 }' },
    clients: { ala: entries.join('\n') },
  })
  for (const { name, software, settings } of planned) {
    const afterLogout = `${settings.url}${software.afterLogoutPath}`
    sites.set(name, { ...(await startSite(software, settings)), settings, afterLogout })
  }
})
afterAll(async () => {
  await Promise.all([...sites.values()].map((site) => site.close()))
  await gateway?.close()
})

const at = (name: Program) => {
  const site = sites.get(name)
  if (site === undefined) throw new Error(`no site with ${name}`)
  return site
}
/** Goes wherever a redirect leads on this machine: gateway and sites. */
const newBrowser = () => createBrowser({ addressOf: (host) => (host.startsWith('127.0.0.1:') ? `http://${host}` : '') })

/** Presses what is to be pressed; ends on a page of the site. */
const enter = async (name: Program, browser: Browser, way: 'spid' | 'cie') => {
  const { url, clientId } = at(name).settings
  const page = await browser.get(`${url}/login`)
  const login = { browser, page, tenant: 'ala', client: clientId, verifier: '', state: '', nonce: '' }
  const idp = way === 'spid' ? gateway.idps.alfa : gateway.idps.cie
  return gateway.deliver(browser, gateway.answer(idp, await gateway.choose(login, way, idp)))
}
const leave = async (name: Program, browser: Browser) => {
  const page = await browser.get(`${at(name).settings.url}/logout`)
  if (!page.text.includes('Vuoi uscire?')) return { page, asked: false }
  const { action, fields } = formIn(page)
  return { page: await browser.post(action, fields), asked: true }
}
/** Whether the gateway lets this browser in at another service without a question. */
const knownAtGateway = async (browser: Browser) => {
  const { page } = await gateway.begin({ browser, params: { prompt: 'none' } })
  return new URL(page.location ?? page.url).searchParams.has('code')
}

describe.each(names)('%s', (name) => {
  it.each(['spid', 'cie'] as const)('logs its citizen in by %s, and out at the site and here', async (way) => {
    const ada = citizenOf('ada')
    const browser = newBrowser()
    const { url } = at(name).settings
    expect((await browser.get(url)).text).toBe(NOBODY)

    const inside = await enter(name, browser, way)
    expect([inside.url, inside.status]).toEqual([`${url}/`, 200])
    expect(inside.text.toUpperCase()).toBe(`${ada?.name} ${ada?.familyName}, ${ada?.fiscalNumber}`.toUpperCase())
    expect(await knownAtGateway(browser)).toBe(true)
    const { accessToken = '' } = at(name).person() ?? {}
    await gateway.userinfo('ala', accessToken).expect(200)

    const { page: outside, asked } = await leave(name, browser)
    expect([outside.url, outside.text]).toEqual([at(name).afterLogout, NOBODY])
    // who sends no hint is asked, and nobody else
    expect(asked).toBe(name === 'Plone')
    expect((await browser.get(url)).text).toBe(NOBODY)
    expect(await knownAtGateway(browser)).toBe(false)
    await gateway.userinfo('ala', accessToken).expect(401)
  })

  it('hears of a citizen who goes back, and has nobody logged in', async () => {
    const browser = newBrowser()
    const { url } = at(name).settings
    const page = await browser.get(`${url}/login`)
    const back = await browser.get(new URL('abort', `${page.url.split('?')[0]}/`).href)
    expect(new URL(back.url).searchParams.get('error') ?? back.text).toContain('access_denied')
    expect((await browser.get(url)).text).toBe(NOBODY)
  })
})

it('the next site of the Comune needs one click, and a logout there is the logout of the browser', async () => {
  const browser = newBrowser()
  await enter('openid-client 6', browser, 'spid')
  const { url } = at('passport-openidconnect').settings
  const link = linksIn(await browser.get(`${url}/login`)).find((href) => href.includes('/continue?'))
  const inside = await browser.get(link ?? '')
  expect(inside.url).toBe(`${url}/`)
  expect(inside.text).toContain('Ada')
  await leave('passport-openidconnect', browser)
  expect(await knownAtGateway(browser)).toBe(false)
})
