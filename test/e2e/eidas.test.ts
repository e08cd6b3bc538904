/** eIDAS, as people of other European countries and the services meet it: docs/rules/spid-saml.md section 11. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import type { TestIdp } from '../../sandbox/test-idp.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const on = 'methods: { eidas: true }'
const beginAt = (page: { url: string }) => `${page.url.replace(/\?.*$/, '')}/begin?upstream=eidas`
const received = (fields: Readonly<Record<string, string>>) =>
  Buffer.from(fields.SAMLResponse ?? '', 'base64').toString()

describe('where nobody switched eIDAS on', () => {
  it.each([
    ['the gateway has no node', {}],
    ['the gateway has the node, the tenant says nothing', { eidas: true }],
  ])('%s: it is not on the page, nor behind it', async (_, options) => {
    const gateway = await startGateway(options)
    try {
      const { page, browser } = await gateway.begin({ client: 'palestra' })
      expect(page.text).not.toMatch(/eidas/i)
      const forced = await browser.get(beginAt(page))
      expect([forced.status, forced.location]).toEqual([403, undefined])
      expect(forced.text).toContain('upstream_not_allowed')
      const hinted = await gateway.begin({ client: 'palestra', params: { idp_hint: 'eidas' } })
      expect(hinted.page.status).toBe(200)
    } finally {
      await gateway.close()
    }
  })
})

describe('where a tenant has eIDAS on', () => {
  let gateway: TestGateway
  let node: TestIdp
  beforeAll(async () => {
    gateway = await startGateway({ eidas: true, tenants: { ala: on } })
    node = gateway.idps.eidas
  })
  afterAll(() => gateway.close())

  it('is the last way in on its page, and is not on the next tenant’s', async () => {
    const { page } = await gateway.begin({ client: 'palestra' })
    const ways = linksIn(page).flatMap((href) => /[?&]upstream=(\w+)/.exec(href)?.[1] ?? [])
    // CIE stands there twice: as the service asks, and by reading the card
    expect(ways).toEqual(['spid', 'spid', 'cie', 'cie', 'cns', 'eidas'])
    expect((await gateway.begin({ tenant: 'moena', client: 'palestra' })).page.text).not.toMatch(/eidas/i)
  })

  it('says on the page that a service needs the tax code, only where it does', async () => {
    const warning = 'chiede il codice fiscale italiano'
    expect((await gateway.begin({ client: 'sito' })).page.text).toContain(warning)
    expect((await gateway.begin({ client: 'palestra' })).page.text).not.toContain(warning)
  })

  it('asks the node by SPID’s entityID, key and address, with the index 99', async () => {
    const { sent } = await gateway.upToAnswer('eidas', { client: 'palestra', person: 'anna' })
    // the test node has checked the signature against the certificate that SPID has, and the ACS against SPID's list
    expect(gateway.requestIn(sent)).toMatchObject({
      issuer: { value: 'https://login.regione.example/pub-ag-full/c_a116' },
      acsUrl: 'https://login.regione.example/t/ala/saml/spid/acs',
      attributeSetIndex: '99',
      destination: node.ssoUrl('redirect'),
    })
  })

  it('stands in the SPID metadata of this tenant only, with both sets and at no address of its own', async () => {
    const metadataOf = async (ipaCode: string) =>
      (await gateway.browser().get(`https://login.regione.example/pub-ag-full/${ipaCode}`)).text
    const metadata = await metadataOf('c_a116')
    const places = (element: string) => metadata.match(new RegExp(`<md:${element} [^>]*>`, 'g')) ?? []
    expect(places('AttributeConsumingService').map((place) => /index="(\d+)"/.exec(place)?.[1])).toEqual([
      '0',
      '99',
      '100',
    ])
    expect(places('AssertionConsumerService')).toEqual([expect.stringContaining('/t/ala/saml/spid/acs')])
    expect(await metadataOf('c_f263')).not.toContain('eIDAS')
  })

  it('lets a German citizen in, whose answer is signed with SHA-512, under a `sub` of her own and without a tax code', async () => {
    const { login, post } = await gateway.upToAnswer('eidas', { client: 'palestra', person: 'anna' })
    expect(received(post.fields)).toContain('xmldsig-more#rsa-sha512')
    expect(received(post.fields)).toContain('xmlenc#sha512')
    const end = await gateway.deliver(login.browser, post)
    const { idToken, userinfo } = await gateway.claimsOf(login, end)
    expect(idToken).toMatchObject({
      acr: 'https://www.spid.gov.it/SpidL2',
      amr: ['eidas'],
      idp_type: 'eidas',
      idp: node.entityId,
    })
    expect(userinfo.given_name).toBe('Anna')
    expect(JSON.stringify({ idToken, userinfo })).not.toMatch(/fiscal_number|TINIT|DE\/IT/)

    const again = await gateway.loginBy('eidas', { client: 'palestra', person: 'anna' })
    expect((await gateway.claimsOf(again.login, again.end)).idToken.sub).toBe(idToken.sub)
    for (const person of ['ada', 'mario']) {
      const other = await gateway.loginBy('spid', { client: 'palestra', person })
      expect((await gateway.claimsOf(other.login, other.end)).idToken.sub).not.toBe(idToken.sub)
    }
  })

  it('knows who has an Italian tax code as the same person as by SPID', async () => {
    const subs = []
    for (const way of ['eidas', 'spid'] as const) {
      const { login, end } = await gateway.loginBy(way, { client: 'sito', person: 'jean' })
      const { idToken, userinfo } = await gateway.claimsOf(login, end)
      expect(userinfo.fiscal_number).toMatch(/^LFVJNE75D02Z110\w$/)
      subs.push(idToken.sub)
    }
    expect(subs[0]).toBe(subs[1])
  })

  it('tells who has none that the service needs it, gives nothing away, and lets them choose another way', async () => {
    const { login, end } = await gateway.loginBy('eidas', { client: 'sito', person: 'anna' })
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain('eidas_fiscal_number_needed')
    expect(end.text).toContain('Manca il codice fiscale italiano')
    expect(gateway.events('login.refused')).toContainEqual(
      expect.objectContaining({ upstream: 'eidas', client: 'sito', code: 'eidas_fiscal_number_needed' }),
    )
    const sent = await gateway.choose({ ...login, page: end }, 'spid', gateway.idps.alfa)
    const second = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
    expect(gateway.codeOf(second)).toBeTruthy()
  })

  it.each([
    ['it', 'Manca il codice fiscale italiano'],
    ['lld', 'Manca il codice fiscale italiano'],
    ['de', 'Die italienische Steuernummer fehlt'],
    ['en', 'There is no Italian tax code'],
  ])('says so in the citizen’s language: %s', async (ui_locales, title) => {
    const { end } = await gateway.loginBy('eidas', { client: 'sito', person: 'anna', params: { ui_locales } })
    expect(end.text).toContain(title)
  })

  it('refuses a level below the one asked', async () => {
    const { end } = await gateway.loginBy('eidas', { client: 'palestra', person: 'anna', level: 1 })
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain('saml_level_too_low')
  })

  it('goes there at once with idp_hint=eidas', async () => {
    const { page } = await gateway.begin({ client: 'palestra', params: { idp_hint: 'eidas' } })
    expect(page.location).toContain(`${node.ssoUrl('redirect')}?SAMLRequest=`)
  })

  it('takes the node’s answers at SPID’s address only', async () => {
    const { login, post } = await gateway.upToAnswer('eidas', { client: 'palestra', person: 'anna' })
    const issuer = 'https://login.regione.example/t/ala'
    const elsewhere = await gateway.browser().post(`${issuer}/saml/cie/acs`, post.fields, { crossSite: true })
    expect([elsewhere.status, elsewhere.text.includes('saml_relay_state_unknown')]).toEqual([403, true])
    const unpublished = await gateway.browser().post(`${issuer}/saml/eidas/acs`, post.fields, { crossSite: true })
    expect(unpublished.status).toBe(404)
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
  })

  it('takes no answer of a SPID provider to a request to the node, nor the other way round', async () => {
    const foreign = await gateway.upToAnswer('eidas', { client: 'palestra', person: 'anna' })
    const forged = gateway.idps.alfa.respond({
      samlRequest: gateway.requestIn(foreign.sent),
      citizen: theCitizen('anna'),
      level: 2,
    })
    const end = await gateway.deliver(foreign.login.browser, forged)
    expect([end.status, end.text.includes('saml_signature_invalid')]).toEqual([403, true])

    const spid = await gateway.upToAnswer('spid', { client: 'palestra' })
    const other = node.respond({
      samlRequest: gateway.requestIn(spid.sent),
      citizen: theCitizen('anna'),
      level: 2,
    })
    const refused = await gateway.deliver(spid.login.browser, other)
    expect([refused.status, refused.text.includes('saml_signature_invalid')]).toEqual([403, true])
  })
})

describe('where the gateway asks for the full set', () => {
  it('asks the node with the index 100', async () => {
    const gateway = await startGateway({ eidas: true, eidasIndex: 100, tenants: { ala: on } })
    try {
      const { login, sent, post } = await gateway.upToAnswer('eidas', { client: 'palestra', person: 'anna' })
      expect(gateway.requestIn(sent).attributeSetIndex).toBe('100')
      expect(received(post.fields)).toContain('Prüfweg 1')
      expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
    } finally {
      await gateway.close()
    }
  })
})

const data = process.env.VARCO_DATA
const why = data === undefined ? ' (skipped: VARCO_DATA does not name the folder with the real metadata)' : ''

describe.skipIf(data === undefined)(`with the real node’s metadata${why}`, () => {
  it('sends the request to its real address', async () => {
    const eidasMetadata = readFileSync(join(data ?? '', 'ficep-eidas-node-idp.xml'), 'utf8')
    const gateway = await startGateway({ eidasMetadata, tenants: { ala: on } })
    try {
      const login = await gateway.begin({ client: 'palestra' })
      const sent = await gateway.choose(login, 'eidas')
      expect(sent.location).toMatch(/^https:\/\/sp-proxy\.eid\.gov\.it\/spproxy\/samlsso\?SAMLRequest=/)
      expect(gateway.requestIn(sent)).toMatchObject({
        attributeSetIndex: '99',
        destination: 'https://sp-proxy.eid.gov.it/spproxy/samlsso',
      })
    } finally {
      await gateway.close()
    }
  })
})
