/** `npm run demo -- --tenants`: whoever writes a draft sees its login on the sample site, to the claims at the end. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { readAuthnRequest } from '../../sandbox/saml/read-request.ts'
import { type Demo, startDemo } from '../../sandbox/start-demo.ts'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'

let folder = ''
let demo: Demo
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-draft-'))
  await mkdir(join(folder, 'tenants'))
  await writeFile(
    join(folder, 'tenants/volano.yaml'),
    `schema: 1
id: volano
state: draft
organisation: { ipa_code: c_m113, belfiore: M113, names: { it: Comune di Volano } }
site_url: https://www.comune.volano.tn.it
host: accesso.comune.volano.tn.it
languages: [it]
clients:
  - id: sito
    preset: wordpress
    names: { it: Sito del Comune }
    url: https://www.comune.volano.tn.it/
    redirect_uris: [https://www.comune.volano.tn.it/openid-connect-authorize]
    claims: [given_name, fiscal_number]
    email_fallback: synthetic
    secrets: [{ sha256: ${'a'.repeat(64)} }]
`,
  )
  demo = await startDemo({
    ports: 'free',
    stateDir: join(folder, 'state'),
    tenants: join(folder, 'tenants'),
    env: { PATH: process.env.PATH },
  })
}, 60_000)
afterAll(async () => {
  await demo?.close()
  await rm(folder, { recursive: true, force: true })
})

it('lets a test citizen in at a service of a draft, and shows what the service got', async () => {
  const { urls, idps } = demo
  const [site, gateway] = [new URL(urls.site), new URL(urls.gateway)]
  const served: Readonly<Record<string, string>> = {
    [site.host]: `http://127.0.0.1:${site.port}`,
    [gateway.host]: `http://127.0.0.1:${gateway.port}`,
  }
  const browser = createBrowser({ addressOf: (host) => served[host] ?? '' })
  const page = await browser.get(`${urls.site}/volano/login?client=sito`)
  expect(page.text).toContain('Questo accesso è in prova')
  const [alfa] = idps.spid
  const door = linksIn(page).find(
    (url) => url.includes('upstream=spid') && url.includes(encodeURIComponent(alfa?.entityId ?? '')),
  )
  const sent = await browser.visit(door ?? '')
  const samlRequest = readAuthnRequest(sent.location ?? formIn(sent).fields)
  const received = alfa?.receive(samlRequest)
  if (alfa === undefined || received === undefined || !('level' in received)) throw new Error(JSON.stringify(received))
  const ada = theCitizen('ada')
  const { action, fields } = alfa.respond({ samlRequest, citizen: ada, level: received.level })
  const end = await browser.post(action, fields, { crossSite: true })
  expect(end.url).toBe(`${urls.site}/volano/profilo`)
  expect(end.text).toContain(ada.fiscalNumber)
}, 30_000)
