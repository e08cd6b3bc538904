/** Single logout by SAML, in both directions: docs/rules/spid-saml.md section 6. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  carry,
  deflated,
  logoutRequestXml,
  logoutResponseXml,
  readLogoutMessage,
  type Sent,
  signedUrl,
} from '../../sandbox/saml/logout.ts'
import { signMessage } from '../../sandbox/saml/response.ts'
import type { TestIdp } from '../../sandbox/test-idp.ts'
import type { Browser, Page } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, type Login } from '../fixtures/gateway/stories.ts'

const L1 = { acr_values: 'https://www.spid.gov.it/SpidL1' }
const BACK = 'https://www.ala.example/'
const ENTITY_ID = 'https://login.regione.example/pub-ag-full/c_a116'
const SLO = 'https://login.regione.example/t/ala/saml/spid/slo'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const serviceProvider = () => ({
  entityId: ENTITY_ID,
  name: 'Comune di ala',
  certificate: gateway.keys.sp.certificate,
  acsUrls: ['https://login.regione.example/t/ala/saml/spid/acs'],
  attributeSets: [],
})
const session = (idp: TestIdp) => {
  const last = idp.lastSession(serviceProvider())
  if (last === undefined) throw new Error('no login at level 1')
  return last
}

/** A whole login; `tokens` are what the site then holds. */
const enter = async (idp: TestIdp, params: Readonly<Record<string, string>> = L1) => {
  const login = await gateway.begin({ params })
  const sent = await gateway.choose(login, 'spid', idp)
  const end = await gateway.deliver(login.browser, gateway.answer(idp, sent))
  return { login, ...(await gateway.claimsOf(login, end)) }
}
type Entered = Awaited<ReturnType<typeof enter>>

const isAlive = async ({ login, tokens }: { login: Login; tokens: { access_token: string } }) =>
  (await gateway.userinfo(login.tenant, tokens.access_token)).status === 200

/** The site sends its citizen to the end of the session. */
const leave = ({ login, tokens }: Entered, more: Readonly<Record<string, string>> = {}) =>
  login.browser.visit(
    `${gateway.issuerOf('ala')}/end-session?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: BACK, state: 's1', ...more })}`,
  )

/** What the provider is handed. */
const messageIn = (page: Page) => readLogoutMessage(page.location ?? formIn(page).fields)

/** The browser carries a provider's message. */
const deliver = (browser: Browser, sent: Sent) =>
  'url' in sent ? browser.visit(sent.url) : browser.visit(sent.action, { form: sent.fields, crossSite: true })

/** Refused: a page, and nobody is told anything. */
const expectRefusal = (page: Page, code: string) => {
  expect([page.status, page.location]).toEqual([403, undefined])
  expect(page.text).toContain('saml_logout_refused')
  expect(page.text).not.toMatch(/SAMLResponse|SAMLRequest/)
  expect(gateway.events('logout.refused').at(-1)).toMatchObject({ tenant: 'ala', upstream: 'spid', code })
}

/** Kinds of the records that were written since. */
const registeredSince = async (before: number) => (await gateway.registered()).slice(before).map(({ kind }) => kind)

describe('a citizen who entered by SPID at level 1 and leaves', () => {
  it('is led past the provider with a signed LogoutRequest, and comes back to where the service wants', async () => {
    const { alfa } = gateway.idps
    const entered = await enter(alfa)
    const known = session(alfa)
    const before = (await gateway.registered()).length
    const asked = await leave(entered)
    expect([asked.status, asked.location?.split('?')[0]]).toEqual([303, 'https://alfa.example/idp/slo'])
    const message = messageIn(asked)
    expect(message).toMatchObject({
      kind: 'LogoutRequest',
      issuer: ENTITY_ID,
      destination: 'https://alfa.example/idp/slo',
      nameId: known.nameId,
      sessionIndexes: [known.sessionIndex],
    })
    expect(message.xml).toContain(`NameQualifier="${alfa.entityId}"`)
    expect(message.xml).toContain(`NameQualifier="${ENTITY_ID}"`)
    expect(alfa.receiveLogout(message)).toHaveProperty('sp')
    // the session here ended first: whatever the provider does now
    expect(await isAlive(entered)).toBe(false)

    const end = await deliver(entered.login.browser, alfa.respondLogout(serviceProvider(), message, { partial: false }))
    expect([end.status, end.location]).toEqual([303, `${BACK}?state=s1`])
    expect(await registeredSince(before)).toEqual(['oidc.end-session', 'logout.request', 'logout.response'])
    expect(gateway.events('logout.returned').at(-1)).toMatchObject({ idp: alfa.entityId, complete: true })
  })

  it('comes to a page of ours when the service wants them nowhere', async () => {
    const entered = await enter(gateway.idps.alfa)
    const asked = await leave(entered, { post_logout_redirect_uri: 'https://evil.example/' })
    const response = gateway.idps.alfa.respondLogout(serviceProvider(), messageIn(asked), { partial: false })
    const end = await deliver(entered.login.browser, response)
    expect([end.status, end.location]).toEqual([200, undefined])
    expect(end.text).toContain('Uscita completata')
    expect(end.text).not.toContain('evil')
  })

  it('is told when the provider answers PartialLogout, with the way back to the service', async () => {
    const entered = await enter(gateway.idps.alfa)
    const asked = await leave(entered)
    const response = gateway.idps.alfa.respondLogout(serviceProvider(), messageIn(asked), { partial: true })
    const end = await deliver(entered.login.browser, response)
    expect([end.status, end.location]).toEqual([200, undefined])
    expect(end.text).toContain('Uscita completata solo qui')
    expect(end.text).toContain(`href="${BACK}?state=s1"`)
  })

  it.each([
    ['de', 'Sie sind nur hier abgemeldet'],
    ['en', 'You are signed out here only'],
    ['lld', 'Uscita completata solo qui'],
  ])('is told so in %s, as the service asked', async (language, title) => {
    const entered = await enter(gateway.idps.alfa)
    const asked = await leave(entered, { ui_locales: language })
    const response = gateway.idps.alfa.respondLogout(serviceProvider(), messageIn(asked), { partial: true })
    expect((await deliver(entered.login.browser, response)).text).toContain(title)
  })

  it('goes by posting pages where the provider takes only those', async () => {
    const { beta } = gateway.idps
    const entered = await enter(beta)
    const asked = await leave(entered)
    expect([asked.status, formIn(asked).action]).toEqual([200, 'https://beta.example/idp/slo'])
    expect(asked.headers['content-security-policy']).toContain('https://beta.example')
    expect(beta.receiveLogout(messageIn(asked))).toHaveProperty('sp')
    const response = beta.respondLogout(serviceProvider(), messageIn(asked), { partial: false })
    expect((await deliver(entered.login.browser, response)).location).toBe(`${BACK}?state=s1`)
  })

  it('is asked with one button where the hint is missing, and then led on the same way', async () => {
    const entered = await enter(gateway.idps.alfa)
    const { browser } = entered.login
    const page = await browser.visit(
      `${gateway.issuerOf('ala')}/end-session?client_id=sito&post_logout_redirect_uri=${encodeURIComponent(BACK)}`,
    )
    expect(page.headers['content-security-policy']).toMatch(/form-action[^;]* https:\/\/alfa\.example/)
    const { action, fields } = formIn(page)
    const asked = await browser.visit(action, { form: fields })
    expect(asked.location).toMatch(/^https:\/\/alfa\.example\/idp\/slo\?SAMLRequest=/)
    const response = gateway.idps.alfa.respondLogout(serviceProvider(), messageIn(asked), { partial: false })
    expect((await deliver(browser, response)).location).toBe(BACK)
  })

  it('who has entered twice is led past both providers, one after the other', async () => {
    const { alfa, beta } = gateway.idps
    const { login } = await enter(alfa)
    const second = await gateway.begin({ params: L1, browser: login.browser })
    const sent = await gateway.choose(second, 'spid', beta)
    const end = await gateway.deliver(second.browser, gateway.answer(beta, sent))
    const entered = { login: second, ...(await gateway.claimsOf(second, end)) }
    const atAlfa = await leave(entered)
    expect(atAlfa.location).toMatch(/^https:\/\/alfa\.example/)
    const atBeta = await deliver(
      login.browser,
      alfa.respondLogout(serviceProvider(), messageIn(atAlfa), { partial: true }),
    )
    expect(formIn(atBeta).action).toBe('https://beta.example/idp/slo')
    const last = await deliver(
      login.browser,
      beta.respondLogout(serviceProvider(), messageIn(atBeta), { partial: false }),
    )
    expect(last.text).toContain('Uscita completata solo qui')
  })
})

describe('a citizen who entered several times by one provider', () => {
  const enterAgain = async ({ login }: Entered) => {
    const { alfa } = gateway.idps
    const next = await gateway.begin({ params: L1, browser: login.browser })
    const end = await gateway.deliver(next.browser, gateway.answer(alfa, await gateway.choose(next, 'spid', alfa)))
    return { login: next, ...(await gateway.claimsOf(next, end)) }
  }

  it('is led past it once, by its last session', async () => {
    const { alfa } = gateway.idps
    const last = await enterAgain(await enterAgain(await enter(alfa)))
    const asked = await leave(last)
    expect(messageIn(asked).sessionIndexes).toEqual([session(alfa).sessionIndex])
    const response = alfa.respondLogout(serviceProvider(), messageIn(asked), { partial: false })
    expect((await deliver(last.login.browser, response)).location).toBe(`${BACK}?state=s1`)
  })

  it('is logged out by each of its sessions, the first too', async () => {
    const { alfa } = gateway.idps
    const first = await enter(alfa)
    const known = session(alfa)
    const last = await enterAgain(first)
    const xml = logoutRequestXml({ idp: alfa.entityId, destination: SLO, now: Date.now() }, known)
    await deliver(gateway.browser(), carry(xml, { binding: 'post', destination: SLO, signer: gateway.keys.alfa }))
    expect(await isAlive(last)).toBe(false)
  })
})

describe('a citizen who entered in another way and leaves', () => {
  it.each(['2', '3'])(
    'goes straight back after SPID at level %s, which leaves no session at the provider',
    async (level) => {
      const entered = await enter(gateway.idps.alfa, { acr_values: `https://www.spid.gov.it/SpidL${level}` })
      expect((await leave(entered)).location).toBe(`${BACK}?state=s1`)
    },
  )

  it('goes straight back after SPID at level 2 also when the provider sent a SessionIndex', async () => {
    const mutate = (xml: string) => xml.replace('<saml:AuthnStatement ', '<saml:AuthnStatement SessionIndex="_s" ')
    const { login, end } = await gateway.loginBy('spid', { mutate })
    const entered = { login, ...(await gateway.claimsOf(login, end)) }
    expect((await leave(entered)).location).toBe(`${BACK}?state=s1`)
  })

  it('goes straight back after CIE, which never answers, and is told on our page that it may stay connected (cie.md A6)', async () => {
    const enterByCie = async () => {
      const { login, end } = await gateway.loginBy('cie')
      return { login, ...(await gateway.claimsOf(login, end)) }
    }
    expect((await leave(await enterByCie())).location).toBe(`${BACK}?state=s1`)
    const page = await leave(await enterByCie(), { post_logout_redirect_uri: 'https://evil.example/' })
    expect(page.text).toContain('l’accesso a SPID o CIE può restare aperto')
  })
})

describe('the provider’s answer to our LogoutRequest', () => {
  const asked = async (idp = gateway.idps.alfa) => {
    const entered = await enter(idp)
    const message = messageIn(await leave(entered))
    const xml = (destination = SLO, by: TestIdp = idp) =>
      logoutResponseXml({ idp: by.entityId, destination, now: Date.now() }, message.id ?? '', { partial: false })
    const deliverXml = (text: string, signer = gateway.keys.alfa) =>
      deliver(entered.login.browser, carry(text, { binding: 'redirect', destination: SLO, signer }))
    return { entered, message, xml, deliverXml }
  }

  it('is refused unsigned, by either binding, and the good one still counts afterwards', async () => {
    const { entered, xml, deliverXml } = await asked()
    const { browser } = entered.login
    expectRefusal(
      await browser.visit(`${SLO}?SAMLResponse=${encodeURIComponent(deflated(xml()))}`),
      'saml_signature_missing',
    )
    const fields = { SAMLResponse: Buffer.from(xml()).toString('base64') }
    expectRefusal(await browser.visit(SLO, { form: fields, crossSite: true }), 'saml_signature_missing')
    expect((await deliverXml(xml())).location).toBe(`${BACK}?state=s1`)
  })

  it('is refused from another provider, which does not use the logout up', async () => {
    const { xml, deliverXml } = await asked()
    expectRefusal(await deliverXml(xml(SLO, gateway.idps.beta), gateway.keys.beta), 'saml_in_response_to_mismatch')
    expectRefusal(await deliverXml(xml(), gateway.keys.beta), 'saml_signature_invalid')
    expect((await deliverXml(xml())).location).toBe(`${BACK}?state=s1`)
  })

  it('is refused to a question that nobody asked', async () => {
    const { message, xml, deliverXml } = await asked()
    expectRefusal(await deliverXml(xml().replace(message.id ?? '?', '_other')), 'saml_in_response_to_mismatch')
  })

  it('counts once', async () => {
    const { xml, deliverXml } = await asked()
    const answers = await Promise.all([1, 2, 3, 4].map(() => deliverXml(xml())))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403])
  })

  it('is refused without a status', async () => {
    const { xml, deliverXml } = await asked()
    expectRefusal(await deliverXml(xml().replace(/<samlp:Status>.*<\/samlp:Status>/, '')), 'saml_status_missing')
  })

  it('is refused at the next tenant', async () => {
    const { entered, xml } = await asked()
    const moena = SLO.replace('/ala/', '/moena/')
    const sent = carry(xml(moena), { binding: 'redirect', destination: moena, signer: gateway.keys.alfa })
    const page = await deliver(entered.login.browser, sent)
    expect([page.status, page.location]).toEqual([403, undefined])
    expect(gateway.events('logout.refused').at(-1)).toMatchObject({
      tenant: 'moena',
      code: 'saml_in_response_to_mismatch',
    })
  })
})

describe('a LogoutRequest of the provider', () => {
  const stranger = { nameId: '_nobody', sessionIndex: '_none' }
  const request = (by = gateway.idps.alfa, known = stranger, { destination = SLO, now = Date.now() } = {}) =>
    logoutRequestXml({ idp: by.entityId, destination, now }, known)
  const carried = (
    xml: string,
    binding: 'redirect' | 'post' = 'redirect',
    signer = gateway.keys.alfa,
    relayState?: string,
  ) => carry(xml, { binding, destination: SLO, relayState, signer })
  const send = (sent: Sent, browser = gateway.browser()) => deliver(browser, sent)

  it.each(['redirect', 'post'] as const)(
    'by %s ends the session that its login opened, and is answered',
    async (binding) => {
      const { alfa } = gateway.idps
      const entered = await enter(alfa)
      const other = await enter(alfa)
      const before = (await gateway.registered()).length
      const sent = carried(request(alfa, session(alfa)), binding, gateway.keys.alfa, 'r+/= 1')
      // any browser may carry it
      const page = await send(sent)
      expect(await registeredSince(before)).toEqual(['logout.request', 'logout.response'])
      const answer = messageIn(page)
      expect(answer).toMatchObject({
        kind: 'LogoutResponse',
        binding,
        issuer: ENTITY_ID,
        destination: 'https://alfa.example/idp/slo',
        status: ['Success'],
        relayState: 'r+/= 1',
      })
      expect(request(alfa)).not.toContain(String(answer.inResponseTo))
      expect(alfa.receiveLogout(answer)).toHaveProperty('sp')
      expect(await isAlive(other)).toBe(false)
      expect(await isAlive(entered)).toBe(true)
      // and the browser has no session any more: there is nothing to ask
      const end = await other.login.browser.visit(`${gateway.issuerOf('ala')}/end-session`)
      expect(end.text).toContain('Uscita completata')
      const asks = await entered.login.browser.visit(`${gateway.issuerOf('ala')}/end-session`)
      expect(asks.text).toContain('Vuoi uscire?')
    },
  )

  it('names the request that it answers', async () => {
    const xml = request()
    const answer = messageIn(await send(carried(xml)))
    expect(xml).toContain(`ID="${answer.inResponseTo}"`)
  })

  it('without a SessionIndex ends it too', async () => {
    const entered = await enter(gateway.idps.alfa)
    const xml = request(gateway.idps.alfa, session(gateway.idps.alfa)).replace(
      /<samlp:SessionIndex>.*<\/samlp:SessionIndex>/,
      '',
    )
    expect(messageIn(await send(carried(xml))).status).toEqual(['Success'])
    expect(await isAlive(entered)).toBe(false)
  })

  it('with another SessionIndex ends nothing', async () => {
    const entered = await enter(gateway.idps.alfa)
    const { nameId } = session(gateway.idps.alfa)
    await send(carried(request(gateway.idps.alfa, { nameId, sessionIndex: '_another' })))
    expect(await isAlive(entered)).toBe(true)
  })

  it('is answered with Success when the session is gone, or never was', async () => {
    const entered = await enter(gateway.idps.alfa)
    const known = session(gateway.idps.alfa)
    await leave(entered)
    expect(messageIn(await send(carried(request(gateway.idps.alfa, known)))).status).toEqual(['Success'])
    expect(messageIn(await send(carried(request()))).status).toEqual(['Success'])
    expect(gateway.events('logout.received').slice(-2)).toMatchObject([{ ended: 0 }, { ended: 0 }])
  })

  it('that names nobody is answered, truthfully', async () => {
    const xml = request().replace(/<saml:NameID .*<\/saml:NameID>/, '')
    expect(messageIn(await send(carried(xml))).status).toEqual(['Requester', 'UnknownPrincipal'])
  })

  it('is answered by the binding that the provider offers', async () => {
    const page = await send(carried(request(gateway.idps.beta), 'redirect', gateway.keys.beta))
    expect(formIn(page).action).toBe('https://beta.example/idp/slo')
    expect(gateway.idps.beta.receiveLogout(messageIn(page))).toHaveProperty('sp')
  })

  it('ends no session that another provider opened', async () => {
    const entered = await enter(gateway.idps.alfa)
    const page = await send(
      carried(request(gateway.idps.beta, session(gateway.idps.alfa)), 'redirect', gateway.keys.beta),
    )
    expect(messageIn(page).status).toEqual(['Success'])
    expect(await isAlive(entered)).toBe(true)
  })

  it('is refused unsigned, by either binding', async () => {
    const entered = await enter(gateway.idps.alfa)
    const xml = request(gateway.idps.alfa, session(gateway.idps.alfa))
    const { browser } = entered.login
    expectRefusal(
      await browser.visit(`${SLO}?SAMLRequest=${encodeURIComponent(deflated(xml))}`),
      'saml_signature_missing',
    )
    const enveloped = encodeURIComponent(deflated(signMessage(xml, gateway.keys.alfa)))
    expectRefusal(await browser.visit(`${SLO}?SAMLRequest=${enveloped}`), 'saml_signature_missing')
    const form = { SAMLRequest: Buffer.from(xml).toString('base64') }
    expectRefusal(await browser.visit(SLO, { form, crossSite: true }), 'saml_signature_missing')
    expect(await isAlive(entered)).toBe(true)
  })

  it('is refused when somebody else signed it', async () => {
    for (const binding of ['redirect', 'post'] as const) {
      expectRefusal(await send(carried(request(), binding, gateway.keys.beta)), 'saml_signature_invalid')
    }
  })

  it('is refused with more elements than a logout has, before any engine searches through them', async () => {
    const xml = request().replace(
      '<saml:NameID',
      `<samlp:Extensions>${'<a/>'.repeat(150)}</samlp:Extensions><saml:NameID`,
    )
    for (const binding of ['redirect', 'post'] as const) {
      expectRefusal(await send(carried(xml, binding)), 'saml_message_too_large')
    }
  })

  it('is refused from a provider that is none of ours', async () => {
    const xml = request().replaceAll(gateway.idps.alfa.entityId, 'https://evil.example/idp')
    for (const binding of ['redirect', 'post'] as const) {
      expectRefusal(await send(carried(xml, binding)), 'saml_issuer_mismatch')
    }
  })

  it('is refused from CIE, which is no SPID provider', async () => {
    expectRefusal(await send(carried(request(gateway.idps.cie), 'redirect', gateway.keys.cie)), 'saml_issuer_mismatch')
  })

  it('is refused a second time, also when both come at once', async () => {
    const sent = carried(request())
    const pages = await Promise.all([1, 2, 3].map(() => send(sent)))
    expect(pages.map(({ status }) => status).sort()).toEqual([303, 403, 403])
    expectRefusal(await send(sent), 'saml_response_already_used')
    expectRefusal(await send(carried(request().replace(/ID="[^"]*"/, 'ID=""'))), 'saml_id_missing')
  })

  it.each([
    ['too old', -7 * 60_000],
    ['from the future', 2 * 60_000],
  ])('is refused %s', async (_, shift) => {
    const xml = request(gateway.idps.alfa, stranger, { now: Date.now() + shift })
    expectRefusal(await send(carried(xml)), 'saml_issue_instant_invalid')
  })

  it('is refused after its NotOnOrAfter', async () => {
    const past = new Date(Date.now() - 120_000).toISOString()
    const xml = request().replace(' Version=', ` NotOnOrAfter="${past}" Version=`)
    expectRefusal(await send(carried(xml)), 'saml_issue_instant_invalid')
  })

  it.each([
    ['the next tenant', SLO.replace('/ala/', '/moena/')],
    ['our login address', SLO.replace('/slo', '/acs')],
    ['nobody', ''],
  ])('is refused when it is addressed to %s', async (_, destination) => {
    for (const binding of ['redirect', 'post'] as const) {
      const xml = request(gateway.idps.alfa, stranger, { destination })
      expectRefusal(await send(carried(xml, binding)), 'saml_destination_mismatch')
    }
  })

  it('is refused as another kind of message', async () => {
    const { key } = gateway.keys.alfa
    const other = deflated(request().replaceAll('samlp:LogoutRequest', 'samlp:AuthnRequest'))
    expectRefusal(await send({ url: signedUrl(SLO, { SAMLRequest: other }, key) }), 'saml_message_malformed')
    const asResponse = { SAMLResponse: deflated(request()) }
    expectRefusal(await send({ url: signedUrl(SLO, asResponse, key) }), 'saml_message_malformed')
  })

  describe('by HTTP-Redirect', () => {
    const key = () => gateway.keys.alfa.key
    const fields = () => ({ SAMLRequest: deflated(request()), RelayState: 'state' })
    const reordered = (url: string) => {
      const [base = '', query = ''] = url.split('?')
      return `${base}?${query.split('&').toReversed().join('&')}`
    }

    it('may have its parameters in any order on the way: the order that was signed is fixed', async () => {
      expect((await send({ url: reordered(signedUrl(SLO, fields(), key())) })).status).toBe(303)
    })

    it('is refused when they were signed in another order', async () => {
      const { SAMLRequest, RelayState } = fields()
      const url = signedUrl(SLO, { RelayState, SAMLRequest }, key())
      expectRefusal(await send({ url }), 'saml_signature_invalid')
    })

    it.each([
      ['another RelayState', (url: string) => url.replace('RelayState=state', 'RelayState=other')],
      ['no RelayState', (url: string) => url.replace('&RelayState=state', '')],
      [
        'the message encoded otherwise',
        (url: string) => url.replace(/SAMLRequest=(.)/, (_, c) => `SAMLRequest=%${c.charCodeAt(0).toString(16)}`),
      ],
    ])('is refused with %s: the signature is over the very octets', async (_, change) => {
      const url = signedUrl(SLO, fields(), key())
      expect(change(url)).not.toBe(url)
      expectRefusal(await send({ url: change(url) }), 'saml_signature_invalid')
    })

    it('is refused with a parameter twice, or with a request and a response', async () => {
      const url = signedUrl(SLO, fields(), key())
      expectRefusal(await send({ url: `${url}&RelayState=state` }), 'saml_structure_forbidden')
      expectRefusal(await send({ url: `${url}&SAMLResponse=x` }), 'saml_structure_forbidden')
    })

    it.each([
      ['SHA-1', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'sha1'],
      ['HMAC', 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'],
      ['an algorithm of the object prototype', 'constructor', 'sha256'],
    ])('is refused with %s', async (_, sigAlg, digest) => {
      expectRefusal(
        await send({ url: signedUrl(SLO, fields(), key(), { sigAlg, digest }) }),
        'saml_algorithm_forbidden',
      )
    })

    it.each(['sha384', 'sha512'])('is taken with RSA-%s', async (digest) => {
      const sigAlg = `http://www.w3.org/2001/04/xmldsig-more#rsa-${digest}`
      expect((await send({ url: signedUrl(SLO, fields(), key(), { sigAlg, digest }) })).status).toBe(303)
    })

    it('is refused with a signature in its XML too', async () => {
      const SAMLRequest = deflated(signMessage(request(), gateway.keys.alfa))
      expectRefusal(await send({ url: signedUrl(SLO, { SAMLRequest }, key()) }), 'saml_structure_forbidden')
    })

    it('is refused when a few bytes stand for megabytes', async () => {
      const SAMLRequest = deflated(`<x>${' '.repeat(9_000_000)}</x>`)
      expectRefusal(await send({ url: signedUrl(SLO, { SAMLRequest }, key()) }), 'saml_message_too_large')
    })
  })
})

describe('the logout address', () => {
  it('does not exist for CIE, which sends nothing', async () => {
    expect((await gateway.browser().visit(SLO.replace('/spid/', '/cie/'))).status).toBe(404)
  })

  it('shows a page for an empty visit, never an answer', async () => {
    expectRefusal(await gateway.browser().visit(SLO), 'saml_message_malformed')
  })
})
