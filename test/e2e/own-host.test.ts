/** A Comune with a host name of its own: its citizens see nothing of the region's, which still speaks to SPID, CIE and cards. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLogoutMessage } from '../../sandbox/saml/logout.ts'
import type { Browser } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, type Login, linksIn } from '../fixtures/gateway/stories.ts'

const OWN = 'accesso.moena.example'
const ISSUER = `https://${OWN}`
const REGION = 'login.regione.example'
const SITE = 'https://www.moena.example'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ tenants: { moena: `host: ${OWN}` } })
})
afterAll(() => gateway.close())

const get = (path: string, host = OWN, headers: Record<string, string> = {}) =>
  request(gateway.regional)
    .get(path)
    .set({ Host: host, Accept: 'text/html', ...headers })

/** `host path name` of every cookie that the browser holds; `lasting`: that are not for this one login. */
const cookiesOf = ({ jar }: Browser) => [...jar.keys()].sort()
const lasting = (browser: Browser) => cookiesOf(browser).filter((cookie) => !cookie.includes('/login/'))

/** What the site does with the code: it knows nothing but the issuer. */
const verified = async (idToken: string) => {
  const { body } = await get(new URL((await get('/.well-known/openid-configuration')).body.jwks_uri).pathname)
  return (await jwtVerify(idToken, createLocalJWKSet(body), { issuer: ISSUER, audience: 'sito' })).payload
}

const enter = async (params: Readonly<Record<string, string>> = {}) => {
  const { login, end } = await gateway.loginBy('spid', { tenant: 'moena', params })
  return { login, end, ...(await gateway.claimsOf(login, end)) }
}

const leave = ({ browser }: Login, params: Readonly<Record<string, string>>) =>
  browser.visit(`${ISSUER}/end-session?${new URLSearchParams(params)}`)

describe('a whole login on a host of its own', () => {
  it('begins and ends there; only the answer of the provider goes to the regional host, without a cookie', async () => {
    const login = await gateway.begin({ tenant: 'moena' })
    const { browser, page } = login
    expect(page.url).toMatch(/^https:\/\/accesso\.moena\.example\/login\/[\w-]+\?c=sito$/)
    // the region's own are the status of the gateway, and nothing else
    expect(linksIn(page).filter((href) => href.includes('/t/moena') || href.includes(REGION))).toEqual([
      `https://${REGION}/status?tenant=moena&lang=it`,
    ])
    // a cookie for one path cannot be __Host-; the one that names the browser is
    expect(cookiesOf(browser)).toEqual([
      `${OWN} / __Host-varco_browser`,
      expect.stringMatching(/^accesso\.moena\.example \/authorize\/[\w-]+ __Secure-varco_resume$/),
      expect.stringMatching(/^accesso\.moena\.example \/authorize\/[\w-]+ __Secure-varco_resume\.sig$/),
      expect.stringMatching(/^accesso\.moena\.example \/login\/[\w-]+ __Secure-varco_interaction$/),
      expect.stringMatching(/^accesso\.moena\.example \/login\/[\w-]+ __Secure-varco_interaction\.sig$/),
    ])

    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    expect(gateway.requestIn(sent).acsUrl).toBe(`https://${REGION}/t/moena/saml/spid/acs`)
    const post = gateway.answer(gateway.idps.alfa, sent)
    expect(post.action).toBe(`https://${REGION}/t/moena/saml/spid/acs`)
    const answered = await browser.visit(post.action, { form: post.fields, crossSite: true })
    expect([answered.status, answered.cookiesSent, answered.headers['set-cookie']]).toEqual([303, [], undefined])
    expect(answered.location).toMatch(
      /^https:\/\/accesso\.moena\.example\/login\/[\w-]+\/finish\?handle=[\w-]+&c=sito$/,
    )

    const end = await browser.follow(answered)
    expect(end.location).toMatch(new RegExp(`^${SITE}/callback\\?code=`))
    expect(new URL(end.location ?? '').searchParams.get('iss')).toBe(ISSUER)
    expect(lasting(browser)).toEqual([
      `${OWN} / __Host-varco_browser`,
      `${OWN} / __Host-varco_session`,
      `${OWN} / __Host-varco_session.sig`,
    ])

    const { idToken, userinfo, tokens } = await gateway.claimsOf(login, end)
    expect(await verified(tokens.id_token)).toEqual(idToken)
    expect(idToken).toMatchObject({ iss: ISSUER, aud: 'sito', tenant: 'c_f263', nonce: login.nonce })
    expect(userinfo).toMatchObject({ sub: idToken.sub, given_name: 'Ada', family_name: 'Rossi' })
  })

  it('works the same way by CIE', async () => {
    const { login, end } = await gateway.loginBy('cie', { tenant: 'moena' })
    expect((await gateway.claimsOf(login, end)).idToken).toMatchObject({ iss: ISSUER, idp_type: 'cie' })
  })

  it('works the same way with a card, which is asked for on the card host', async () => {
    const card = await gateway.keys.card('ada')
    const { login, sent, shown, end } = await gateway.loginByCard(card, { tenant: 'moena' })
    expect(sent.location).toMatch(/^https:\/\/cns\.regione\.example\/t\/moena\/cns\?ticket=/)
    expect(shown.location).toMatch(/^https:\/\/accesso\.moena\.example\/login\/[\w-]+\/finish\?handle=/)
    if (end === undefined) throw new Error('no end')
    expect((await gateway.claimsOf(login, end)).idToken).toMatchObject({ iss: ISSUER, idp_type: 'cns' })
  })

  it('gives a person the `sub` that they had before the Comune had a host of its own', async () => {
    const before = await startGateway()
    const { login, end } = await before.loginBy('spid', { tenant: 'moena' })
    const { idToken } = await before.claimsOf(login, end)
    await before.close()
    expect(idToken.iss).toBe(`https://${REGION}/t/moena`)
    expect((await enter()).idToken.sub).toBe(idToken.sub)
  })

  it('leads a citizen whom the provider refused back to the choice on that host', async () => {
    const { login, post } = await gateway.upToAnswer('spid', { tenant: 'moena', errorCode: 25 })
    const back = await gateway.deliver(login.browser, post)
    expect(back.url).toMatch(/^https:\/\/accesso\.moena\.example\/login\/[\w-]+\/finish\?handle=/)
    expect(linksIn(back).some((href) => href.startsWith(`${ISSUER}/login/`))).toBe(true)
  })

  it('tells another browser to begin again at the service, on whichever host it stands', async () => {
    const { post } = await gateway.upToAnswer('spid', { tenant: 'moena' })
    const other = await gateway.deliver(gateway.browser(), post)
    expect([other.status, new URL(other.url).host]).toEqual([403, OWN])
    expect(linksIn(other)).toContain('https://www.moena.example/accedi')
    // an answer that nobody asked for stays on the regional host, and names the Comune all the same
    const lost = await gateway.deliver(gateway.browser(), { ...post, fields: { ...post.fields, RelayState: 'x' } })
    expect([lost.status, new URL(lost.url).host]).toEqual([403, REGION])
    expect(linksIn(lost).filter((href) => href.includes('/t/moena') && !href.endsWith('#main'))).toEqual([])
  })
})

describe('a logout on a host of its own', () => {
  it('ends the session with the ID token as a hint, and leads back to the site', async () => {
    const { login, tokens } = await enter()
    const out = await leave(login, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${SITE}/`, state: 's' })
    expect(out.location).toBe(`${SITE}/?state=s`)
    expect(lasting(login.browser)).toEqual([`${OWN} / __Host-varco_browser`])
    await gateway.userinfo('moena', tokens.access_token).expect(401)
  })

  it('asks on a page of that host where there is no hint', async () => {
    const { login, tokens } = await enter()
    const page = await leave(login, { client_id: 'sito', post_logout_redirect_uri: `${SITE}/` })
    const { action, fields } = formIn(page)
    expect(action).toBe(`${ISSUER}/end-session`)
    expect((await login.browser.visit(action, { form: fields })).location).toBe(`${SITE}/`)
    await gateway.userinfo('moena', tokens.access_token).expect(401)
  })

  it('goes by way of the provider, whose answer comes to the regional host, to the site', async () => {
    const { alfa } = gateway.idps
    const { login, tokens } = await enter({ acr_values: 'https://www.spid.gov.it/SpidL1' })
    const asked = await leave(login, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${SITE}/` })
    const message = readLogoutMessage(asked.location ?? '')
    const serviceProvider = {
      entityId: `https://${REGION}/pub-ag-full/c_f263`,
      name: 'Comune di moena',
      certificate: gateway.keys.sp.certificate,
      acsUrls: [`https://${REGION}/t/moena/saml/spid/acs`],
      attributeSets: [],
    }
    const answer = alfa.respondLogout(serviceProvider, message, { partial: false })
    if (!('url' in answer)) throw new Error('not by redirect')
    expect(answer.url).toContain(`https://${REGION}/t/moena/saml/spid/slo?`)
    expect((await login.browser.visit(answer.url)).location).toBe(`${SITE}/`)
  })
})

describe('one issuer has one address', () => {
  it('and all of its endpoints stand there', async () => {
    const { body } = await get('/.well-known/openid-configuration').expect(200)
    const addresses = Object.entries(body).filter(([name]) => /_endpoint$|_uri$|^issuer$/.test(name))
    expect(addresses.length).toBeGreaterThan(6)
    expect(addresses.filter(([, address]) => !String(address).startsWith(ISSUER))).toEqual([])
    expect(body.issuer).toBe(ISSUER)
  })

  it.each(['authorize', 'token', 'userinfo', 'jwks', 'end-session', 'login/x', '.well-known/openid-configuration'])(
    'which is not below the regional host: %s',
    async (path) => {
      expect((await get(`/t/moena/${path}`, REGION)).status).toBe(404)
      expect((await get(`/t/ala/${path}`, OWN)).status).toBe(404)
      expect((await get(`/t/moena/${path}`, OWN)).status).toBe(404)
    },
  )

  it.each(['/saml/spid/acs', '/saml/spid/slo', '/cns?ticket=x', '/pub-ag-full/c_f263', '/cie/c_f263'])(
    'and what is registered with others stays on the regional hosts: %s',
    async (path) => {
      expect((await get(path, OWN)).status).toBe(404)
    },
  )

  it('whatever headers a stranger sends', async () => {
    expect((await get('/jwks', 'other.moena.example')).status).toBe(421)
    const { body } = await get('/.well-known/openid-configuration', OWN, {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'http',
    })
    expect([body.issuer, body.token_endpoint]).toEqual([ISSUER, `${ISSUER}/token`])
  })

  it('and its cookies and tokens are nothing at the neighbours', async () => {
    const { login, tokens } = await enter()
    await gateway.userinfo('ala', tokens.access_token).expect(401)
    const stolen = [...login.browser.jar.values()].map(({ value }) => value).join('; ')
    const answer = await get('/t/ala/end-session', REGION, { Cookie: stolen })
    // nobody is logged in there
    expect([answer.status, answer.text.includes('name="confirm"')]).toEqual([200, false])
  })

  it('its pages bring their own files along', async () => {
    const { page } = await gateway.begin({ tenant: 'moena' })
    const [style] = /\/assets\/[^"]+\.css/.exec(page.text) ?? []
    expect((await get(String(style))).status).toBe(200)
    expect(page.headers['content-security-policy']).not.toContain(REGION)
  })
})
