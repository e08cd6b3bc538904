/** The keys of a service that signs, where it publishes them itself (jwks_uri): how long they are believed. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signedBy } from '../fixtures/gateway/assertions.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { createTokenRequests, serviceEntry } from '../fixtures/gateway/token-requests.ts'

const isRefused = (answer: request.Response) => {
  expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
}
const publishing = (server: ReturnType<typeof createServer>) => {
  const { port } = server.address() as AddressInfo
  return ['auth: private_key_jwt', `jwks_uri: http://127.0.0.1:${port}/jwks.json`]
}

describe('a service that publishes its keys', () => {
  const by = (kid: string, key: CryptoKey) => signedBy('publishes', { key, kid })
  let gateway: TestGateway
  let first: CryptoKeyPair
  let second: CryptoKeyPair
  /** What its own site publishes, and how often it was asked. */
  const site = { keys: [] as object[], asked: 0, status: 200 }
  const server = createServer((_, response) => {
    site.asked += 1
    response
      .writeHead(site.status, { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=2592000' })
      .end(JSON.stringify({ keys: site.keys }))
  })
  const { redeem } = createTokenRequests(() => gateway)
  /** The library reads the time for itself. */
  const aMinuteLater = () => vi.setSystemTime(Date.now() + 61_000)

  beforeAll(async () => {
    ;[first, second] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
    site.keys = [{ ...(await exportJWK(first.publicKey)), kid: 'first' }]
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const start = Date.now()
    gateway = await startGateway({
      now: () => start,
      clients: { ala: serviceEntry('ala', 'publishes', publishing(server)) },
      config: (config) => ({ ...config, outgoing: { ...config.outgoing, allowedNetworks: ['127.0.0.0/8'] } }),
    })
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterAll(async () => {
    vi.useRealTimers()
    await gateway.close()
    server.close()
  })

  it('is asked for them once, and again after a minute', async () => {
    expect((await redeem('publishes', await by('first', first.privateKey))).status).toBe(200)
    expect((await redeem('publishes', await by('first', first.privateKey))).status).toBe(200)
    expect(site.asked).toBe(1)
    aMinuteLater()
    expect((await redeem('publishes', await by('first', first.privateKey))).status).toBe(200)
    expect(site.asked).toBe(2)
  })

  it('may change its key, whatever its web server says of caching: the old one is dead then', async () => {
    site.keys = [{ ...(await exportJWK(second.publicKey)), kid: 'second' }]
    aMinuteLater()
    isRefused(await redeem('publishes', await by('first', first.privateKey)))
    expect((await redeem('publishes', await by('second', second.privateKey))).status).toBe(200)
    expect(site.asked).toBe(3)
  })

  it('is not let in while its keys cannot be had', async () => {
    site.status = 503
    aMinuteLater()
    const answer = await redeem('publishes', await by('second', second.privateKey))
    isRefused(answer)
    site.status = 200
    aMinuteLater()
    expect((await redeem('publishes', await by('second', second.privateKey))).status).toBe(200)
  })

  it('is not asked for them on a network that the region did not open', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked += 1
      response.end('{"keys":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const closed = await startGateway({
      clients: {
        ala: serviceEntry('ala', 'inside', publishing(server)),
      },
    })
    try {
      const { privateKey } = await generateKeyPair('ES256')
      const answer = await request(closed.regional)
        .post('/t/ala/token')
        .set('Host', hosts.login)
        .type('form')
        .send({ grant_type: 'authorization_code', code: 'x', ...(await signedBy('inside', { key: privateKey })) })
      isRefused(answer)
      expect(asked).toBe(0)
    } finally {
      await closed.close()
      server.close()
    }
  })
})
