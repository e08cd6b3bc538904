/** A citizen calls the help desk: what they opened at a Comune must end, wherever the browser is. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import type { GatewayConfig } from '../../src/config/gateway-config.ts'
import { personLogins } from '../../src/oidc/person-logins.ts'
import { createRedisStore } from '../../src/store/redis.ts'
import { createSealedStore } from '../../src/store/sealed.ts'
import { type ListeningSite, startListeningSite } from '../fixtures/gateway/listening-site.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { varco } from '../fixtures/gateway/varco.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

let redis: RedisServer
let biblioteca: ListeningSite
let gateway: TestGateway
let masterKeys: GatewayConfig['masterKeys']
/** The same configuration as the gateway's, as the operator has it on disk. */
let file: string
beforeAll(async () => {
  redis = await startRedis()
  biblioteca = await startListeningSite()
  gateway = await startGateway({
    tenants: { ala: 'single_sign_on: { hours: 8 }', moena: 'single_sign_on: { hours: 8 }' },
    clients: {
      ala: `
  - id: biblioteca
    names: { it: Biblioteca }
    url: https://biblioteca.ala.example/
    redirect_uris: [https://biblioteca.ala.example/callback]
    backchannel_logout_uri: ${biblioteca.uri}
    auth: none`,
    },
    config: (config) => {
      masterKeys = config.masterKeys
      return {
        ...config,
        store: { kind: 'redis', url: redis.url } as GatewayConfig['store'],
        outgoing: { allowedNetworks: ['127.0.0.0/8'] },
      }
    },
  })
  const written = await readFile(gateway.file, 'utf8')
  file = join(gateway.folder, 'operator.yaml')
  await writeFile(file, written.replace('store: { kind: memory }', `store: { kind: redis, url: "${redis.url}" }`))
})
afterAll(async () => {
  await gateway.close()
  await biblioteca.close()
  await redis.stop()
})

/** `varco sessions end`, with this on the input. */
const end = (input: string, { tenant = 'ala', at = file } = {}) =>
  varco({ file: at }, ['sessions', 'end', tenant], {}, input)
const taxCodeOf = (person: string) => theCitizen(person).fiscalNumber
const entered = async (options: Parameters<TestGateway['loginBy']>[1] = {}) => {
  const { login, end: door } = await gateway.loginBy('spid', options)
  const { idToken, tokens } = await gateway.claimsOf(login, door)
  return { login, sub: String(idToken.sub), token: String(tokens.access_token) }
}
const isAlive = async (token: string, tenant = 'ala') => (await gateway.userinfo(tenant, token)).status === 200

describe('varco sessions end', () => {
  it('ends every session and token of that person at that Comune, and of nobody else', async () => {
    const computer = await entered()
    const mario = await entered({ person: 'mario' })
    const elsewhere = await entered({ tenant: 'moena' })
    const second = await gateway.begin({
      browser: computer.login.browser,
      client: 'biblioteca',
      params: { prompt: 'none' },
    })
    const { tokens } = await gateway.claimsOf(second, second.page)
    const phone = await entered()

    const { code, text } = await end(`${taxCodeOf('ada').toLowerCase()}\n`)
    expect([code, text]).toEqual([0, expect.stringContaining('ala: this person had opened 3 services')])
    await expect.poll(() => gateway.events('person.revoked').length, { timeout: 5000 }).toBe(1)
    expect(gateway.events('person.revoked')[0]).toMatchObject({ tenant: 'ala', sessions: 2, grants: 3 })
    for (const token of [computer.token, phone.token, tokens.access_token]) expect(await isAlive(token)).toBe(false)
    expect(await isAlive(mario.token)).toBe(true)
    expect(await isAlive(elsewhere.token, 'moena')).toBe(true)
    await expect.poll(() => biblioteca.notices.length, { timeout: 5000 }).toBe(1)
    const after = await gateway.begin({ browser: phone.login.browser, params: { prompt: 'none' } })
    expect(new URL(after.page.location ?? '').searchParams.get('error')).toBe('login_required')
    // and the person may come back
    expect(await isAlive((await entered()).token)).toBe(true)
  })

  it('misses nothing that was buried under so many logins that the list of them is full: what falls out of it has ended', async () => {
    const thief = await entered({ person: 'lia' })
    const sub = thief.sub
    const store = createRedisStore({ servers: { kind: 'redis', url: redis.url } })
    const records = createSealedStore({ store, masterKeys, randomBytes }).forTenant('ala')
    const people = personLogins(records, { now: Date.now, longest: 3600 })
    while ((await people.of(sub)).length < 200)
      await people.remember(sub, { uid: randomUUID(), grantId: randomUUID() }, 3600)
    expect(await isAlive(thief.token)).toBe(true)
    const last = await entered({ person: 'lia' })
    expect([await isAlive(thief.token), await isAlive(last.token)]).toEqual([false, true])
    const silent = await gateway.begin({ browser: thief.login.browser, params: { prompt: 'none' } })
    expect(new URL(silent.page.location ?? '').searchParams.get('error')).toBe('login_required')
    await store.close()
  })

  it('does nothing for what is no tax code, a Comune that is not there, or an input without one', async () => {
    for (const input of ['', 'RSSDAA80E52L378X', 'TINIT-RSSDAA80E52L378U', 'ada'])
      expect(await end(input)).toMatchObject({ code: 1, text: expect.stringContaining('That is no tax code') })
    expect(await end(taxCodeOf('ada'), { tenant: 'trento' })).toMatchObject({ code: 1 })
  })

  it('says what to do where the sessions are in the memory of one gateway', async () => {
    expect(await end(taxCodeOf('ada'), { at: gateway.file })).toMatchObject({
      code: 3,
      text: expect.stringContaining('restart it'),
    })
  })

  it('leaves no tax code in the log, nor in the names of what is stored', async () => {
    expect(gateway.logged()).not.toContain(taxCodeOf('ada'))
  })
})
