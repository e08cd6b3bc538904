/** Gateways that die without a word, on a Redis that lives. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { type FilesOptions, writeRegion } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { startListeningSite } from '../fixtures/gateway/listening-site.ts'
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

/** A region on that Redis, whose gateways die one after the other. */
const world = async (options: Partial<FilesOptions> = {}) => {
  const keys = await identities()
  const idps = testIdps(keys, Date.now)
  folder = await mkdtemp(join(tmpdir(), 'varco-kill-'))
  const file = await writeRegion(folder, keys, {
    spidMetadata: [idps.alfa.metadataXml(), idps.beta.metadataXml()],
    cieMetadata: idps.cie.metadataXml(),
    ...options,
  })
  const text = await readFile(file, 'utf8')
  const written = text
    .replace('store: { kind: memory }', `store: { kind: redis, url: "${redis.url}" }`)
    .replace('allowed_networks: []', 'allowed_networks: [127.0.0.0/8]')
  await writeFile(file, written)

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
  return { idps, addressOf, story, next }
}

it('loses no login when the gateway that it began on is killed with -9 at any of its steps', async () => {
  const { idps, addressOf, story, next } = await world()
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

it('loses no back-channel logout when the gateway is killed with -9 while the site has it in hand', async () => {
  const site = await startListeningSite()
  const { addressOf, story, next } = await world({
    clients: {
      ala: `
  - id: biblioteca
    names: { it: Biblioteca }
    url: https://biblioteca.ala.example/
    redirect_uris: [https://biblioteca.ala.example/callback]
    backchannel_logout_uri: ${site.uri}
    auth: none`,
    },
  })
  await next()
  const { login, end } = await story.loginBy('spid', { client: 'biblioteca', browser: createBrowser({ addressOf }) })
  const { idToken, tokens } = await story.claimsOf(login, end)
  site.answerWith('nothing')
  await login.browser.visit(`https://${hosts.login}/t/ala/end-session?id_token_hint=${tokens.id_token}`)
  await expect.poll(() => site.notices.length, { timeout: 5000 }).toBe(1)
  await next()
  site.answerWith(200)
  await expect.poll(() => site.notices.length, { timeout: 40_000 }).toBe(2)
  const payload = JSON.parse(Buffer.from(site.notices[1]?.logoutToken.split('.')[1] ?? '', 'base64url').toString())
  expect(payload).toMatchObject({ aud: 'biblioteca', sub: idToken.sub, sid: idToken.sid })
  await site.close()
}, 120_000)
