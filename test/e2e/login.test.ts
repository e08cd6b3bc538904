import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'

const L = (level: number) => `https://www.spid.gov.it/SpidL${level}`

describe('a login', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  it.each([1, 2, 3] as const)('by SPID at level %i gives the site the certified person', async (level) => {
    const { login, end } = await gateway.loginBy('spid', { params: { acr_values: L(level) } })
    const { idToken, userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({
      given_name: 'Ada',
      family_name: 'Rossi',
      name: 'Ada Rossi',
      birthdate: '1980-05-12',
      fiscal_number: expect.stringMatching(/^RSS/),
      'https://attributes.eid.gov.it/fiscal_number': expect.stringMatching(/^TINIT-RSS/),
      acr: L(level),
      amr: ['spid'],
      idp_type: 'spid',
      idp: gateway.idps.alfa.entityId,
      tenant: 'c_a116',
    })
    expect(idToken).toMatchObject({ sub: userinfo.sub, acr: L(level), amr: ['spid'], nonce: login.nonce })
    expect(idToken.auth_time).toBeGreaterThan(1_700_000_000)
    expect(userinfo).not.toHaveProperty('birthdate_source')
  })

  it('by CIE at level 2 asks with `minimum` and says what was reached', async () => {
    const { login, sent, post } = await gateway.upToAnswer('cie')
    expect(gateway.requestIn(sent)).toMatchObject({ classes: [L(2)], comparison: 'minimum', forceAuthn: 'true' })
    const end = await gateway.deliver(login.browser, post)
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({
      idp_type: 'cie',
      acr: L(2),
      amr: ['cie'],
      birthdate: '1980-05-12',
      given_name: 'ADA',
    })
  })

  it('by CIE with the card, because the citizen would rather, asks for level 3 where the service asks for 2', async () => {
    const login = await gateway.begin()
    const link = linksIn(login.page).find((href) => href.includes('upstream=cie') && href.includes('level=3'))
    const sent = await login.browser.visit(link ?? '')
    expect(gateway.requestIn(sent).classes).toEqual([L(3)])
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.cie, sent))
    expect((await gateway.claimsOf(login, end)).idToken).toMatchObject({ acr: L(3), amr: ['cie', 'sc', 'pin'] })
  })

  it('never lets the citizen go below the level that the service asks', async () => {
    const login = await gateway.begin({ params: { acr_values: L(3) } })
    const base = login.page.url.split('?')[0]
    const sent = await login.browser.visit(`${base}/begin?upstream=cie&level=1`)
    expect(gateway.requestIn(sent).classes).toEqual([L(3)])
  })

  it('by a card that the region holds for level 2 says level 2, and offers no card at level 3', async () => {
    const cautious = await startGateway({ cns: '  revocation: { mode: off }\n  level: 2' })
    const { login, end } = await cautious.loginByCard(await cautious.keys.card('ada'))
    expect((await cautious.claimsOf(login, end as NonNullable<typeof end>)).idToken.acr).toBe(L(2))
    const { page } = await cautious.begin({ params: { acr_values: L(3) } })
    expect(linksIn(page).some((href) => href.includes('upstream=cns'))).toBe(false)
    await cautious.close()
  })

  it('by CIE at level 3 says that a card and a PIN were used', async () => {
    const { login, end } = await gateway.loginBy('cie', { params: { acr_values: L(3) } })
    const { idToken } = await gateway.claimsOf(login, end)
    expect(idToken).toMatchObject({ acr: L(3), amr: ['cie', 'sc', 'pin'] })
  })

  it('that asked level 2 and reached level 3 says level 3', async () => {
    const { login, end } = await gateway.loginBy('cie', { params: { acr_values: L(2) }, level: 3 })
    expect((await gateway.claimsOf(login, end)).idToken.acr).toBe(L(3))
  })

  it('by CNS is a real TLS handshake, and marks what it read off the tax code', async () => {
    const { login, end } = await gateway.loginByCard(await gateway.keys.card('ada'))
    const { userinfo } = await gateway.claimsOf(login, end as NonNullable<typeof end>)
    expect(userinfo).toMatchObject({
      idp_type: 'cns',
      acr: L(3),
      amr: ['cns', 'sc', 'pin'],
      given_name: 'ADA',
      family_name: 'ROSSI',
      birthdate: '1980-05-12',
      birthdate_source: 'derived',
    })
    expect(userinfo.idp).toContain('CA CNS di prova')
  })

  it('by the card of a possible centenarian has no birth date', async () => {
    const { login, end } = await gateway.loginByCard(await gateway.keys.card('oreste'))
    const { userinfo } = await gateway.claimsOf(login, end as NonNullable<typeof end>)
    expect(userinfo).toHaveProperty('fiscal_number')
    expect(userinfo).not.toHaveProperty('birthdate')
    expect(userinfo).not.toHaveProperty('birthdate_source')
  })

  it('of one person by SPID, CIE and CNS has one `sub` at a tenant and another at the next', async () => {
    const spid = await gateway.loginBy('spid')
    const cie = await gateway.loginBy('cie')
    const cns = await gateway.loginByCard(await gateway.keys.card('ada'))
    const elsewhere = await gateway.loginBy('spid', { tenant: 'moena' })
    const subs = await Promise.all(
      [spid, cie, cns, elsewhere].map(
        async ({ login, end }) => (await gateway.claimsOf(login, end as typeof spid.end)).idToken.sub,
      ),
    )
    expect(new Set(subs.slice(0, 3)).size).toBe(1)
    expect(subs[3]).not.toBe(subs[0])
  })

  it('leaves everything personal out of the ID token, even when the claims parameter asks', async () => {
    const claims = JSON.stringify({ id_token: { given_name: null, fiscal_number: { essential: true } } })
    const { login, end } = await gateway.loginBy('spid', { params: { claims } })
    const { idToken } = await gateway.claimsOf(login, end)
    expect(Object.keys(idToken).sort()).toEqual(
      [
        'acr',
        'amr',
        'aud',
        'auth_time',
        'exp',
        'iat',
        'idp',
        'idp_type',
        'iss',
        'nonce',
        'sid',
        'sub',
        'tenant',
      ].sort(),
    )
  })

  it('gives a client only what it declared, whatever scope it asks for', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'palestra' })
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo.given_name).toBe('Ada')
    expect(userinfo).not.toHaveProperty('family_name')
    expect(JSON.stringify(userinfo)).not.toContain('RSS')
  })

  it('gives a client only what it asked for, whatever it declared', async () => {
    const { login, end } = await gateway.loginBy('spid', { params: { scope: 'openid fiscal_number' } })
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toHaveProperty('fiscal_number')
    expect(userinfo).not.toHaveProperty('given_name')
  })

  it('goes to a provider that takes only posted requests by a page with a button', async () => {
    const login = await gateway.begin()
    const page = await gateway.choose(login, 'spid', gateway.idps.beta)
    const { action, fields } = formIn(page)
    expect([page.status, action]).toEqual([200, 'https://beta.example/idp/sso/post'])
    expect(Object.keys(fields).filter(Boolean).sort()).toEqual(['RelayState', 'SAMLRequest'])
    expect(page.headers['content-security-policy']).toContain('https://beta.example')
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.beta, page))
    expect((await gateway.claimsOf(login, end)).idToken.idp).toBe(gateway.idps.beta.entityId)
  })
})

describe('the AuthnRequest', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  it('names the tenant, not the gateway, as Issuer with Format and NameQualifier, and no AllowCreate', async () => {
    const login = await gateway.begin({ tenant: 'moena' })
    const request = gateway.requestIn(await gateway.choose(login, 'spid', gateway.idps.alfa))
    const entityId = 'https://login.regione.example/pub-ag-full/c_f263'
    expect(request).toMatchObject({
      issuer: { value: entityId, nameQualifier: entityId, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity' },
      nameIdPolicy: { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
      acsUrl: 'https://login.regione.example/t/moena/saml/spid/acs',
      protocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      destination: 'https://alfa.example/idp/sso/redirect',
      attributeSetIndex: '0',
      forceAuthn: 'true',
    })
    expect(request.nameIdPolicy).not.toHaveProperty('allowCreate')
    expect(request).not.toHaveProperty('isPassive')
    expect(request).not.toHaveProperty('acsIndex')
  })

  it('has a RelayState that says nothing, new at each attempt', async () => {
    const login = await gateway.begin()
    const states = []
    for (let attempt = 0; attempt < 2; attempt++) {
      states.push(gateway.requestIn(await gateway.choose(login, 'spid', gateway.idps.alfa)).relayState ?? '')
    }
    expect(states[0]).toMatch(/^[\w-]{22,80}$/)
    expect(states[0]).not.toBe(states[1])
    expect(states.join()).not.toMatch(/ala|sito|http/)
  })
})

describe('the login page', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  it('names the service and the Comune, and is complete without JavaScript', async () => {
    const { page } = await gateway.begin()
    expect(page.status).toBe(200)
    expect(page.text).toContain('Asilo nido')
    expect(page.text).toContain('Comune di ala')
    expect(page.text).not.toMatch(/<script/)
    const ways = linksIn(page).filter((href) => href.includes('/begin?'))
    expect(ways).toHaveLength(5)
  })

  it('speaks the language that the site asks for', async () => {
    const { page } = await gateway.begin({ params: { ui_locales: 'de' } })
    expect(page.text).toMatch(/<html[^>]*lang="de"/)
    expect(page.text).toContain('Kinderkrippe')
  })

  it('keeps the language that the citizen chose, and the login', async () => {
    const login = await gateway.begin()
    const german = await login.browser.get(`${login.page.url.split('?')[0]}?lang=de`)
    expect(german.text).toMatch(/<html[^>]*lang="de"/)
    const again = await login.browser.get(login.page.url)
    expect(again.text).toMatch(/<html[^>]*lang="de"/)
    const sent = await gateway.choose({ ...login, page: again }, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
    expect(gateway.codeOf(end)).toBeTruthy()
  })

  it('has no CNS and no CIE where the tenant switched them off', async () => {
    const quiet = await startGateway({ tenants: { ala: 'methods: { spid: true, cie: false, cns: false }' } })
    const login = await quiet.begin()
    expect(linksIn(login.page).some((href) => /upstream=c/.test(href))).toBe(false)
    const forced = await login.browser.get(`${login.page.url.split('?')[0]}/begin?upstream=cie`)
    expect([forced.status, forced.location]).toEqual([403, undefined])
    expect(forced.text).toContain('upstream_not_allowed')
    await quiet.close()
  })

  it('is skipped once by idp_hint, by a redirect; "back" then shows it', async () => {
    const login = await gateway.begin({ params: { idp_hint: gateway.idps.alfa.entityId } })
    expect(login.page.location).toMatch(/^https:\/\/alfa\.example\/idp\/sso\/redirect\?SAMLRequest=/)
    const back = await login.browser.get(login.page.url)
    expect([back.status, back.location]).toEqual([200, undefined])
    expect(back.text).toContain('Asilo nido')
  })

  it.each(['cie', 'cns'])('is skipped by the hint %s too', async (hint) => {
    const { page } = await gateway.begin({ params: { idp_hint: hint } })
    expect(page.status).toBe(302)
    expect(page.location).toMatch(
      hint === 'cie' ? /^https:\/\/cie\.example/ : /^https:\/\/cns\.regione\.example\/t\/ala\/cns\?ticket=/,
    )
  })

  it('is shown as ever for a hint that names nobody', async () => {
    const { page } = await gateway.begin({ params: { idp_hint: 'https://evil.example/idp' } })
    expect([page.status, page.location]).toEqual([200, undefined])
  })
})
