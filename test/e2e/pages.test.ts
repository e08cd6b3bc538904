/** What the pages of a login are, over real HTTP: which ways in, in whose words, with whose coat of arms, and where they lead. */
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../../src/config/gateway-config.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
const OTHER = 'https://vecchio.ala.example/accedi'
const FACEBOOK =
  'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 [FBAN/FB4A;FBAV/445;]'
const CHROME =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36'
const DESKTOP = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36'

const dressed = (config: GatewayConfig): GatewayConfig => ({
  ...config,
  tenants: config.tenants.map((tenant) =>
    tenant.id === 'ala'
      ? {
          ...tenant,
          branding: {
            colour: '#7a1f2e',
            logo: { type: 'image/svg+xml', body: Buffer.from(SVG) },
            text: { it: 'Benvenuti', de: 'Willkommen' },
          },
          clients: tenant.clients.map((client) => ({
            ...client,
            otherAccess: { label: { it: 'Professionisti', de: 'Freiberufler' }, url: OTHER },
          })),
        }
      : tenant,
  ),
})

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ config: dressed })
})
afterAll(() => gateway.close())

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  request(gateway.regional)
    .get(path)
    .set({ Host: 'login.regione.example', ...headers })

describe('the login page', () => {
  it('says which data go to whom, of those that the request asked for', async () => {
    const { page } = await gateway.begin({ params: { scope: 'openid fiscal_number' } })
    const data = /<section class="data"[\s\S]*?<\/section>/.exec(page.text)?.[0] ?? ''
    expect(data).toContain('passiamo a «Asilo nido» (Comune di ala) solo questi dati')
    expect([...data.matchAll(/<li>([^<]*)/g)].map(([, label]) => label)).toEqual(['Codice fiscale'])
  })

  it('greets in the words of the Comune and of the service, in the language of the page', async () => {
    const { page } = await gateway.begin({ params: { ui_locales: 'de' } })
    expect(page.text).toContain('<p class="own">Willkommen</p>')
    expect(page.text).toContain('Freiberufler</a>')
    const english = await gateway.begin({ params: { ui_locales: 'en' } })
    expect(english.page.text).toContain('<p class="own"><span lang="it">Benvenuti</span></p>')
  })

  it('serves coat of arms and colour under a policy that lets them do nothing', async () => {
    const { page } = await gateway.begin()
    const [, logo = ''] = /<img class="arms" src="([^"]+)"/.exec(page.text) ?? []
    const [, styles = ''] = /<link rel="stylesheet" href="(\/assets\/brand\/[^"]+)"/.exec(page.text) ?? []
    const picture = await get(logo).expect(200)
    expect(picture.headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(picture.body.toString()).toBe(SVG)
    await get(styles).expect(200, ':root{--brand:#7a1f2e;--slim:#571621}')
    await get(logo.replace('/ala/', '/moena/')).expect(404)
    await get(logo.replace(/-[0-9a-f]{16}/, '-0000000000000000')).expect(404)
    const { page: plain } = await gateway.begin({ tenant: 'moena' })
    expect(plain.text).not.toContain('/assets/brand/')
  })

  it('tells who opened it inside of another app where to begin again, and only them', async () => {
    const hint = async (agent: string) => {
      const { browser, page } = await gateway.begin()
      return (await browser.get(page.url, { headers: { 'User-Agent': agent } })).text
    }
    const inside = await hint(FACEBOOK)
    expect(inside).toContain('Questa pagina è aperta dentro un’app')
    expect(inside).toContain('<code class="address" id="address" translate="no">https://www.ala.example/accedi</code>')
    for (const agent of [CHROME, DESKTOP]) expect(await hint(agent)).not.toContain('class="address"')
    expect(await hint(CHROME)).toContain('<details class="folded">')
    expect(await hint(DESKTOP)).not.toContain('<details class="folded">')
  })

  it('allows a form to go nowhere but home', async () => {
    const { page } = await gateway.begin()
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
  })
})

describe('the other way in of a service', () => {
  it('stands last, ends the login here and tells the service nothing', async () => {
    const login = await gateway.begin()
    const links = linksIn(login.page)
    const other = links.findIndex((href) => href.includes('/other?'))
    expect(other).toBeGreaterThan(links.findLastIndex((href) => href.includes('/begin?')))
    const left = await login.browser.visit(links[other] ?? '')
    expect([left.status, left.location]).toEqual([303, OTHER])
    expect(gateway.events('login.left')).toMatchObject([{ tenant: 'ala', client: 'sito' }])
    const back = await login.browser.get(login.page.url)
    expect([back.status, back.text.includes('La pagina è scaduta')]).toEqual([400, true])
    expect(back.text).toContain('href="https://www.ala.example/accedi">Ricomincia da «Asilo nido»')
    const late = await login.browser.get(links.find((href) => href.includes('upstream=cie')) ?? '')
    expect(late.status).toBe(400)
  })

  it('is taken only in the browser that began the login, and only where there is one', async () => {
    const { page } = await gateway.begin()
    const link = linksIn(page).find((href) => href.includes('/other?')) ?? ''
    expect((await gateway.browser().visit(link)).location).toBeUndefined()
    const { browser, page: plain } = await gateway.begin({ tenant: 'moena' })
    expect(plain.text).not.toContain('/other?')
    expect((await browser.visit(`${plain.url.split('?')[0]}/other`)).status).toBe(404)
  })
})

describe('an alert above the choice', () => {
  it('stays the same in another language: provider, number of the request and the way to try again', async () => {
    const { login, end } = await gateway.loginBy('spid', { errorCode: 21 })
    expect(end.text).toContain('È passato troppo tempo')
    const retry = linksIn(end).find((href) => href.includes('/begin?')) ?? ''
    expect(new URL(retry).searchParams.get('idp')).toBe(gateway.idps.alfa.entityId)
    const [, number] = /translate="no">([\w-]{14})<\/code>/.exec(end.text) ?? []
    const german = linksIn(end).find((href) => href.includes('lang=de')) ?? ''
    const turned = await login.browser.get(german)
    expect(turned.status).toBe(403)
    expect(turned.text).toContain('Es ist zu viel Zeit vergangen')
    expect(turned.text).toContain(`>${number}</code>`)
    const again = linksIn(turned).find((href) => href.includes('/begin?')) ?? ''
    expect(new URL(again).searchParams.get('idp')).toBe(gateway.idps.alfa.entityId)
    expect((await login.browser.visit(again)).status).toBe(302)
  })

  it('says nothing that somebody put into the address', async () => {
    const { browser, page } = await gateway.begin()
    const address = `${page.url}&after=idp_timeout&from=spid&idp=https%3A%2F%2Fevil.example&request=evil`
    const { text } = await browser.get(address)
    expect(text).toContain('È passato troppo tempo')
    expect(text).not.toContain('evil')
  })

  it('leads with what happened to the help desk, in a message that names no person', async () => {
    const { end } = await gateway.loginBy('cie', { errorCode: 23 })
    const [, href = ''] = /href="(mailto:[^"]+subject[^"]+)"/.exec(end.text) ?? []
    const mail = new URL(href.replaceAll('&amp;', '&'))
    expect(mail.pathname).toBe('aiuto@regione.example')
    expect(mail.searchParams.get('subject')).toBe('Problema di accesso idp_identity_blocked')
    expect(mail.searchParams.get('body')).toMatch(
      /Numero della richiesta: [\w-]{14}\r\nOra: .*\r\nServizio: Asilo nido, Comune di ala$/,
    )
  })

  it('after too low a level with CIE offers to read the card', async () => {
    const { end } = await gateway.loginBy('cie', { level: 1, params: { acr_values: 'https://www.spid.gov.it/SpidL2' } })
    expect(end.text).toContain('saml_level_too_low')
    const retry = linksIn(end).find((href) => href.includes('/begin?')) ?? ''
    expect(Object.fromEntries(new URL(retry).searchParams)).toMatchObject({ upstream: 'cie', level: '3' })
  })
})

describe('questions and answers', () => {
  it('lead back to the login that they were opened from, which goes on', async () => {
    const login = await gateway.begin()
    const help = await login.browser.get(linksIn(login.page).find((href) => href.includes('/help')) ?? '')
    expect(help.status).toBe(200)
    expect(help.text).toContain('Torna all’accesso a «Asilo nido»')
    const back = await login.browser.get(
      linksIn(help).find((href) => /\/login\/[\w-]+\?lang=it&c=sito$/.test(href)) ?? '',
    )
    const sent = await gateway.choose({ ...login, page: back }, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
    expect(gateway.codeOf(end)).toBeTruthy()
  })

  it('are read on their own, and by a stranger to a login without a way into it', async () => {
    const { text } = await get('/t/ala/help?lang=de').expect(200)
    expect(text).toContain('<h1>Fragen und Antworten</h1>')
    expect(text).not.toContain('Zurück zur Anmeldung')
    const { page } = await gateway.begin()
    const stranger = await gateway.browser().get(`${page.url.split('?')[0]}/help`)
    expect([stranger.status, stranger.text.includes('Torna all’accesso')]).toEqual([200, false])
    await request(gateway.regional).post('/t/ala/help').set('Host', 'login.regione.example').expect(405)
  })

  it('speak only of ways in that the Comune has', async () => {
    const { text } = await get('/t/ala/help').expect(200)
    for (const id of ['spid', 'cie', 'cns', 'everyone']) expect(text).toContain(`<h2 id="${id}">`)
    expect(text).not.toContain('<h2 id="eidas">')
  })
})

describe('an error page', () => {
  it('comes in another language by a link, where it can be asked for again', async () => {
    const unknown = await get('/t/nowhere/authorize?a=1', { Accept: 'text/html' }).expect(404)
    expect(unknown.text).toContain('href="/t/nowhere/authorize?a=1&amp;lang=de"')
    const german = await get('/t/nowhere/authorize?a=1&lang=de', { Accept: 'text/html' }).expect(404)
    expect(german.text).toContain('<html lang="de">')
    expect(german.text).toContain('href="/t/nowhere/authorize?a=1&amp;lang=it"')
    const { page } = await gateway.begin()
    const finish = await gateway.browser().get(`${page.url.split('?')[0]}/finish?handle=x`)
    expect(finish.status).toBe(403)
    expect(finish.text).not.toContain('class="languages"')
  })

  it('of a tenant leads to its help with the whole address: it may stand on the host of the cards', async () => {
    const { text } = await get('/t/ala/login/nobody', { Accept: 'text/html' }).expect(400)
    expect(text).toContain('href="https://login.regione.example/t/ala/help?lang=it"')
  })
})

describe('a region that has switched SPID off', () => {
  let without: TestGateway
  beforeAll(async () => {
    without = await startGateway({ methodOrder: '[cie, cns]' })
  })
  afterAll(() => without.close())

  it('offers the other ways in, speaks of SPID nowhere and lets nobody begin with it', async () => {
    const login = await without.begin()
    expect(login.page.text).not.toContain('SPID')
    expect(login.page.text.indexOf('id="cie"')).toBeLessThan(login.page.text.indexOf('id="cns"'))
    const cie = linksIn(login.page).find((href) => href.includes('upstream=cie')) ?? ''
    const spid = new URL(cie)
    spid.searchParams.set('upstream', 'spid')
    spid.searchParams.set('idp', without.idps.alfa.entityId)
    const refused = await login.browser.get(spid.href)
    expect([refused.status, refused.text.includes('upstream_not_allowed')]).toEqual([403, true])
    const end = await without.loginBy('cie')
    expect(without.codeOf(end.end)).toBeTruthy()
    const help = await login.browser.get(`${login.page.url.split('?')[0]}/help`)
    expect(help.text).not.toContain('SPID')
    for (const lang of ['de', 'lld', 'en'])
      expect((await login.browser.get(`${login.page.url}&lang=${lang}`)).text).not.toContain('SPID')
  })

  it('shows the page also to a service that hints at SPID', async () => {
    const { page } = await without.begin({ params: { idp_hint: without.idps.alfa.entityId } })
    expect([page.status, page.text.includes('Entra con CIE')]).toEqual([200, true])
  })
})
