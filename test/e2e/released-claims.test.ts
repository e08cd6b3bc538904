/** What a service is told of a login, by what it declared and asked for; and the levels and hints that it can ask for. docs/claims.md. */
import { createHash } from 'node:crypto'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from '../fixtures/gateway/browser.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { answerAt, createServers, withServices } from '../fixtures/gateway/services.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const L1 = 'https://www.spid.gov.it/SpidL1'
const L2 = 'https://www.spid.gov.it/SpidL2'
const L3 = 'https://www.spid.gov.it/SpidL3'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway(withServices)
})
afterAll(() => gateway.close())
const { claimsOf } = createServers(() => gateway)

describe('the ID token', () => {
  it('holds of the person what the file of the service names, and nothing that its request names', async () => {
    const claims = JSON.stringify({ id_token: { fiscal_number: { essential: true }, given_name: null } })
    const modern = await gateway.loginBy('spid', { client: 'moderno', params: { scope: 'openid', claims } })
    const { idToken, userinfo } = await claimsOf(modern.login, modern.end)
    expect(idToken).toMatchObject({ given_name: 'Ada' })
    expect(JSON.stringify(idToken)).not.toMatch(/RSSDAA/)
    // asked for in the one place only
    expect(userinfo).not.toHaveProperty('given_name')
    const plone = await gateway.loginBy('spid', { client: 'plone', params: { scope: 'openid profile', claims } })
    expect(JSON.stringify((await claimsOf(plone.login, plone.end)).idToken)).not.toMatch(/Ada|RSSDAA/)
  })
})

describe('the evidence of a login', () => {
  const scope = 'openid authn_evidence'

  it('is the assertion and the SPID code, by a scope of its own', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'protocollo', params: { scope } })
    const { userinfo, idToken, scope: granted } = await claimsOf(login, end)
    expect(userinfo).toMatchObject({
      assertion_id: expect.stringMatching(/^_./),
      'https://attributes.eid.gov.it/spid_code': expect.any(String),
      auth_time: expect.any(Number),
      amr: ['spid'],
      acr: expect.any(String),
      idp: gateway.idps.alfa.entityId,
    })
    expect(userinfo).not.toHaveProperty('given_name')
    expect(idToken).not.toHaveProperty('assertion_id')
    expect(granted).toBe(scope)
  })

  it('is the card that was shown', async () => {
    const card = await gateway.keys.card('ada')
    const { login, end } = await gateway.loginByCard(card, { client: 'protocollo', params: { scope } })
    const { userinfo } = await claimsOf(login, end as Page)
    const der = Buffer.from(card.certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    expect(userinfo).toMatchObject({
      cns_sha256: createHash('sha256').update(der).digest('hex'),
      cns_issuer: expect.stringContaining('CA CNS di prova'),
      cns_serial: expect.stringMatching(/^[0-9A-F]+$/),
      amr: ['cns', 'sc', 'pin'],
    })
    expect(userinfo.cns_not_after).toBeGreaterThan(userinfo.cns_not_before)
  })

  it('is not for a service that does not declare it: the scope is passed over', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'plone', params: { scope } })
    const { userinfo, scope: granted } = await claimsOf(login, end)
    expect(granted).toBe('openid')
    expect(userinfo).not.toHaveProperty('assertion_id')
  })
})

describe('a service that comes from AAC', () => {
  it('asks as it always did, and gets what it declares under the names of there', async () => {
    const { login, end } = await gateway.loginBy('spid', {
      client: 'migrato',
      params: { scope: 'openid profile.codicefiscale.me profile.aac.spid.me email offline_access' },
    })
    const { userinfo, scope } = await claimsOf(login, end)
    expect(userinfo['enti-codicefiscale'].fiscalCode).toMatch(/^TINIT-RSSDAA/)
    expect(userinfo['aac.spid']).toMatchObject({ name: 'Ada', spidCode: expect.any(String) })
    expect(JSON.stringify(userinfo)).not.toMatch(/Rossi|1980/)
    expect(scope).toBe('openid profile.codicefiscale.me profile.aac.spid.me email')
  })

  it('finds its scopes in the discovery document, and no other service gets them', async () => {
    const { body } = await request(gateway.regional)
      .get('/t/ala/.well-known/openid-configuration')
      .set('Host', hosts.login)
    expect(body.scopes_supported).toEqual(
      expect.arrayContaining(['openid', 'profile', 'email', 'phone', 'address', 'fiscal_number', 'authn_evidence']),
    )
    expect(body.scopes_supported).toContain('profile.codicefiscale.me')
    const { login, end } = await gateway.loginBy('spid', {
      client: 'plone',
      params: { scope: 'openid profile.codicefiscale.me' },
    })
    const { userinfo, scope } = await claimsOf(login, end)
    expect(scope).toBe('openid')
    expect(userinfo).not.toHaveProperty('enti-codicefiscale')
  })
})

describe('a level that the request calls essential', () => {
  const asking = (acr: object) => ({ claims: JSON.stringify({ id_token: { acr: { essential: true, ...acr } } }) })

  it('counts whatever acr_values says', async () => {
    const login = await gateway.begin({ client: 'moderno', params: { ...asking({ value: L3 }), acr_values: L1 } })
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    expect(gateway.requestIn(sent).classes).toEqual([L3])
  })

  it('is refused where no login here could be it, before anybody chooses anything', async () => {
    const { page, state } = await gateway.begin({ client: 'moderno', params: asking({ values: ['urn:loa:gold'] }) })
    expect(answerAt(page)).toMatchObject({ error: 'unmet_authentication_requirements', state })
  })

  it('is no obstacle where it is only a wish', async () => {
    const claims = JSON.stringify({ id_token: { acr: { value: 'urn:loa:gold' } } })
    expect((await gateway.begin({ client: 'moderno', params: { claims } })).page.status).toBe(200)
  })

  it.each([
    ['values that are no list', '{"id_token":{"acr":{"essential":true,"values":"x"}}}'],
    ['a claim that is no object', '{"userinfo":{"given_name":true}}'],
    ['no JSON', '{'],
  ])('and a claims parameter with %s are told apart', async (_, claims) =>
    expect(answerAt((await gateway.begin({ client: 'moderno', params: { claims } })).page).error).toBe(
      'invalid_request',
    ),
  )

  it('that no way in of the Comune can reach is not waited for', async () => {
    const cards = await startGateway({
      cns: '  revocation: { mode: off }\n  level: 2',
      tenants: { ala: 'methods: { spid: false, cie: false }' },
    })
    const { page, state } = await cards.begin({ params: { acr_values: L3 } })
    expect(answerAt(page)).toEqual({
      error: 'unmet_authentication_requirements',
      iss: `https://${hosts.login}/t/ala`,
      state,
    })
    expect((await cards.begin({ params: { acr_values: L2 } })).page.status).toBe(200)
    await cards.close()
  })
})

describe('a hint', () => {
  it('at SPID opens the list of its providers', async () => {
    const { page } = await gateway.begin({ params: { idp_hint: 'spid' } })
    expect(page.text).toContain('<details open>')
    expect((await gateway.begin()).page.text).not.toContain('<details open>')
  })

  it('may come as login_hint from a program that knows no other parameter', async () => {
    const { page } = await gateway.begin({ params: { login_hint: `idp:${gateway.idps.alfa.entityId}` } })
    expect(page.location).toMatch(/^https:\/\/alfa\.example/)
    expect((await gateway.begin({ params: { login_hint: 'ada@posta.example' } })).page.status).toBe(200)
  })

  it('leads nowhere that the Comune does not offer, and back to the choice when the citizen gives up there', async () => {
    const { login, sent } = await gateway.upToAnswer('spid', {})
    expect(sent.location).toBeTruthy()
    const hinted = await gateway.begin({ browser: login.browser, params: { idp_hint: gateway.idps.alfa.entityId } })
    const cancelled = gateway.answer(gateway.idps.alfa, hinted.page, { errorCode: 25 })
    const back = await gateway.deliver(hinted.browser, cancelled)
    expect(back.text).toContain('idp_cancelled')
    expect(linksIn(back).some((href) => href.includes('upstream=cie'))).toBe(true)
  })
})
