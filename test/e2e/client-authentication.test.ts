/** Every way in which a service proves at the token endpoint who it is, and every way in which somebody else fails to. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import type { Login } from '../fixtures/gateway/stories.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
const [oldSecret, newSecret, moenaSecret] = ['old', 'new', 'moena'].map((name) => `${name}-secret-of-the-tests-0000`)

const entry = (tenant: string, id: string, keys: readonly string[]) => `
  - id: ${id}
    names: { it: ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [https://${id}.${tenant}.example/callback]
    claims: [given_name]
    ${keys.join('\n    ')}
`

describe('a service at the token endpoint', () => {
  let gateway: TestGateway
  let clock = Date.now()
  let rsa: CryptoKeyPair
  let ec: CryptoKeyPair
  let published: CryptoKeyPair
  /** What the service's own site publishes, and how often it was asked. */
  const site = { keys: [] as object[], asked: 0, status: 200 }
  const server = createServer((_, response) => {
    site.asked += 1
    response
      .writeHead(site.status, { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=2592000' })
      .end(JSON.stringify({ keys: site.keys }))
  })

  beforeAll(async () => {
    ;[rsa, ec, published] = await Promise.all([
      generateKeyPair('RS256', { extractable: true }),
      generateKeyPair('ES256', { extractable: true }),
      generateKeyPair('ES256', { extractable: true }),
    ])
    site.keys = [{ ...(await exportJWK(published.publicKey)), kid: 'first' }]
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const inline = JSON.stringify({ keys: [await exportJWK(rsa.publicKey), await exportJWK(ec.publicKey)] })
    const rotated = `secrets: [{ sha256: ${hashOf(oldSecret ?? '')}, not_after: ${new Date(clock + 3_600_000).toISOString()} }, { sha256: ${hashOf(newSecret ?? '')} }]`
    gateway = await startGateway({
      now: () => clock,
      gateway: '',
      clients: {
        ala: [
          entry('ala', 'basic', [rotated]),
          entry('ala', 'post', ['auth: client_secret_post', rotated]),
          entry('ala', 'signs', ['auth: private_key_jwt', `jwks: ${inline}`]),
          entry('ala', 'publishes', ['auth: private_key_jwt', `jwks_uri: http://127.0.0.1:${port}/jwks.json`]),
        ].join(''),
        moena: [
          entry('moena', 'basic', [`secrets: [{ sha256: ${hashOf(moenaSecret ?? '')} }]`]),
          entry('moena', 'signs', ['auth: private_key_jwt', `jwks: ${inline}`]),
        ].join(''),
      },
      config: (config) => ({ ...config, outgoing: { ...config.outgoing, allowedNetworks: ['127.0.0.0/8'] } }),
    })
  })
  afterAll(async () => {
    await gateway.close()
    server.close()
  })

  const loginTo = async (client: string, tenant = 'ala') => {
    const { login, end } = await gateway.loginBy('spid', { tenant, client, params: { scope: 'openid profile' } })
    return { login, code: gateway.codeOf(end) }
  }
  const token = (tenant: string) => request(gateway.regional).post(`/t/${tenant}/token`).set('Host', hosts.login)
  const formOf = ({ tenant, client, verifier }: Login, code: string) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: `https://${client}.${tenant}.example/callback`,
    code_verifier: verifier,
  })
  const redeem = async (
    client: string,
    more: Record<string, string> | ((sent: request.Test) => request.Test),
    tenant = 'ala',
  ) => {
    const { login, code } = await loginTo(client, tenant)
    const sent = token(tenant).type('form')
    const form = formOf(login, code)
    return typeof more === 'function' ? more(sent).send(form) : sent.send({ ...form, ...more })
  }
  const basic =
    (client: string, secret = '') =>
    (sent: request.Test) =>
      sent.auth(client, secret)

  describe('with a secret', () => {
    it.each(['basic', 'post'])('registered for %s may send it in the header or in the form', async (client) => {
      expect((await redeem(client, basic(client, newSecret))).status).toBe(200)
      expect((await redeem(client, { client_id: client, client_secret: newSecret ?? '' })).status).toBe(200)
    })

    it('may use the old one and the new one while it is rotated, and the old one no longer when its time is over', async () => {
      expect((await redeem('basic', basic('basic', oldSecret))).status).toBe(200)
      clock += 3_600_000 + 1
      const late = await redeem('basic', basic('basic', oldSecret))
      expect([late.status, late.body]).toEqual([
        401,
        { error: 'invalid_client', error_description: 'client authentication failed' },
      ])
      // the help desk can tell its webmaster
      expect(gateway.events('oidc.refused').at(-1)).toMatchObject({
        client: 'basic',
        detail: 'the secret is past its not_after',
      })
      expect((await redeem('basic', basic('basic', newSecret))).status).toBe(200)
      clock -= 3_600_000 + 1
    })

    it.each([
      ['no secret', {}],
      ['an empty one', { client_id: 'basic', client_secret: '' }],
      ['another one', { client_id: 'basic', client_secret: 'x'.repeat(43) }],
      ['the hash that stands in the file', { client_id: 'basic', client_secret: hashOf(newSecret ?? '') }],
      ['that of the same client at another Comune', { client_id: 'basic', client_secret: moenaSecret ?? '' }],
    ])('is refused with %s', async (_, fields) => {
      const answer = await redeem('basic', fields)
      expect([400, 401]).toContain(answer.status)
      expect(answer.body).not.toHaveProperty('access_token')
    })

    it('may not authenticate in two ways at once', async () => {
      const { login, code } = await loginTo('basic')
      const form = { ...formOf(login, code), client_id: 'basic', client_secret: newSecret }
      const answer = await token('ala')
        .type('form')
        .auth('basic', newSecret ?? '')
        .send(form)
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
    })
  })

  describe('that signs', () => {
    const issuer = `https://${hosts.login}/t/ala`
    const assertion = (
      client: string,
      {
        key = rsa.privateKey,
        alg = 'RS256',
        kid,
        ...claims
      }: JWTPayload & { key?: CryptoKey; alg?: string; kid?: string } = {},
    ) => {
      const now = Math.floor(Date.now() / 1000)
      const payload = { iss: client, sub: client, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60, ...claims }
      return new SignJWT(payload).setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) }).sign(key)
    }
    const signed = async (client: string, changes: Parameters<typeof assertion>[1] = {}) => ({
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(client, changes),
    })
    const isRefused = (answer: request.Response) => {
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    }

    it.each(['RS256', 'PS256'])('is known by its key, with %s', async (alg) => {
      const key = await crypto.subtle.importKey(
        'jwk',
        await exportJWK(rsa.privateKey),
        { name: alg === 'PS256' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
        false,
        ['sign'],
      )
      expect((await redeem('signs', await signed('signs', { alg, key }))).status).toBe(200)
    })

    it('is known by its key, with ES256', async () =>
      expect((await redeem('signs', await signed('signs', { alg: 'ES256', key: ec.privateKey }))).status).toBe(200))

    it.each([
      ['the issuer', issuer],
      ['the token endpoint', `${issuer}/token`],
      ['both', [issuer, `${issuer}/token`]],
    ])('may name as audience %s', async (_, aud) =>
      expect((await redeem('signs', await signed('signs', { aud }))).status).toBe(200),
    )

    it.each<[what: string, changes: () => Parameters<typeof assertion>[1]]>([
      ['for another endpoint', () => ({ aud: `${issuer}/userinfo` })],
      ['for another Comune', () => ({ aud: `https://${hosts.login}/t/moena` })],
      ['for us and for another server', () => ({ aud: [issuer, 'https://attacker.example'] })],
      ['for nobody', () => ({ aud: [] as string[] })],
      ['by another key', () => ({ alg: 'ES256', key: published.privateKey })],
      ['that is over', () => ({ exp: Math.floor(Date.now() / 1000) - 120 })],
      ['that is valid for a day', () => ({ exp: Math.floor(Date.now() / 1000) + 86_400 })],
      ['in the name of another client', () => ({ iss: 'publishes' })],
      ['without an id of its own', () => ({ jti: '' })],
    ])('is refused with an assertion %s', async (_, changes) =>
      isRefused(await redeem('signs', await signed('signs', changes()))),
    )

    it('is refused with an assertion that nobody signed', async () => {
      const [, payload] = (await assertion('signs')).split('.')
      const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
      const client_assertion = `${header}.${payload}.`
      isRefused(await redeem('signs', { client_assertion_type: ASSERTION_TYPE, client_assertion }))
    })

    it('is refused with an assertion signed by the public key as a secret', async () => {
      const shared = new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey)))
      const key = await crypto.subtle.importKey('raw', shared, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      isRefused(await redeem('signs', await signed('signs', { alg: 'HS256', key })))
    })

    it('uses each assertion once, also when twenty come at the same moment', async () => {
      const once = await signed('signs')
      const { login, code } = await loginTo('signs')
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          token('ala')
            .type('form')
            .send({ ...formOf(login, code), code: 'no-such-code', ...once }),
        ),
      )
      // who got through the authentication is told that the code is wrong, once
      const errors = answers.map(({ body }) => body.error as string)
      expect(errors.filter((error) => error === 'invalid_grant')).toHaveLength(1)
      expect(errors.filter((error) => error === 'invalid_client')).toHaveLength(19)
      isRefused(
        await token('ala')
          .type('form')
          .send({ ...formOf(login, code), ...once }),
      )
    })

    it('may use at another Comune the id that it used here: each remembers its own', async () => {
      const jti = randomUUID()
      expect((await redeem('signs', await signed('signs', { jti }))).status).toBe(200)
      const there = await signed('signs', { jti, aud: `https://${hosts.login}/t/moena` })
      expect((await redeem('signs', there, 'moena')).status).toBe(200)
    })

    it('may push its requests by an assertion for the token endpoint, and by none for that of the requests', async () => {
      const push = async (aud: string) =>
        request(gateway.regional)
          .post('/t/ala/par')
          .set('Host', hosts.login)
          .type('form')
          .send({
            ...(await signed('signs', { aud })),
            client_id: 'signs',
            response_type: 'code',
            redirect_uri: 'https://signs.ala.example/callback',
            scope: 'openid',
            code_challenge: 'x'.repeat(43),
            code_challenge_method: 'S256',
          })
      expect((await push(`${issuer}/token`)).status).toBe(201)
      isRefused(await push(`${issuer}/par`))
    })

    it('may not come with a secret instead', async () =>
      isRefused(await redeem('signs', { client_id: 'signs', client_secret: newSecret ?? '' })))

    describe('and publishes its keys', () => {
      const by = (kid: string, key: CryptoKey) => signed('publishes', { alg: 'ES256', key, kid })
      /** The library reads the time for itself. */
      const aMinuteLater = () => vi.setSystemTime(Date.now() + 61_000)
      beforeAll(() => vi.useFakeTimers({ toFake: ['Date'] }))
      afterAll(() => vi.useRealTimers())

      it('is asked for them once, and again after a minute', async () => {
        expect((await redeem('publishes', await by('first', published.privateKey))).status).toBe(200)
        expect((await redeem('publishes', await by('first', published.privateKey))).status).toBe(200)
        expect(site.asked).toBe(1)
        aMinuteLater()
        expect((await redeem('publishes', await by('first', published.privateKey))).status).toBe(200)
        expect(site.asked).toBe(2)
      })

      it('may change its key, whatever its web server says of caching: the old one is dead then', async () => {
        site.keys = [{ ...(await exportJWK(ec.publicKey)), kid: 'second' }]
        aMinuteLater()
        isRefused(await redeem('publishes', await by('first', published.privateKey)))
        expect((await redeem('publishes', await by('second', ec.privateKey))).status).toBe(200)
        expect(site.asked).toBe(3)
      })

      it('is not let in while its keys cannot be had', async () => {
        site.status = 503
        aMinuteLater()
        const answer = await redeem('publishes', await by('second', ec.privateKey))
        expect([answer.status, 'access_token' in answer.body]).toEqual([400, false])
        site.status = 200
        aMinuteLater()
        expect((await redeem('publishes', await by('second', ec.privateKey))).status).toBe(200)
      })
    })
  })
})

describe('the keys that a service publishes', () => {
  it('are not fetched from a network that the region did not open', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked += 1
      response.end('{"keys":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const gateway = await startGateway({
      clients: {
        ala: entry('ala', 'inside', ['auth: private_key_jwt', `jwks_uri: http://127.0.0.1:${port}/jwks.json`]),
      },
    })
    try {
      const { privateKey } = await generateKeyPair('ES256')
      const now = Math.floor(Date.now() / 1000)
      const client_assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer('inside')
        .setSubject('inside')
        .setAudience(`https://${hosts.login}/t/ala`)
        .setExpirationTime(now + 60)
        .sign(privateKey)
      const answer = await request(gateway.regional)
        .post('/t/ala/token')
        .set('Host', hosts.login)
        .type('form')
        .send({ grant_type: 'authorization_code', code: 'x', client_assertion_type: ASSERTION_TYPE, client_assertion })
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
      expect(asked).toBe(0)
    } finally {
      await gateway.close()
      server.close()
    }
  })
})
