/** The endpoints that a site's server speaks to: userinfo, introspection, revocation, discovery. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    clients: {
      ala: `
  - id: firmato
    names: { it: Userinfo firmata }
    url: https://firmato.ala.example/
    redirect_uris: [https://firmato.ala.example/callback]
    claims: [given_name]
    auth: client_secret_post
    secrets: [env:CLIENT_SECRET]
    userinfo_signed_response_alg: RS256`,
    },
  })
})
afterAll(() => gateway.close())

const post = (path: string, form: Readonly<Record<string, string>>) =>
  request(gateway.regional)
    .post(`/t/ala/${path}`)
    .set('Host', hosts.login)
    .type('form')
    .send({ ...form })
const get = (path: string) => request(gateway.regional).get(`/t/ala/${path}`).set('Host', hosts.login)
/** With the secret of `sito`. */
const asSito = (path: string, form: Readonly<Record<string, string>>) => post(path, form).auth('sito', clientSecret)

const tokensOf = async (options: Parameters<TestGateway['loginBy']>[1] = {}) => {
  const { login, end } = await gateway.loginBy('spid', options)
  return { login, ...(await gateway.claimsOf(login, end)) }
}

describe('the discovery document', () => {
  it('says exactly what there is', async () => {
    const issuer = gateway.issuerOf('ala')
    const { body } = await get('.well-known/openid-configuration').expect(200)
    expect(body).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      pushed_authorization_request_endpoint: `${issuer}/par`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      introspection_endpoint: `${issuer}/introspection`,
      revocation_endpoint: `${issuer}/revocation`,
      end_session_endpoint: `${issuer}/end-session`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      response_modes_supported: ['form_post', 'fragment', 'query'],
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['S256'],
      claim_types_supported: ['normal'],
      claims_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      authorization_response_iss_parameter_supported: true,
      ui_locales_supported: ['it', 'de', 'lld', 'en'],
      acr_values_supported: [1, 2, 3].map((level) => `https://www.spid.gov.it/SpidL${level}`),
    })
    expect(body).not.toHaveProperty('require_pushed_authorization_requests')
    expect(body).not.toHaveProperty('registration_endpoint')
    expect(Object.keys(body).filter((key) => /encryption|dpop|device|ciba|backchannel_auth/.test(key))).toEqual([])
    const { body: rfc8414 } = await get('.well-known/oauth-authorization-server').expect(200)
    expect(rfc8414).toEqual(body)
  })

  it('names only endpoints that answer, and no other answers', async () => {
    const { body } = await get('.well-known/openid-configuration')
    const named = Object.entries(body).filter(([key]) => /_endpoint$|^jwks_uri$/.test(key))
    expect(named).toHaveLength(8)
    for (const [key, url] of named) {
      const answer = await request(gateway.regional)
        .get(new URL(String(url)).pathname)
        .set('Host', hosts.login)
      expect([key, answer.status]).not.toEqual([key, 404])
    }
    for (const path of ['device/auth', 'reg', 'backchannel', 'request', 'token/introspection']) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
  })
})

describe('a request object', () => {
  const object = 'eyJhbGciOiJub25lIn0.eyJyZXNwb25zZV90eXBlIjoiY29kZSJ9.'

  it.each([
    ['request', object, 'request_not_supported'],
    ['request_uri', 'https://www.ala.example/request.jwt', 'request_uri_not_supported'],
    ['registration', '{"client_name":"x"}', 'registration_not_supported'],
  ])('in `%s` is refused, and the client told', async (name, value, error) => {
    const { page, state } = await gateway.begin({ params: { [name]: value } })
    const { origin, searchParams } = new URL(page.location ?? '')
    expect(origin).toBe('https://www.ala.example')
    expect(Object.fromEntries(searchParams)).toMatchObject({ error, state, iss: gateway.issuerOf('ala') })
  })

  it('is refused at the endpoint for pushed requests too', async () => {
    expect((await asSito('par', { request: object })).body.error).toBe('request_not_supported')
  })
})

describe('a parameter that nobody knows', () => {
  it('is ignored, also twice', async () => {
    const login = await gateway.begin({ params: { extra: 'https://evil.example' } })
    expect(login.page.text).toContain('Asilo nido')
    const again = await login.browser.get(`${gateway.issuerOf('ala')}/authorize?client_id=sito&extra=1&extra=2`)
    expect(new URL(again.location ?? '').searchParams.get('error_description')).toContain('response_type')
  })

  it('is ignored at the token endpoint, as WordPress sends them', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const answer = await asSito('token', {
      grant_type: 'authorization_code',
      code: gateway.codeOf(end),
      redirect_uri: 'https://www.ala.example/callback',
      code_verifier: login.verifier,
      scope: 'openid everything',
      acr_values: 'any',
    })
    expect(answer.status).toBe(200)
  })
})

describe('userinfo', () => {
  it('answers the same by GET, by POST with the token in the header and by POST with the token in the form', async () => {
    const { tokens, userinfo } = await tokensOf()
    const byHeader = await post('userinfo', {}).auth(tokens.access_token, { type: 'bearer' })
    const byForm = await post('userinfo', { access_token: tokens.access_token })
    expect(userinfo.given_name).toBe('Ada')
    expect([byHeader.body, byForm.body]).toEqual([userinfo, userinfo])
  })

  it('takes no token from the address, and says why it takes none', async () => {
    const { tokens } = await tokensOf()
    const inAddress = await get(`userinfo?access_token=${tokens.access_token}`)
    expect([inAddress.status, inAddress.body.error]).toEqual([400, 'invalid_request'])
    const wrong = await get('userinfo').auth(`${tokens.access_token}x`, { type: 'bearer' })
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Bearer .*invalid_token/),
    ])
  })

  it('is a signed JWT for a client that registered one, with issuer, audience and nothing more than in JSON', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'firmato' })
    const { body } = await post('token', {
      client_id: 'firmato',
      client_secret: clientSecret,
      grant_type: 'authorization_code',
      code: gateway.codeOf(end),
      redirect_uri: 'https://firmato.ala.example/callback',
      code_verifier: login.verifier,
    }).expect(200)
    const answer = await get('userinfo').auth(body.access_token, { type: 'bearer' }).expect(200)
    expect(answer.headers['content-type']).toMatch(/^application\/jwt/)
    const keys = createLocalJWKSet((await get('jwks')).body)
    const { payload, protectedHeader } = await jwtVerify(answer.text, keys, {
      issuer: gateway.issuerOf('ala'),
      audience: 'firmato',
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload.given_name).toBe('Ada')
    expect(JSON.stringify(payload)).not.toContain('Rossi')
  })
})

describe('introspection', () => {
  it('tells a client about its own token, and nothing about the person', async () => {
    const { tokens, idToken } = await tokensOf()
    const { body } = await asSito('introspection', { token: tokens.access_token }).expect(200)
    expect(body).toMatchObject({
      active: true,
      client_id: 'sito',
      sub: idToken.sub,
      iss: gateway.issuerOf('ala'),
      scope: 'openid profile',
      token_type: 'Bearer',
    })
    expect(JSON.stringify(body)).not.toMatch(/Ada|Rossi|RSS/)
  })

  it("tells nobody about another client's token, and a client without a secret about none", async () => {
    const { tokens } = await tokensOf({ client: 'palestra' })
    expect((await asSito('introspection', { token: tokens.access_token })).body).toEqual({ active: false })
    const open = await post('introspection', { token: tokens.access_token, client_id: 'palestra' })
    expect(open.body).toEqual({ active: false })
    expect((await post('introspection', { token: tokens.access_token })).body.error).toBe('invalid_request')
    const wrong = await post('introspection', { token: tokens.access_token }).auth('sito', 'wrong')
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client'])
  })

  it('knows no token that was made up, is of another tenant, or is an ID token', async () => {
    const { tokens } = await tokensOf({ tenant: 'moena' })
    expect((await asSito('introspection', { token: 'made-up' })).body).toEqual({ active: false })
    expect((await asSito('introspection', { token: tokens.access_token })).body).toEqual({ active: false })
    expect((await asSito('introspection', { token: tokens.id_token })).body.error).toBe('unsupported_token_type')
  })
})

describe('revocation', () => {
  it("ends a client's own token at once", async () => {
    const { tokens } = await tokensOf()
    await asSito('revocation', { token: tokens.access_token }).expect(200)
    expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(401)
    expect((await asSito('introspection', { token: tokens.access_token })).body).toEqual({ active: false })
  })

  it('lets a client without a secret end its own, and nobody end those of others', async () => {
    const { tokens } = await tokensOf({ client: 'palestra' })
    await asSito('revocation', { token: tokens.access_token }).expect(200)
    expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(200)
    await post('revocation', { token: tokens.access_token, client_id: 'palestra' }).expect(200)
    expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(401)
  })

  it('says nothing about a token that there is not', async () => {
    expect((await asSito('revocation', { token: 'made-up' })).status).toBe(200)
    expect((await post('revocation', { token: 'made-up' })).status).toBe(400)
  })
})

describe('a request by JavaScript from another site', () => {
  const asPage = (path: string, origin: string, form: Readonly<Record<string, string>>) =>
    post(path, form).set('Origin', origin)

  it('is answered for a client without a secret, on its own pages', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'palestra' })
    const answer = await asPage('token', 'https://palestra.ala.example', {
      client_id: 'palestra',
      grant_type: 'authorization_code',
      code: gateway.codeOf(end),
      redirect_uri: 'https://palestra.ala.example/callback',
      code_verifier: login.verifier,
    })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      200,
      'https://palestra.ala.example',
    ])
    const info = await get('userinfo')
      .auth(answer.body.access_token, { type: 'bearer' })
      .set('Origin', 'https://palestra.ala.example')
    expect([info.status, info.headers['access-control-allow-origin']]).toEqual([200, 'https://palestra.ala.example'])
    const stolen = await get('userinfo')
      .auth(answer.body.access_token, { type: 'bearer' })
      .set('Origin', 'https://evil.example')
    expect([stolen.status, stolen.headers['access-control-allow-origin']]).toEqual([400, undefined])
  })

  it('is refused for a client that has a secret', async () => {
    const answer = await asPage('token', 'https://www.ala.example', {
      grant_type: 'authorization_code',
      code: 'x',
    }).auth('sito', clientSecret)
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([400, undefined])
    expect(answer.body.error).toBe('invalid_request')
  })
})
