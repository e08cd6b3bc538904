/** What the software of municipal sites does with its provider, as its plugins do it, at two Comuni. docs/clients.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hosts } from '../fixtures/gateway/identities.ts'
import {
  answerAt,
  createServers,
  noPkce,
  stagingCallback,
  withServices,
  wordpressCallback,
} from '../fixtures/gateway/services.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const L2 = 'https://www.spid.gov.it/SpidL2'
const L3 = 'https://www.spid.gov.it/SpidL3'

let gateway: TestGateway
let clock = Date.now()
beforeAll(async () => {
  gateway = await startGateway({ now: () => clock, ...withServices })
})
afterAll(() => gateway.close())
const { redeem, claimsOf } = createServers(() => gateway)

describe('WordPress', () => {
  /** Its plugin: no PKCE, no nonce, an address with a query, and more in the form than anybody asked for. */
  const visit = (way: 'spid' | 'cie', level: 1 | 2 | 3, tenant = 'ala') =>
    gateway.loginBy(way, {
      tenant,
      client: 'wordpress',
      level,
      params: {
        ...noPkce,
        nonce: '',
        redirect_uri: wordpressCallback(tenant),
        scope: 'email profile openid',
        acr_values: L2,
        client_request_id: 'unknown to everybody',
      },
    })
  const form = (tenant = 'ala') => ({
    redirect_uri: wordpressCallback(tenant),
    scope: 'email profile openid',
    acr_values: L2,
    nonsense: 'x',
  })

  it('gets its citizen back at an address with a query, with code, state and issuer beside it', async () => {
    const { login, end } = await visit('spid', 2)
    const back = new URL(end.location ?? '')
    expect(`${back.origin}${back.pathname}`).toBe('https://www.ala.example/wp-admin/admin-ajax.php')
    expect(Object.fromEntries(back.searchParams)).toEqual({
      action: 'openid-connect-authorize',
      code: expect.any(String),
      state: login.state,
      iss: `https://${hosts.login}/t/ala`,
    })
  })

  it('asked for level 2, sees level 2 when the card of a citizen proved 3, and both see what it was', async () => {
    const { login, end } = await visit('cie', 3)
    const { idToken, userinfo } = await claimsOf(login, end, form())
    expect(idToken).toMatchObject({ acr: L2, acr_actual: L3 })
    expect(userinfo).toMatchObject({ acr: L2, acr_actual: L3, sub: idToken.sub })
  })

  it('can make an account for a citizen of CIE: an address that takes no mail, a user name that says nothing', async () => {
    const seen = []
    for (const tenant of ['ala', 'ala', 'moena']) {
      const { login, end } = await visit('cie', 2, tenant)
      const { idToken, userinfo } = await claimsOf(login, end, form(tenant))
      expect(userinfo).toMatchObject({
        email: expect.stringMatching(new RegExp(`^[0-9a-f]{32}@noreply\\.${tenant}\\.invalid$`)),
        email_verified: false,
        preferred_username: expect.stringMatching(/^utente-[0-9a-f]{20}$/),
        name: expect.stringMatching(/ROSSI/i),
      })
      // the token travels in the address of its logout
      expect(Object.keys(idToken).filter((claim) => /name|mail|birth|fiscal/.test(claim))).toEqual([])
      seen.push(userinfo)
    }
    const [first, again, atMoena] = seen
    expect([again.email, again.preferred_username, again.sub]).toEqual([
      first.email,
      first.preferred_username,
      first.sub,
    ])
    for (const claim of ['sub', 'email', 'preferred_username']) expect(atMoena[claim]).not.toBe(first[claim])
  })

  it('gets the address that SPID knows, and asks SPID for it', async () => {
    const { login, end } = await visit('spid', 2)
    const { userinfo } = await claimsOf(login, end, form())
    expect(userinfo.email).toMatch(/^[^@]+@(?!noreply)/)
    const { sent } = await gateway.upToAnswer('spid', {
      client: 'wordpress',
      params: { redirect_uri: wordpressCallback('ala') },
    })
    expect(gateway.requestIn(sent).attributeSetIndex).toBe('3')
  })

  describe('forgets after three minutes that it asked', () => {
    const comeBack = async (seconds: number, client = 'wordpress') => {
      const params = client === 'wordpress' ? { redirect_uri: wordpressCallback('ala') } : {}
      const login = await gateway.begin({ client, params })
      clock += seconds * 1000
      return { login, clicked: await gateway.choose(login, 'spid', gateway.idps.alfa) }
    }

    it('and whoever chooses only then is told so, and led back to where the service begins', async () => {
      const { login, clicked } = await comeBack(181)
      expect([clicked.status, clicked.location]).toEqual([409, undefined])
      expect(clicked.text).toContain('service_state_expired')
      expect(linksIn(clicked)).toContain('https://www.ala.example/accedi')
      // only the service knows: who wants to try may
      const again = await gateway.choose({ ...login, page: clicked }, 'spid', gateway.idps.alfa)
      expect(again.location).toMatch(/^https:\/\/alfa\.example/)
    })

    it('and before that nobody hears of it, nor at a service that does not forget', async () => {
      expect((await comeBack(179)).clicked.location).toMatch(/^https:\/\/alfa\.example/)
      expect((await comeBack(600, 'plone')).clicked.location).toMatch(/^https:\/\/alfa\.example/)
    })
  })
})

describe('PKCE', () => {
  it('may be left out by software that cannot do it', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'plone', params: noPkce })
    expect((await redeem(login, gateway.codeOf(end))).status).toBe(200)
  })

  it('counts for it all the same once it was begun: neither without the verifier nor with another one', async () => {
    for (const verifier of [{}, { code_verifier: 'x'.repeat(43) }]) {
      const { login, end } = await gateway.loginBy('spid', { client: 'plone' })
      const { status, body } = await redeem(login, gateway.codeOf(end), verifier)
      expect([status, body.error]).toEqual([400, 'invalid_grant'])
    }
  })

  it('cannot be put on afterwards', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'plone', params: noPkce })
    const { body } = await redeem(login, gateway.codeOf(end), { code_verifier: login.verifier })
    expect(body.error).toBe('invalid_grant')
  })

  it.each(['moderno', 'protocollo'])('must be there for all others: %s', async (client) => {
    const { page, state } = await gateway.begin({ client, params: noPkce })
    expect(answerAt(page)).toEqual({ error: 'invalid_request', iss: `https://${hosts.login}/t/ala`, state })
  })

  it('must be S256', async () => {
    const { page } = await gateway.begin({ client: 'plone', params: { code_challenge_method: 'plain' } })
    expect(answerAt(page).error).toBe('invalid_request')
  })
})

describe('an address', () => {
  it('of a staging site may be http and inside the house while the tenant is tried out', async () => {
    const { end } = await gateway.loginBy('spid', {
      client: 'staging',
      params: { redirect_uri: stagingCallback },
    })
    expect(end.location).toMatch(/^http:\/\/10\.1\.2\.3:8080\/callback\?site=3&code=/)
  })

  it.each([
    ['without its query', 'https://www.ala.example/wp-admin/admin-ajax.php'],
    ['with another value in it', `${wordpressCallback('ala')}2`],
    ['with one more parameter', `${wordpressCallback('ala')}&next=https://evil.example`],
    ['of the same client at another Comune', wordpressCallback('moena')],
  ])('that is registered is not the same %s', async (_, redirect_uri) => {
    const { page } = await gateway.begin({ client: 'wordpress', params: { ...noPkce, redirect_uri } })
    expect([page.status, page.location]).toEqual([400, undefined])
  })
})
