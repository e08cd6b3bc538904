/** The master key changes by the steps of docs/operations.md, on one Redis and one state folder, while people log in. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { environment } from '../fixtures/gateway/files.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const old = { id: 'k1', key: Buffer.from(environment.MASTER_KEY, 'base64') }
const young = { id: 'k2', key: Buffer.alloc(32, 5) }

const varco = createVarcoProcesses()
const open = new Set<TestGateway>()
let redis: Awaited<ReturnType<typeof startRedis>>
let folder: string
beforeAll(async () => {
  redis = await startRedis()
  folder = await mkdtemp(join(tmpdir(), 'varco-master-'))
})
afterEach(async () => {
  varco.killAll()
  for (const gateway of open) await gateway.close({ keep: true })
})
afterAll(async () => {
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
})

const start = async (...masterKeys: (typeof old)[]) => {
  const gateway = await startGateway({
    folder,
    config: (config) => ({ ...config, masterKeys, store: { kind: 'redis', url: redis.url } }),
  })
  open.add(gateway)
  return gateway
}
const stop = async (gateway: TestGateway) => {
  open.delete(gateway)
  await gateway.close({ keep: true })
}
const jwks = async (gateway: TestGateway, tenant = 'ala') =>
  (await request(gateway.regional).get(`/t/${tenant}/jwks`).set({ Host: 'login.regione.example' }).expect(200)).body
const keysCommand = async (what: string) => {
  const file = join(folder, 'gateway.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(
    file,
    text.replace(/master_keys: .*/, 'master_keys: [{ id: k2, key: env:YOUNG_KEY }, { id: k1, key: env:MASTER_KEY }]'),
  )
  return varco.run(['keys', what, '--config', file], { YOUNG_KEY: young.key.toString('base64') }).ended
}

/** A browser speaks to whichever gateway the proxy in front chooses: `to` says which. */
let to: TestGateway
const browser = () => createBrowser({ addressOf: (host) => (host === 'login.regione.example' ? to.regional : '') })

it('no login, no token and no key is lost at any step', async () => {
  const before = await start(old)
  to = before
  const keys = await jwks(before)
  const underWay = await before.upToAnswer('spid', { browser: browser() })
  const entered = await before.loginBy('spid')
  const { tokens } = await before.claimsOf(entered.login, entered.end)

  // 1. second everywhere, one after the other
  const one = await start(old, young)
  to = one
  await stop(before)
  const another = await one.upToAnswer('spid', { browser: browser() })
  // 2. first everywhere; in between both orders run
  const two = await start(young, old)
  to = two
  expect(await jwks(two)).toEqual(keys)
  const moena = await jwks(two, 'moena') // made at this moment, and sealed with the new one
  expect(await jwks(one, 'moena')).toEqual(moena)
  const end = await two.deliver(underWay.login.browser, underWay.post)
  const mixed = await one.claimsOf(underWay.login, end)
  await two.userinfo('ala', mixed.tokens.access_token).expect(200)
  await stop(one)
  // what was used up under the old name stays so
  expect((await two.deliver(underWay.login.browser, underWay.post)).text).toContain('saml_response_already_used')
  await two.claimsOf(another.login, await two.deliver(another.login.browser, another.post))
  await two.userinfo('ala', tokens.access_token).expect(200)

  // 3. the keyring
  expect(await keysCommand('list')).toMatchObject({ code: 2, err: expect.stringContaining('varco keys reseal') })
  expect(await keysCommand('reseal')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^1 of 2 tenants sealed anew with "k2"; of the register: \w{16}\.\n$/),
  })
  expect(await keysCommand('list')).toMatchObject({ code: 0, err: '' })
  // 4. a day later without the old one: here only what lives longer than a day is looked at
  const alone = await start(young)
  expect(await jwks(alone)).toEqual(keys)
  expect(await jwks(alone, 'moena')).toEqual(moena)
  const last = await alone.loginBy('spid')
  await alone.claimsOf(last.login, last.end)
}, 60_000)
