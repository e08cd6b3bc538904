import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const START = Date.parse('2026-11-22T10:00:00Z')

describe('/status and what the pages say of it', () => {
  let gateway: TestGateway
  let now = START
  beforeAll(async () => {
    gateway = await startGateway({
      now: () => now,
      config: ({ region, tenants, ...config }) => ({
        ...config,
        // the tests stand where the proxy stands
        trustedProxies: ['127.0.0.1'],
        region: {
          ...region,
          notices: [{ text: { it: 'Domani mattina manutenzione' }, from: START, until: START + 3_600_000 }],
        },
        tenants: tenants.map((tenant) =>
          tenant.id === 'moena'
            ? {
                ...tenant,
                notices: [{ text: { it: 'Ufficio chiuso', de: 'Amt geschlossen' }, from: 0, until: START + 60_000 }],
              }
            : tenant,
        ),
      }),
    })
  })
  afterAll(() => gateway.close())

  const status = () => request(gateway.regional).get('/status').set('Host', 'login.regione.example')
  const standings = async () => {
    const { body } = await status().set('Accept', 'application/json').expect(200)
    const [spid, ...others] = body.ways as {
      label: string
      standing: string
      providers: { name: string; standing: string }[]
    }[]
    return { spid, others }
  }

  it('says nothing of a provider before enough people came back from it', async () => {
    const { spid, others } = await standings()
    expect([spid?.standing, ...others.map(({ standing }) => standing)]).toEqual(['unknown', 'unknown', 'unknown'])
  })

  it('counts a login that a citizen gave up at the provider as one that works', async () => {
    await gateway.loginBy('spid', { errorCode: 25 })
    expect((await standings()).spid?.standing).toBe('well')
  })

  it('does not believe what nobody signed', async () => {
    for (let i = 0; i < 25; i++) {
      const { login, idp, sent } = await gateway.upToAnswer('cie')
      await gateway.deliver(login.browser, gateway.answer(idp, sent, { errorCode: 11, sign: 'none' }))
    }
    expect((await standings()).others[0]?.standing).toBe('unknown')
  })

  it('believes many who leave and do not come back, and not one person with many addresses', async () => {
    const leave = async (address: string) => {
      const login = await gateway.begin({ browser: gateway.browser({ 'X-Forwarded-For': address }) })
      await gateway.choose(login, 'spid', gateway.idps.beta)
    }
    const beta = async () => (await standings()).spid?.providers.find(({ name }) => name === 'beta')?.standing
    for (let network = 0; network < 12; network++) await leave(`2001:db8:1:${network}::1`)
    expect(await beta()).toBe('unknown')
    for (let network = 2; network < 12; network++) await leave(`2001:db8:${network}::1`)
    expect(await beta()).toBe('trouble')
  })

  it('says that a provider is in trouble when most of its signed answers are bad, and the login page says it too', async () => {
    for (let i = 0; i < 25; i++) await gateway.loginBy('spid', { errorCode: 11 })
    const { spid } = await standings()
    expect(spid?.providers.find(({ name }) => name === 'alfa')?.standing).toBe('trouble')
    const { page } = await gateway.begin()
    expect(page.text).toMatch(/alfa<\/a> <span class="trouble">/)
    expect(linksIn(page).some((href) => href.includes(encodeURIComponent(gateway.idps.alfa.entityId)))).toBe(true)
  })

  it('forgets it after a quarter of an hour', async () => {
    now += 16 * 60_000
    expect((await standings()).spid?.standing).toBe('unknown')
    now = START
  })

  it('is a page in the citizen’s language, reached from the foot of each page', async () => {
    const { page, browser } = await gateway.begin()
    const href = linksIn(page).find((one) => one.includes('/status')) ?? ''
    const shown = await browser.get(href)
    expect([shown.status, shown.text.includes('Come vanno gli accessi')]).toEqual([200, true])
    expect((await status().query({ lang: 'de' })).text).toContain('Wie es um die Anmeldungen steht')
  })

  it('knows which Comune somebody came from, leads to its site, and takes no other word for it', async () => {
    const { page, browser } = await gateway.begin()
    const { text } = await browser.get(linksIn(page).find((one) => one.includes('/status')) ?? '')
    expect(text).toMatch(/<main[\s\S]*class="button" href="https:\/\/www\.ala\.example[\s\S]*<\/main>/)
    const german = linksIn({ ...page, text }).find((one) => one.includes('lang=de')) ?? ''
    expect((await browser.get(german)).text).toContain('class="button" href="https://www.ala.example')
    const stranger = await status().query({ tenant: 'atlantide"><script>' }).expect(200)
    expect(stranger.text).not.toContain('atlantide')
    expect(stranger.headers.vary).toBe('Accept, Accept-Language, Cookie')
  })

  it('shows the notices of the region everywhere and those of a tenant there, for as long as they last', async () => {
    const texts = async (tenant: string) => (await gateway.begin({ tenant })).page.text
    expect(await texts('ala')).toContain('Domani mattina manutenzione')
    expect(await texts('ala')).not.toContain('Ufficio chiuso')
    expect(await texts('moena')).toMatch(/Ufficio chiuso[\s\S]*Domani mattina/)
    now = START + 120_000
    expect(await texts('moena')).not.toContain('Ufficio chiuso')
    now = START + 3_700_000
    expect(await texts('ala')).not.toContain('Domani mattina')
    now = START
  })
})
