/** Gateways that die without a word, on a Redis that lives. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { writeRegion } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { createStories } from '../fixtures/gateway/stories.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const varco = createVarcoProcesses()
let redis: Awaited<ReturnType<typeof startRedis>>
let folder = ''
beforeAll(async () => {
  redis = await startRedis()
})
afterEach(async () => {
  varco.killAll()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => redis.stop())

it('loses no login when the gateway that it began on is killed with -9 at any of its steps', async () => {
  const keys = await identities()
  const idps = testIdps(keys, Date.now)
  folder = await mkdtemp(join(tmpdir(), 'varco-kill-'))
  const file = await writeRegion(folder, keys, {
    spidMetadata: [idps.alfa.metadataXml(), idps.beta.metadataXml()],
    cieMetadata: idps.cie.metadataXml(),
  })
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('store: { kind: memory }', `store: { kind: redis, url: "${redis.url}" }`))

  let port = 0
  const addressOf = (host: string) => (host === hosts.login ? `http://127.0.0.1:${port}` : '')
  const story = createStories({
    issuerOf: (tenant) => `https://${hosts.login}/t/${tenant}`,
    addressOf,
    idps,
    presentCard: () => Promise.reject(new Error('no card in this story')),
  })
  /** The process that answers dies; another one on the same Redis and state folder takes over. */
  const next = async () => {
    varco.killAll()
    port = (await varco.run(['start', '--config', file]).ports()).regional
  }

  await next()
  const login = await story.begin({ browser: createBrowser({ addressOf }) })
  await next()
  const sent = await story.choose(login, 'spid', idps.alfa)
  await next()
  const post = story.answer(idps.alfa, sent)
  const answered = await login.browser.visit(post.action, { form: post.fields, crossSite: true })
  await next()
  const finished = await login.browser.visit(answered.location ?? '')
  await next()
  const end = await login.browser.visit(finished.location ?? '')
  await next()
  const tokens = await story.redeem(login, story.codeOf(end)).expect(200)
  await next()
  const { body } = await story.userinfo('ala', tokens.body.access_token).expect(200)
  expect(body).toMatchObject({ given_name: 'Ada', family_name: 'Rossi' })

  // and what was used up stays so
  await next()
  expect((await story.deliver(login.browser, post)).text).toContain('saml_response_already_used')
  await story.redeem(login, story.codeOf(end)).expect(400)
  await story.userinfo('ala', tokens.body.access_token).expect(401)
}, 120_000)
