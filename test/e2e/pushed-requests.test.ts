/** Pushed authorization requests: RFC 9126. */
import { request as httpRequest } from 'node:http'
import request from 'supertest'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Page } from '../fixtures/gateway/browser.ts'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
  return () => gateway.close()
})

const post = (path: string, form: Readonly<Record<string, string>>) =>
  request(gateway.regional)
    .post(`/t/ala/${path}`)
    .set('Host', hosts.login)
    .type('form')
    .send({ ...form })
/** With the secret of `sito`. */
const asSito = (path: string, form: Readonly<Record<string, string>>) => post(path, form).auth('sito', clientSecret)

/** Brought to the client, and no code with it. */
const errorIn = ({ location = '' }: Page) => {
  const { searchParams } = new URL(location)
  return searchParams.has('code') ? undefined : searchParams.get('error')
}

describe('a pushed authorization request', () => {
  const pushed = {
    client_id: 'sito',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: 'https://www.ala.example/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'pushed state',
    nonce: 'pushed nonce',
  }
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const push = async () => (await asSito('par', pushed).expect(201)).body as { request_uri: string; expires_in: number }
  const start = (uri: string, client = 'sito', browser = gateway.browser()) =>
    browser
      .get(`${gateway.issuerOf('ala')}/authorize?${new URLSearchParams({ client_id: client, request_uri: uri })}`)
      .then((page) => ({ browser, page, tenant: 'ala', client, verifier, state: pushed.state, nonce: pushed.nonce }))
  const finish = async (login: Awaited<ReturnType<typeof start>>) => {
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    return gateway.deliver(login.browser, gateway.answer(gateway.idps.alfa, sent))
  }

  it('leads to a login like any other', async () => {
    const { request_uri, expires_in } = await push()
    expect([request_uri, expires_in]).toEqual([expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/), 60])
    const login = await start(request_uri)
    const end = await finish(login)
    expect(new URL(end.location ?? '').searchParams.get('state')).toBe('pushed state')
    expect((await gateway.claimsOf(login, end)).idToken.nonce).toBe('pushed nonce')
  })

  it('is used once', async () => {
    const { request_uri } = await push()
    await finish(await start(request_uri))
    expect(errorIn((await start(request_uri)).page)).toBe('invalid_request_uri')
  })

  it('that two logins began with gives one code: the second to finish is refused', async () => {
    const { request_uri } = await push()
    const [first, second] = [await start(request_uri), await start(request_uri)]
    expect(gateway.codeOf(await finish(first))).toBeTruthy()
    expect(errorIn(await finish(second))).toBe('invalid_request_uri')
  })

  it('counts for the client that pushed it alone', async () => {
    const { page } = await start((await push()).request_uri, 'palestra')
    expect(errorIn(page)).toBe('invalid_request_object')
    expect(page.location).toMatch(/^https:\/\/palestra\.ala\.example\//)
  })

  it('is refused without the client, with a wrong secret, for an address that is not registered', async () => {
    const answers = await Promise.all([
      post('par', pushed),
      post('par', pushed).auth('sito', `${clientSecret}!`),
      asSito('par', { ...pushed, redirect_uri: 'https://evil.example/' }),
      asSito('par', { ...pushed, request_uri: 'urn:ietf:params:oauth:request_uri:other' }),
    ])
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
      [401, 'invalid_client'],
      [401, 'invalid_client'],
      [400, 'invalid_request'],
      [400, 'request_uri_not_supported'],
    ])
  })

  it('is no longer than one in an address, also where nobody says how long it is', async () => {
    const long = { ...pushed, state: 'x'.repeat(8192) }
    expect((await asSito('par', long)).status).toBe(413)
    const inPieces = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { Host: hosts.login, 'Content-Type': 'application/x-www-form-urlencoded' }
      const sent = httpRequest(`${gateway.regional}/t/ala/par`, { method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      sent.on('error', reject)
      sent.write('client_id=palestra&')
      sent.end(new URLSearchParams(long).toString())
    })
    expect(inPieces).toBe(413)
  })

  it('is over after a minute', async () => {
    const { request_uri } = await push()
    // the library's own clock
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    const { page } = await start(request_uri).finally(() => vi.useRealTimers())
    expect(errorIn(page)).toBe('invalid_request_uri')
  })
})
