/** Two gateways on one Redis and one state folder, while the keys of their tenants change under them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyring } from '../../src/keyring/keyring.ts'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { environment } from '../fixtures/gateway/files.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const host = 'login.regione.example'
const varco = createVarcoProcesses()
let redis: Awaited<ReturnType<typeof startRedis>>
let folder: string
let one: TestGateway
let two: TestGateway
beforeAll(async () => {
  redis = await startRedis()
  folder = await mkdtemp(join(tmpdir(), 'varco-keys-'))
  const start = () =>
    startGateway({
      folder,
      config: (config) => ({
        ...config,
        store: { kind: 'redis', url: redis.url },
        tenants: config.tenants.map((tenant) => ({
          ...tenant,
          clients: tenant.clients.map((client) =>
            client.id === 'palestra' ? { ...client, idTokenSignedResponseAlg: 'ES256' as const } : client,
          ),
        })),
      }),
    })
  one = await start()
  two = await start()
})
afterAll(async () => {
  varco.killAll()
  await one.close({ keep: true })
  await two.close({ keep: true })
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
})

const jwksOf = async (gateway: TestGateway, tenant = 'ala') => {
  const answer = await request(gateway.regional).get(`/t/${tenant}/jwks`).set({ Host: host }).expect(200)
  return { headers: answer.headers, body: answer.body as JSONWebKeySet, kids: answer.body.keys.map(kidOf) }
}
const kidOf = ({ kid }: { readonly kid: string }) => kid
const keyring = () =>
  createKeyring({
    stateDir: join(folder, 'state'),
    masterKeys: [{ id: 'k1', key: Buffer.from(environment.MASTER_KEY, 'base64') }],
    now: Date.now,
  })

/** A browser whose next request goes to the one gateway or the other. */
let to: TestGateway
const browser = () => createBrowser({ addressOf: (name) => (name === host ? to.regional : '') })

/** What a site does with an ID token: it must verify with the keys of whichever gateway it asked. */
const verified = async (idToken: string) => {
  for (const gateway of [one, two]) {
    await jwtVerify(idToken, createLocalJWKSet((await jwksOf(gateway)).body), { issuer: `https://${host}/t/ala` })
  }
  return decodeProtectedHeader(idToken)
}

describe('the JWKS of a tenant', () => {
  it('is the same at every gateway: public keys with kid, alg and use, to be kept for an hour', async () => {
    const { body, headers } = await jwksOf(one)
    expect((await jwksOf(two)).body).toEqual(body)
    expect(body.keys).toEqual([
      { kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB', n: expect.any(String), kid: expect.any(String) },
      {
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
      },
    ])
    expect(headers['cache-control']).toBe('public, max-age=3600')
    expect(headers['content-type']).toContain('application/jwk-set+json')
  })

  it('verifies what a client asked for: RS256 unless its file says ES256', async () => {
    const keys = (await jwksOf(one)).kids
    for (const [client, alg, kid] of [
      ['sito', 'RS256', keys[0]],
      ['palestra', 'ES256', keys[1]],
    ]) {
      const { login, end } = await one.loginBy('spid', { client: String(client) })
      const { tokens } = await one.claimsOf(login, end)
      expect(await verified(tokens.id_token)).toMatchObject({ alg, kid })
    }
  })
})

describe('a rotation while people log in', () => {
  it('publishes first and signs later, at both gateways; what was issued before stays good', async () => {
    const before = (await jwksOf(one)).kids
    // a code that waits, an access token, a session with its ID token
    const waiting = await one.loginBy('spid')
    to = one
    const entered = await one.loginBy('spid', { browser: browser() })
    to = two
    const { tokens } = await one.claimsOf(entered.login, entered.end)

    const keys = await keyring().load('ala')
    if (keys === undefined) throw new Error('no keys')
    await keyring().rotate('ala', keys, { wait: 2000 })
    for (const gateway of [one, two]) {
      await expect.poll(async () => (await jwksOf(gateway)).kids.length).toBe(4)
      expect((await jwksOf(gateway)).kids.slice(0, 2)).toEqual(before)
    }
    const meanwhile = await two.loginBy('spid')
    expect((await verified((await two.claimsOf(meanwhile.login, meanwhile.end)).tokens.id_token)).kid).toBe(before[0])

    const after = (await jwksOf(one)).kids.slice(2)
    for (const gateway of [one, two]) {
      await expect.poll(async () => (await jwksOf(gateway)).kids.slice(0, 2), { timeout: 5000 }).toEqual(after)
      expect((await jwksOf(gateway)).kids.slice(2)).toEqual(before)
    }
    const late = await two.claimsOf(waiting.login, waiting.end)
    expect((await verified(late.tokens.id_token)).kid).toBe(after[0])
    await two.userinfo('ala', tokens.access_token).expect(200)
    expect((await verified(tokens.id_token)).kid).toBe(before[0])

    const out = await entered.login.browser.visit(
      `https://${host}/t/ala/end-session?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://www.ala.example/' })}`,
    )
    expect(out.location).toBe('https://www.ala.example/')
    await expect
      .poll(async () => (await keyring().load('ala'))?.signing.map(({ jwk }) => 'd' in jwk))
      .toEqual([true, true, false, false])
    expect(two.events('tenant.keys_unreadable')).toEqual([])
  })

  it('after a leak, by the command: the old keys are gone within seconds, and no login under way is lost', async () => {
    const before = (await jwksOf(one)).kids
    to = one
    const { login, post } = await one.upToAnswer('spid', { browser: browser() })
    to = two
    const { code, out } = await varco.run(['keys', 'rotate', 'ala', '--now', '--config', join(folder, 'gateway.yaml')])
      .ended
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^ala {2}test {2}epoch \d+\n {2}RS256 {2}active/),
    })
    for (const gateway of [one, two]) {
      await expect
        .poll(async () => (await jwksOf(gateway)).kids.some((kid: string) => before.includes(kid)))
        .toBe(false)
      expect((await jwksOf(gateway)).kids).toHaveLength(2)
    }
    const end = await two.deliver(login.browser, post)
    const { tokens } = await two.claimsOf(login, end)
    expect((await verified(tokens.id_token)).kid).toBe((await jwksOf(one)).kids[0])
  })

  it('loses none of twenty logins while the keys change six times under them', async () => {
    let under = true
    const changes = (async () => {
      for (let change = 0; change < 6; change++) {
        const keys = await keyring().load('ala')
        if (keys !== undefined) await keyring().rotate('ala', keys, change % 2 === 0 ? 'withdraw' : { wait: 50 })
        await sleep(150)
      }
      under = false
    })()
    let logins = 0
    const oneAfterTheOther = async (gateway: TestGateway) => {
      while (under || logins < 20) {
        const { login, end } = await gateway.loginBy('spid')
        const { idToken, userinfo } = await gateway.claimsOf(login, end)
        expect(userinfo.sub).toBe(idToken.sub)
        logins += 1
      }
    }
    await Promise.all([oneAfterTheOther(one), oneAfterTheOther(two), oneAfterTheOther(two), changes])
    expect(two.events('tenant.keys_changed').length).toBeGreaterThan(3)
  })

  it('leaves the other tenants alone', async () => {
    const before = (await jwksOf(one, 'moena')).kids
    await varco.run(['keys', 'rotate', 'ala', '--now', '--config', join(folder, 'gateway.yaml')]).ended
    expect((await jwksOf(one, 'moena')).kids).toEqual(before)
  })
})
