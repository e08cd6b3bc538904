/** How an authorization response reaches the client: OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode. */
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from '../fixtures/gateway/browser.ts'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, type Login } from '../fixtures/gateway/stories.ts'

describe('response_mode=form_post', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ tenants: { moena: 'host: accesso.moena.example' } })
  })
  afterAll(() => gateway.close())

  const policyOf = ({ headers }: Page, directive: string) =>
    headers['content-security-policy']
      ?.split('; ')
      .find((one) => one.startsWith(`${directive} `))
      ?.slice(directive.length + 1)

  it('brings code, state and issuer to the client by a page with a visible button', async () => {
    const { login, end } = await gateway.loginBy('spid', { params: { response_mode: 'form_post' } })
    expect([end.status, end.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const { action, fields } = formIn(end)
    expect(action).toBe('https://www.ala.example/callback')
    expect(fields).toEqual({
      code: expect.stringMatching(/^[\w-]{40,}$/),
      state: login.state,
      iss: gateway.issuerOf('ala'),
    })
    expect(end.text).toMatch(/<button class="button" type="submit">Continua<\/button>/)
    expect(end.text).toContain('Asilo nido')
    await gateway.redeem(login, fields.code ?? '').expect(200)
  })

  it('works under a policy without inline scripts that lets the form go to this client alone', async () => {
    const { end } = await gateway.loginBy('spid', { params: { response_mode: 'form_post' } })
    expect(policyOf(end, 'script-src')).toBe("'self'")
    expect(policyOf(end, 'form-action')).toBe("'self' https://www.ala.example")
    expect(end.text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=/)
    // an Origin header of `null` is what firewalls of municipal sites refuse
    expect(end.headers['referrer-policy']).toBe('strict-origin')
    expect(end.headers['cache-control']).toBe('no-store')
  })

  it("speaks the citizen's language", async () => {
    const { end } = await gateway.loginBy('spid', { params: { response_mode: 'form_post', ui_locales: 'de' } })
    expect(end.text).toMatch(/<html[^>]*lang="de"/)
    expect(end.text).toContain('Kinderkrippe')
  })

  it('escapes a state that would like to be markup', async () => {
    const state = '"><script>alert(1)</script><input name="code" value="'
    const { end } = await gateway.loginBy('spid', { params: { response_mode: 'form_post', state } })
    expect(end.text).not.toContain('<script>alert')
    expect(formIn(end).fields.state).toBe(state)
  })

  it.each([
    ['a mistake in the request', { prompt: 'perhaps' }, 'invalid_request'],
    ['nobody being logged in', { prompt: 'none' }, 'login_required'],
    ['a response type that there is not', { response_type: 'id_token' }, 'unsupported_response_type'],
  ])('brings the error of %s in the same way', async (_, params, error) => {
    const login = await gateway.begin({ params: { response_mode: 'form_post', ...params } })
    expect(login.page.status).toBe(200)
    expect(formIn(login.page)).toMatchObject({
      action: 'https://www.ala.example/callback',
      fields: { error, state: login.state, iss: gateway.issuerOf('ala') },
    })
    expect(policyOf(login.page, 'form-action')).toBe("'self' https://www.ala.example")
  })

  it("brings a citizen's cancel too", async () => {
    const login = await gateway.begin({ params: { response_mode: 'form_post' } })
    const end = await login.browser.get(`${login.page.url.split('?')[0]}/abort`)
    expect(formIn(end).fields).toMatchObject({ error: 'access_denied', state: login.state })
  })

  it('posts nothing to an address that the client did not register', async () => {
    const { page } = await gateway.begin({
      params: { response_mode: 'form_post', redirect_uri: 'https://evil.example/', prompt: 'perhaps' },
    })
    expect([page.status, page.text.includes('<form')]).toEqual([400, false])
    expect(page.text).toContain('oidc_request_invalid')
  })
})

describe('an authorization request by POST', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  /** As the page of a municipal site posts it: no cookie of ours comes along. */
  const begin = async (change: Readonly<Record<string, string>> = {}): Promise<{ login: Login; page: Page }> => {
    const login = await gateway.begin()
    const request = new URL(`${gateway.issuerOf('ala')}/authorize`)
    const form = {
      client_id: 'sito',
      response_type: 'code',
      scope: 'openid profile',
      redirect_uri: 'https://www.ala.example/callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      state: login.state,
      nonce: login.nonce,
      ...change,
    }
    return {
      login: { ...login, verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' },
      page: await login.browser.visit(request.href, { form, crossSite: true }),
    }
  }

  it('leads to the login page and to a code like one by GET', async () => {
    const { login, page } = await begin()
    expect(page.status).toBe(303)
    const shown = await login.browser.follow(page)
    const sent = await gateway.choose({ ...login, page: shown }, 'spid', gateway.idps.alfa)
    const end = await gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
    expect((await gateway.claimsOf(login, end)).idToken.nonce).toBe(login.nonce)
  })

  it('keeps to the same address, whatever it carries', async () => {
    const { page } = await begin({ state: 'https://evil.example/?x#y', redirect_uri: '//evil.example' })
    const { origin, pathname, searchParams } = new URL(page.location ?? '')
    expect(`${origin}${pathname}`).toBe(`${gateway.issuerOf('ala')}/authorize`)
    expect(searchParams.get('state')).toBe('https://evil.example/?x#y')
  })

  it('is refused when it is larger than one by GET may be', async () => {
    expect((await begin({ state: 'x'.repeat(9000) })).page).toMatchObject({ status: 413, location: undefined })
  })
})

describe('an endpoint', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  it.each([
    ['get', 'token', 'POST, OPTIONS'],
    ['put', 'userinfo', 'GET, HEAD, POST, OPTIONS'],
    ['post', 'jwks', 'GET, HEAD, OPTIONS'],
    ['head', 'authorize', 'GET, POST'],
    ['head', 'authorize/some-login', 'GET'],
  ] as const)('answers 405 to %s %s, with what it does take', async (method, path, allowed) => {
    const answer = await request(gateway.regional)[method](`/t/ala/${path}`).set('Host', hosts.login)
    expect([answer.status, answer.headers.allow]).toEqual([405, allowed])
  })

  it('for servers answers in JSON also where the server says that it likes pages', async () => {
    const answer = await request(gateway.regional)
      .post('/t/ala/token')
      .set('Host', hosts.login)
      .set('Accept', 'text/html, image/gif, */*; q=.2')
      .type('form')
      .send({ grant_type: 'authorization_code', code: 'none' })
      .auth('sito', clientSecret)
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant'])
  })
})
