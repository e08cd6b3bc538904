/** docs/onboarding.md, walked from the empty folder: what its commands say is what stands there, and at its end a citizen logs in. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { readAuthnRequest } from '../../sandbox/saml/read-request.ts'
import { guideFile, normalised, type Walk, walk, withoutNetwork } from '../docs-onboarding.ts'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'
import { trialProvider } from '../fixtures/spid/trial-provider.ts'

const host = 'login.regione.example'
const callback = 'https://www.comune.ala.tn.it/wp-admin/admin-ajax.php?action=openid-connect-authorize'

let parent = ''
let guide = ''
let provider: Awaited<ReturnType<typeof trialProvider>>
let walked: Walk
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'varco-onboarding-'))
  guide = await readFile(guideFile, 'utf8')
  provider = await trialProvider()
  walked = await walk(guide, join(parent, 'varco'), (made) => withoutNetwork(made, provider.metadata))
}, 180_000)
afterAll(async () => {
  await walked?.stop()
  await rm(parent, { recursive: true, force: true })
})

it('has every command with what it really says', () => {
  expect(walked.commands.length).toBeGreaterThan(12)
  expect(normalised(walked.text)).toBe(normalised(guide))
})

it('ends each command as the guide tells it', () => {
  const codes = walked.commands.flatMap(([command, code]) => (code === 0 ? [] : [[command.slice(0, 22).trim(), code]]))
  expect(codes).toEqual([
    ['varco start --config /', 1], // no tenant yet
    ['varco tenant new ala -', 2], // it lacks a few things
    ['varco tenant validate', 1], // the colour
    ['varco tenant publish a', 1], // not live yet
  ])
})

it('makes files that only their owner reads', async () => {
  const folder = join(parent, 'varco')
  for (const name of ['secrets', 'secrets/subject.key', 'secrets/master.key', 'secrets/spid.key', 'gateway.yaml'])
    expect([name, (await stat(join(folder, name))).mode & 0o077]).toEqual([name, 0])
})

it('leads to a login at the gateway that it started', async () => {
  const browser = createBrowser({ addressOf: (name) => (name === host ? `http://127.0.0.1:${walked.port}` : '') })
  const alfa = provider.knowing(await readFile(join(parent, 'varco/trust/spid.pem'), 'utf8'))
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: 'sito',
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: callback,
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = await browser.get(`https://${host}/t/ala/authorize?${query}`)
  // what was published and applied while it ran
  expect(page.text).toContain('Per aiuto chiama il Comune.')
  expect(page.text).not.toContain('è in prova')
  const door = linksIn(page).find((url) => url.includes('/begin') && url.includes('upstream=spid'))
  const sent = await browser.visit(door ?? '')
  const samlRequest = readAuthnRequest(sent.location ?? formIn(sent).fields)
  const received = alfa.receive(samlRequest)
  if (!('level' in received)) throw new Error(JSON.stringify(received))
  const { action, fields } = alfa.respond({ samlRequest, citizen: theCitizen('ada'), level: received.level })
  const end = await browser.post(action, fields, { crossSite: true })
  const code = new URL(end.location ?? end.url).searchParams.get('code')

  const secret = /shown only now:[^\n]*\n\n {2}(\S{43})\n/.exec(walked.text)?.[1]
  const agent = request(`http://127.0.0.1:${walked.port}`)
  const tokens = await agent.post('/t/ala/token').set('Host', host).type('form').send({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    client_id: 'sito',
    client_secret: secret,
  })
  expect(tokens.status, tokens.text).toBe(200)
  const info = await agent.get('/t/ala/userinfo').set('Host', host).auth(tokens.body.access_token, { type: 'bearer' })
  expect(info.body).toMatchObject({ given_name: 'Ada', fiscal_number: theCitizen('ada').fiscalNumber })
}, 30_000)
