/** A service that proves by a secret who it is, and whoever does not know it. */
import { createHash } from 'node:crypto'
import type request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { createTokenRequests, serviceEntry } from '../fixtures/gateway/token-requests.ts'

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
const [oldSecret, newSecret, moenaSecret] = ['old', 'new', 'moena'].map((name) => `${name}-secret-of-the-tests-0000`)

let gateway: TestGateway
let clock = Date.now()
beforeAll(async () => {
  const end = new Date(clock + 3_600_000).toISOString()
  const rotated = `secrets: [{ sha256: "${hashOf(oldSecret ?? '')}", not_after: ${end} }, { sha256: "${hashOf(newSecret ?? '')}" }]`
  gateway = await startGateway({
    now: () => clock,
    clients: {
      ala: serviceEntry('ala', 'basic', [rotated]) + serviceEntry('ala', 'post', ['auth: client_secret_post', rotated]),
      moena: serviceEntry('moena', 'basic', [`secrets: [{ sha256: "${hashOf(moenaSecret ?? '')}" }]`]),
    },
  })
})
afterAll(() => gateway.close())

const { token, formOf, loginTo, redeem } = createTokenRequests(() => gateway)
const basic =
  (client: string, secret = '') =>
  (sent: request.Test) =>
    sent.auth(client, secret)

describe('a service with a secret', () => {
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
