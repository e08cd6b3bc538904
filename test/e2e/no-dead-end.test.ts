/** One story for each accident: the page knows whose it is and which service it was for, and offers the next step. */
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const AGAIN = 'https://www.ala.example/login'

describe('no dead end', () => {
  let gateway: TestGateway
  let skipped = 0
  beforeAll(async () => {
    gateway = await startGateway({
      now: () => Date.now() + skipped,
      config: (config) => ({
        ...config,
        tenants: config.tenants.map((tenant) => ({
          ...tenant,
          clients: tenant.clients.map((client) =>
            client.id === 'sito' && tenant.id === 'ala' ? { ...client, initiateLoginUri: AGAIN } : client,
          ),
        })),
      }),
    })
  })
  afterAll(() => gateway.close())

  const knowsWhere = (page: Page) => {
    expect(page.text).toContain('Comune di ala')
    expect(page.text).toContain('Asilo nido')
  }
  /** A page of its own: tenant, service, and the way to start again at the service. */
  const leadsBack = (page: Page) => {
    knowsWhere(page)
    expect(linksIn(page)).toContain(AGAIN)
  }
  /** The choice, where the citizen can act at once. */
  const isChoice = (page: Page) => {
    knowsWhere(page)
    expect(linksIn(page).some((href) => href.includes('/begin?upstream=spid'))).toBe(true)
  }
  const finishOf = async (way: 'spid' | 'cie' = 'spid') => {
    const { login, post } = await gateway.upToAnswer(way)
    const { host, pathname } = new URL(post.action)
    const answer = await request(gateway.regional).post(pathname).set('Host', host).type('form').send(post.fields)
    return { login, post, finish: new URL(answer.headers.location ?? '', `https://${host}`).href }
  }

  it('back button: from the provider to the choice, and another way is taken', async () => {
    const { login } = await gateway.upToAnswer('spid')
    const again = await login.browser.get(login.page.url)
    isChoice(again)
    const sent = await gateway.choose({ ...login, page: again }, 'cie', gateway.idps.cie)
    expect(gateway.codeOf(await gateway.deliver(login.browser, gateway.answer(gateway.idps.cie, sent)))).toBeTruthy()
  })

  it('back button after success: the page says that the login is done and leads to the service', async () => {
    const { login } = await gateway.loginBy('spid')
    const back = await login.browser.get(login.page.url)
    expect(back.status).toBe(403)
    leadsBack(back)
  })

  it('refresh of the choice keeps the login and the order of the providers', async () => {
    const login = await gateway.begin()
    const again = await login.browser.get(login.page.url)
    expect(linksIn(again).filter((href) => href.includes('/begin'))).toEqual(
      linksIn(login.page).filter((href) => href.includes('/begin')),
    )
  })

  it('refresh of the page at the end of an attempt that failed: the choice is still there', async () => {
    const { login, end } = await gateway.loginBy('spid', { errorCode: 22 })
    isChoice(end)
    const again = await login.browser.get(end.url)
    expect(again.status).toBe(200)
    isChoice(again)
    leadsBack(await gateway.browser().get(end.url))
  })

  it('double submit of the provider’s answer: one of them arrives, the other says that it was used', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const ends = await Promise.all([gateway.deliver(login.browser, post), gateway.deliver(login.browser, post)])
    const arrived = ends.filter(({ location }) => location?.includes('code='))
    expect(arrived).toHaveLength(1)
    const [other] = ends.filter((end) => !arrived.includes(end))
    if (other) leadsBack(other)
  })

  it('double click on a way in: both lead to the provider and the later answer counts', async () => {
    const login = await gateway.begin()
    await gateway.choose(login, 'spid', gateway.idps.alfa)
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    expect(gateway.codeOf(await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent)))).toBeTruthy()
  })

  it('two tabs: each is a login of its own', async () => {
    const first = await gateway.begin()
    const second = await gateway.begin({ browser: first.browser })
    for (const login of [second, first]) {
      const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
      const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
      expect((await gateway.claimsOf(login, end)).userinfo.given_name).toBe('Ada')
    }
  })

  it('a page that was left open until it expired', async () => {
    const login = await gateway.begin()
    skipped += 31 * 60_000
    const late = await login.browser.get(linksIn(login.page).find((href) => href.includes('/begin')) ?? '')
    skipped = 0
    leadsBack(late)
  })

  it('the answer of a provider that came after the login had expired', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    skipped += 31 * 60_000
    const late = await gateway.deliver(login.browser, post)
    skipped = 0
    expect(late.text).toContain('Comune di ala')
    expect(late.status).toBe(403)
  })

  it('a cookie that was lost on the way', async () => {
    const { login, finish } = await finishOf()
    login.browser.jar.clear()
    leadsBack(await login.browser.get(finish))
  })

  it('a browser that takes no cookies reads so', async () => {
    const login = await gateway.begin()
    const without = await gateway.browser().get(login.page.url)
    leadsBack(without)
    expect(without.text).toMatch(/cookie/i)
  })

  it('a bookmark of the middle: of the choice, of the way to a provider, of the end', async () => {
    const login = await gateway.begin()
    const begin = linksIn(login.page).find((href) => href.includes('/begin')) ?? ''
    skipped += 2 * 3_600_000
    const stranger = gateway.browser()
    leadsBack(await stranger.get(login.page.url))
    const middle = await stranger.get(begin)
    skipped = 0
    // nobody remembers the service so long: the Comune and its site are known
    expect(middle.text).toContain('Comune di ala')
    expect(linksIn(middle).some((href) => href.startsWith('https://www.ala.example'))).toBe(true)
  })

  it('another browser finishes: it learns why and starts again at the service', async () => {
    const { finish } = await finishOf('cie')
    const other = await gateway.browser().get(finish)
    expect(other.status).toBe(403)
    leadsBack(other)
  })

  it('the address of the assertion opened as a page', async () => {
    const page = await gateway.browser().get(`${gateway.issuerOf('ala')}/saml/spid/acs`)
    expect([page.status, page.text.includes('Comune di ala')]).toEqual([405, true])
    expect(linksIn(page).some((href) => href.includes('www.ala'))).toBe(true)
  })

  it('the gateway was started again meanwhile, with a store that forgets', async () => {
    const before = await startGateway()
    const login = await before.begin()
    await before.close({ keep: true })
    const after = await startGateway({ folder: before.folder })
    // the page in the browser is still the old one: whatever is clicked there knows the service
    const clicked = linksIn(login.page).filter((href) => href.includes('/login/'))
    expect(clicked.length).toBeGreaterThan(6)
    for (const href of [login.page.url, ...clicked.filter((one) => !one.includes('/help'))]) {
      const page = await after.browser().get(href)
      expect([href, page.status, page.text.includes('src="/assets/municipality')]).toEqual([href, 400, true])
      expect(page.text).toContain('class="button" href="https://www.ala.example/accedi"')
    }
    await after.close()
  })

  it('a second person on the same computer is told that the first one was still logged in', async () => {
    const first = await gateway.loginBy('spid', { person: 'ada' })
    const second = await gateway.loginBy('spid', { person: 'mario', browser: first.login.browser })
    const on = await gateway.pastAnother(second.login, second.end)
    expect((await gateway.claimsOf(second.login, on)).userinfo.given_name).toBe('Mario')
  })

  it('a site that sends the browser back and forth is stopped, with the way out', async () => {
    const { browser } = await gateway.begin()
    let page = await gateway.begin({ browser })
    for (let i = 0; i < 25 && page.page.status === 200; i++) page = await gateway.begin({ browser })
    expect([page.page.status, page.page.text.includes('login_loop')]).toEqual([429, true])
    expect(page.page.text).toContain('Comune di ala')
    expect((await gateway.begin()).page.status).toBe(200)
  })
})
