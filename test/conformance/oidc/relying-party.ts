/** The relying party that the conformance suite plays: what it sends, and what it checks of every answer. */
import { randomBytes } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import request from 'supertest'
import { expect } from 'vitest'
import type { Page } from '../../fixtures/gateway/browser.ts'
import { clientSecret } from '../../fixtures/gateway/files.ts'
import type { TestGateway } from '../../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../../fixtures/gateway/stories.ts'

export type Params = Readonly<Record<string, string>>
export type ResponseMode = 'query' | 'form_post'

/** How the citizen gets past the login page: by SPID, by "go on", or there is none. */
type Way = 'login' | 'go on' | 'no page'

interface Sent {
  readonly page: Page
  readonly state: string
  readonly nonce: string | undefined
  readonly client: string
  readonly params: Params
}

interface FlowOptions {
  readonly client?: string
  readonly way?: Way
  /** For the token endpoint. */
  readonly redemption?: Params
}

const random = (bytes = 16) => randomBytes(bytes).toString('base64url')

export const secretOf = (client: string): Params =>
  client === 'oidcc-post' ? { client_id: client, client_secret: clientSecret } : {}

export const createRelyingParty = async (gateway: TestGateway, tenant: string, mode: ResponseMode) => {
  const issuer = gateway.issuerOf(tenant)
  const browser = gateway.browser()
  const at = (url: string) => {
    const { host, pathname } = new URL(url)
    return { host, pathname, agent: request(gateway.addressOf(host)) }
  }
  const fetchJson = async (url: string) => {
    const { host, pathname, agent } = at(url)
    return (
      await agent
        .get(pathname)
        .set('Host', host)
        .expect(200)
        .expect('Content-Type', /^application\/([\w-]+\+)?json/)
    ).body
  }
  const server = (await fetchJson(`${issuer}/.well-known/openid-configuration`)) as Readonly<Record<string, string>>
  const endpoint = (name: string) => server[`${name}_endpoint`] ?? ''
  const redirectUriOf = (client: string) => `https://${client}.${tenant}.example/callback`

  const requestOf = (client: string, params: Params): Params => ({
    client_id: client,
    redirect_uri: redirectUriOf(client),
    response_type: 'code',
    scope: 'openid',
    state: random(),
    nonce: random(),
    ...(mode === 'form_post' && { response_mode: 'form_post' }),
    ...params,
  })

  /** Sends the browser to the authorization endpoint. `leaveOut`: parameters of the usual request. */
  const send = async (
    params: Params = {},
    { client = 'oidcc', leaveOut = [], method = 'GET' }: { client?: string; leaveOut?: string[]; method?: string } = {},
  ): Promise<Sent> => {
    const all = Object.fromEntries(
      Object.entries(requestOf(client, params)).filter(([name]) => !leaveOut.includes(name)),
    )
    const url = endpoint('authorization')
    const page =
      method === 'POST'
        ? await browser.post(url, all, { crossSite: true })
        : await browser.get(`${url}?${new URLSearchParams(all)}`)
    return { page, state: all.state ?? '', nonce: all.nonce, client, params: all }
  }

  const isLoginPage = (page: Page) => linksIn(page).some((href) => href.includes('/begin?'))

  const pass = async ({ page }: Sent, way: Way): Promise<Page> => {
    expect([way, isLoginPage(page)]).toEqual([way, way !== 'no page'])
    if (way === 'no page') return page
    if (way === 'go on') {
      const link = linksIn(page).find((href) => href.includes('/continue'))
      expect(link).toBeDefined()
      return browser.get(link ?? '')
    }
    const login = { browser, page, tenant, client: '', verifier: '', state: '', nonce: '' }
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    return gateway.deliver(browser, gateway.answer(gateway.idps.alfa, sent))
  }

  /** The parameters of an authorization response that came in the way that was asked for, and in no other. */
  const responseIn = (page: Page, client: string): Params => {
    if (mode === 'query') {
      const url = new URL(page.location ?? page.url)
      expect(`${url.origin}${url.pathname}`).toBe(redirectUriOf(client))
      expect(url.hash).toBe('')
      return Object.fromEntries(url.searchParams)
    }
    expect([page.status, page.location]).toEqual([200, undefined])
    expect(page.text).toMatch(/<form [^>]*method="post"/)
    expect(page.text).not.toMatch(/enctype=/)
    const { action, fields } = formIn(page)
    expect(action).toBe(redirectUriOf(client))
    const { '': _button, ...params } = fields
    return params
  }

  /** What every error response must be. */
  const errorIn = (page: Page, { state, client }: Pick<Sent, 'state' | 'client'>): string => {
    const response = responseIn(page, client)
    const { error = '', error_description: description = '' } = response
    expect(
      Object.keys(response).filter((key) => !['error', 'error_description', 'state', 'iss'].includes(key)),
    ).toEqual([])
    expect(response).toMatchObject({ state, iss: issuer })
    expect(error).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/)
    expect(description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]*$/)
    return error
  }

  const token = (form: Params, client = 'oidcc') => {
    const { host, pathname, agent } = at(endpoint('token'))
    const sent = agent
      .post(pathname)
      .set('Host', host)
      .type('form')
      .send({ ...form, ...secretOf(client) })
    return client === 'oidcc-post' ? sent : sent.auth(client, clientSecret)
  }
  const redeem = (code: string, client = 'oidcc', more: Params = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: redirectUriOf(client), ...more }, client)

  const jwks = async () => (await fetchJson(server.jwks_uri ?? '')) as JSONWebKeySet

  /** Signature by the published key that its header names, issuer, audience, times, nonce, subject. */
  const verified = async (
    jwt: string,
    { client = 'oidcc', nonce }: { client?: string; nonce?: string | undefined } = {},
  ) => {
    const keys = await jwks()
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(keys), { issuer, audience: client })
    expect(keys.keys.map(({ kid }) => kid)).toContain(protectedHeader.kid)
    expect(payload.nonce).toBe(nonce)
    expect(payload.sub).toMatch(/^[\x20-\x7E]{1,255}$/)
    expect([typeof payload.iat, typeof payload.exp, typeof payload.acr]).toEqual(['number', 'number', 'string'])
    return { payload, header: protectedHeader }
  }

  const userinfo = (accessToken: string, how: 'get' | 'post header' | 'post body' = 'get') => {
    const { host, pathname, agent } = at(endpoint('userinfo'))
    if (how === 'post body')
      return agent.post(pathname).set('Host', host).type('form').send({ access_token: accessToken })
    const sent = how === 'get' ? agent.get(pathname) : agent.post(pathname)
    return sent.set('Host', host).auth(accessToken, { type: 'bearer' })
  }

  /** The happy flow, with everything that the suite checks in each of them. */
  const flow = async (params: Params = {}, { client = 'oidcc', way = 'login', redemption = {} }: FlowOptions = {}) => {
    const sent = await send(params, { client })
    return complete(sent, way, redemption)
  }
  const complete = async (sent: Sent, way: Way = 'login', redemption: Params = {}) => {
    const { client, state, nonce } = sent
    const response = responseIn(await pass(sent, way), client)
    expect(response).toEqual({ code: expect.any(String), state, iss: issuer })
    const answer = await redeem(response.code ?? '', client, redemption)
    expect([answer.status, answer.body.error]).toEqual([200, undefined])
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
    const { payload: idToken, header } = await verified(answer.body.id_token, { client, nonce })
    const info = await userinfo(answer.body.access_token).expect(200)
    expect(info.body.sub).toBe(idToken.sub)
    return {
      code: response.code ?? '',
      tokens: answer.body as Readonly<Record<string, string>>,
      idToken: idToken as JWTPayload & { auth_time: number; acr: string },
      header,
      userinfo: info.body as Readonly<Record<string, unknown>>,
    }
  }

  return {
    issuer,
    tenant,
    server,
    browser,
    endpoint,
    fetchJson,
    redirectUriOf,
    send,
    pass,
    isLoginPage,
    responseIn,
    errorIn,
    token,
    redeem,
    jwks,
    verified,
    userinfo,
    flow,
    complete,
    random,
  }
}
export type RelyingParty = Awaited<ReturnType<typeof createRelyingParty>>
