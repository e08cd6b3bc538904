/** A service that signs its requests to the token endpoint (private_key_jwt), and whoever would like to have signed them. */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AssertionChanges, assertionOf, fieldsWith, signedBy } from '../fixtures/gateway/assertions.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { createTokenRequests, serviceEntry } from '../fixtures/gateway/token-requests.ts'

describe('a service that signs', () => {
  let gateway: TestGateway
  let rsa: CryptoKeyPair
  let ec: CryptoKeyPair
  let stranger: CryptoKeyPair
  beforeAll(async () => {
    ;[rsa, ec, stranger] = await Promise.all([
      generateKeyPair('RS256', { extractable: true }),
      generateKeyPair('ES256'),
      generateKeyPair('ES256'),
    ])
    const jwks = JSON.stringify({ keys: [await exportJWK(rsa.publicKey), await exportJWK(ec.publicKey)] })
    const signing = ['auth: private_key_jwt', `jwks: ${jwks}`]
    gateway = await startGateway({
      clients: { ala: serviceEntry('ala', 'signs', signing), moena: serviceEntry('moena', 'signs', signing) },
    })
  })
  afterAll(() => gateway.close())
  const { token, formOf, loginTo, redeem } = createTokenRequests(() => gateway)

  const issuer = `https://${hosts.login}/t/ala`
  const signed = (changes: Partial<AssertionChanges> = {}) =>
    signedBy('signs', { key: rsa.privateKey, alg: 'RS256', ...changes })
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
    expect((await redeem('signs', await signed({ alg, key }))).status).toBe(200)
  })

  it('is known by its key, with ES256', async () =>
    expect((await redeem('signs', await signed({ alg: 'ES256', key: ec.privateKey }))).status).toBe(200))

  it.each([
    ['the issuer', issuer],
    ['the token endpoint', `${issuer}/token`],
    ['both', [issuer, `${issuer}/token`]],
  ])('may name as audience %s', async (_, aud) =>
    expect((await redeem('signs', await signed({ aud }))).status).toBe(200),
  )

  it.each<[what: string, changes: () => Partial<AssertionChanges>]>([
    ['for another endpoint', () => ({ aud: `${issuer}/userinfo` })],
    ['for another Comune', () => ({ aud: `https://${hosts.login}/t/moena` })],
    ['for us and for another server', () => ({ aud: [issuer, 'https://attacker.example'] })],
    ['for nobody', () => ({ aud: [] as string[] })],
    ['by another key', () => ({ alg: 'ES256', key: stranger.privateKey })],
    ['that is over', () => ({ exp: Math.floor(Date.now() / 1000) - 120 })],
    ['that is valid for a day', () => ({ exp: Math.floor(Date.now() / 1000) + 86_400 })],
    ['in the name of another client', () => ({ iss: 'another' })],
    ['without an id of its own', () => ({ jti: '' })],
  ])('is refused with an assertion %s', async (_, changes) => isRefused(await redeem('signs', await signed(changes()))))

  it('is refused with an assertion that nobody signed', async () => {
    const [, payload] = (await assertionOf('signs', { key: rsa.privateKey, alg: 'RS256' })).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    isRefused(await redeem('signs', fieldsWith(`${header}.${payload}.`)))
  })

  it('is refused with an assertion signed by the public key as a secret', async () => {
    const shared = new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey)))
    const key = await crypto.subtle.importKey('raw', shared, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    isRefused(await redeem('signs', await signed({ alg: 'HS256', key })))
  })

  it('uses each assertion once, also when twenty come at the same moment', async () => {
    const once = await signed()
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
    expect((await redeem('signs', await signed({ jti }))).status).toBe(200)
    const there = await signed({ jti, aud: `https://${hosts.login}/t/moena` })
    expect((await redeem('signs', there, 'moena')).status).toBe(200)
  })

  it('may push its requests by an assertion for the token endpoint, and by none for that of the requests', async () => {
    const push = async (aud: string) =>
      request(gateway.regional)
        .post('/t/ala/par')
        .set('Host', hosts.login)
        .type('form')
        .send({
          ...(await signed({ aud })),
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
    isRefused(await redeem('signs', { client_id: 'signs', client_secret: 'a-secret-that-nobody-gave-0000' })))
})

it('a Comune on a host of its own is the audience there, and at its regional address nobody is', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] })
  const gateway = await startGateway({
    tenants: { ala: 'host: accesso.ala.example' },
    clients: { ala: serviceEntry('ala', 'signs', ['auth: private_key_jwt', `jwks: ${jwks}`]) },
  })
  const ask = async (aud: string) => {
    const { body } = await request(gateway.regional)
      .post('/token')
      .set('Host', 'accesso.ala.example')
      .type('form')
      .send({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://signs.ala.example/callback' })
      .send(await signedBy('signs', { key: privateKey, aud }))
    return body.error
  }
  // who is known is told that the code is wrong
  expect(await ask('https://accesso.ala.example')).toBe('invalid_grant')
  expect(await ask('https://accesso.ala.example/token')).toBe('invalid_grant')
  expect(await ask(`https://${hosts.login}/t/ala`)).toBe('invalid_client')
  await gateway.close()
})
