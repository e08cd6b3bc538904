import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

describe('a login that does not come to its end', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  it('tells the site access_denied when the citizen gives up on the page', async () => {
    const login = await gateway.begin()
    const cancel = linksIn(login.page).find((href) => href.includes('/abort'))
    const end = await login.browser.get(cancel ?? '')
    const params = new URL(end.location ?? '').searchParams
    expect([params.get('error'), params.get('state'), params.get('iss')]).toEqual([
      'access_denied',
      login.state,
      'https://login.regione.example/t/ala',
    ])
  })

  it.each([
    [19, 'idp_too_many_attempts'],
    [20, 'idp_level_not_available'],
    [21, 'idp_timeout'],
    [22, 'idp_consent_refused'],
    [23, 'idp_identity_blocked'],
    [25, 'idp_cancelled'],
    [30, 'idp_identity_type'],
  ])('comes back to the choice with a sentence and status 403 after ErrorCode nr%i', async (errorCode, code) => {
    const { login, end } = await gateway.loginBy('spid', { errorCode })
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain(code)
    const sent = await gateway.choose({ ...login, page: end }, 'spid', gateway.idps.alfa)
    const second = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
    expect(gateway.codeOf(second)).toBeTruthy()
  })

  it('ends on a page of its own and alarms the operators after ErrorCode nr11: the request was wrong', async () => {
    const { end } = await gateway.loginBy('spid', { errorCode: 11 })
    expect(end.status).toBe(403)
    expect(end.text).toContain('idp_request_rejected')
    expect(gateway.logged()).toMatch(/"level":50[^\n]*idp_request_rejected/)
  })

  it('is not spent by an unsigned refusal: the real answer still counts', async () => {
    const { login, idp, sent, post } = await gateway.upToAnswer('spid')
    const forged = gateway.answer(idp, sent, { errorCode: 25, sign: 'none' })
    const refused = await gateway.deliver(login.browser, forged)
    expect([refused.status, refused.text.includes('idp_cancelled')]).toEqual([403, true])
    const end = await gateway.deliver(login.browser, post)
    expect(gateway.codeOf(end)).toBeTruthy()
  })

  it('is spent by a signed refusal', async () => {
    const { login, idp, sent, post } = await gateway.upToAnswer('spid')
    await gateway.deliver(login.browser, gateway.answer(idp, sent, { errorCode: 25 }))
    const late = await gateway.deliver(login.browser, post)
    expect([late.status, late.text.includes('saml_response_already_used')]).toEqual([403, true])
  })

  it('is refused when the level reached is lower than the level asked', async () => {
    const { end } = await gateway.loginBy('spid', {
      level: 1,
      params: { acr_values: 'https://www.spid.gov.it/SpidL2' },
    })
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain('saml_level_too_low')
  })

  it('offers to start again at the service when the page has expired', async () => {
    const login = await gateway.begin()
    const other = await gateway.browser().get(login.page.url)
    expect(other.status).toBe(400)
    expect(other.text).toContain('browser_unknown')
    expect(linksIn(other)).toContain('https://www.ala.example/accedi')
  })

  it('says that it was done already, and not "another browser", in a second window of a login that is over', async () => {
    const { login, idp, post } = await gateway.upToAnswer('spid')
    const sentAgain = await gateway.choose(login, 'spid', idp)
    await gateway.deliver(login.browser, post)
    const late = await gateway.deliver(login.browser, gateway.answer(idp, sentAgain))
    expect([late.status, late.location]).toEqual([403, undefined])
    expect(late.text).toContain('saml_response_already_used')
    expect(linksIn(late)).toContain('https://www.ala.example/accedi')
  })

  it('says that it was done already when the last page is loaded again', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const answered = await login.browser.visit(post.action, { form: post.fields, crossSite: true })
    await login.browser.get(answered.location ?? '')
    const again = await login.browser.get(answered.location ?? '')
    expect(again.status).toBe(403)
    expect(again.text).toContain('saml_response_already_used')
    expect(linksIn(again)).toContain('https://www.ala.example/accedi')
  })

  it.each([
    ['no card', undefined, 'cns_certificate_missing'],
    ['an expired card', 'expired', 'cns_certificate_expired'],
    ['the signature certificate', 'signature', 'cns_key_usage_wrong'],
    ['a CIE', 'cie', 'cns_policy_missing'],
  ] as const)('comes back to the choice after %s in the reader', async (_what, kind, code) => {
    const card = kind && (await gateway.keys.card('ada', kind))
    const { end } = await gateway.loginByCard(card)
    expect([end?.status, end?.location]).toEqual([403, undefined])
    expect(end?.text).toContain(code)
  })

  it('comes back to the choice after a card of an authority that is not in the list', async () => {
    const { end } = await gateway.loginByCard(await gateway.keys.card('ada', 'cns', gateway.keys.strangerAuthority))
    expect(end?.status).toBe(403)
    expect(end?.text).toContain('cns_issuer_unknown')
  })

  it('keeps the language that the citizen chose through the provider and back, whatever the site asked for', async () => {
    const login = await gateway.begin({ params: { ui_locales: 'de' } })
    const english = await login.browser.get(`${login.page.url.split('?')[0]}?lang=en`)
    const sent = await gateway.choose({ ...login, page: english }, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent, { errorCode: 25 }))
    expect(end.text).toMatch(/<html[^>]*lang="en"/)
    const broken = {
      SAMLResponse: 'garbage',
      RelayState:
        gateway.requestIn(await gateway.choose({ ...login, page: end }, 'spid', gateway.idps.alfa)).relayState ?? '',
    }
    const error = await login.browser.post('https://login.regione.example/t/ala/saml/spid/acs', broken, {
      crossSite: true,
    })
    expect(error.text).toMatch(/<html[^>]*lang="en"/)
  })

  it('shows the same alert again to who changes the language in order to understand it', async () => {
    const { login, end } = await gateway.loginBy('spid', { errorCode: 21 })
    const german = linksIn(end).find((href) => href.includes('lang=de')) ?? ''
    const page = await login.browser.get(german)
    expect([page.status, page.text.includes('idp_timeout')]).toEqual([403, true])
    expect(page.text).toMatch(/<html[^>]*lang="de"/)
    const forged = await login.browser.get(`${login.page.url.split('?')[0]}?after=host_unknown`)
    expect([forged.status, forged.text.includes('host_unknown')]).toEqual([200, false])
  })

  it('tells the site of the error that came before when the citizen then leaves', async () => {
    const { login, end } = await gateway.loginBy('spid', { errorCode: 21 })
    const cancel = linksIn(end).find((href) => href.includes('/abort'))
    const left = await login.browser.get(cancel ?? '')
    expect(new URL(left.location ?? '').searchParams.get('error')).toBe('access_denied')
  })
})
