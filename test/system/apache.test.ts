/** A real Apache with mod_auth_openidc and docs/examples/apache-openidc.conf: a service as a webmaster sets it up. */
import { hash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { citizenOf } from '../../sandbox/citizens.ts'
import { type Apache, startApache } from '../fixtures/apache.ts'
import { filledIn } from '../fixtures/filled-in.ts'
import { type Browser, createBrowser } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'
import { freePort } from '../fixtures/redis-server.ts'

const example = fileURLToPath(new URL('../../docs/examples/apache-openidc.conf', import.meta.url))
const clientSecret = 'kV8-3qzN_1fJwXc0RrTtYyUuIiOoPpAaSsDdFfGgHhA'
const variables = ['REMOTE_USER', 'OIDC_CLAIM_name', 'OIDC_CLAIM_fiscal_number', 'OIDC_CLAIM_acr']

let gateway: TestGateway
let apache: Apache | undefined
let folder = ''
let site = ''
beforeAll(async () => {
  const [own, port] = [await freePort(), await freePort()]
  const publicUrl = `http://127.0.0.1:${own}`
  site = `http://127.0.0.1:${port}`
  gateway = await startGateway({
    publicUrl,
    config: (config) => ({ ...config, outgoing: { allowedNetworks: ['127.0.0.0/8'] } }),
    tenants: { ala: 'single_sign_on: { hours: 8 }' },
    clients: {
      ala: `
  - id: apache
    names: { it: Area riservata }
    url: ${site}/
    redirect_uris: [${site}/oidc]
    post_logout_redirect_uris: [${site}/]
    backchannel_logout_uri: ${site}/oidc?logout=backchannel
    claims: [given_name, family_name, name, fiscal_number]
    secrets: [{ sha256: ${hash('sha256', clientSecret)} }]`,
    },
  })

  folder = await mkdtemp(join(tmpdir(), 'varco-apache-'))
  const file = (name: string) => join(folder, name)
  await mkdir(file('site/riservata'), { recursive: true })
  await writeFile(file('site/index.shtml'), 'Pagina per tutti')
  await writeFile(
    file('site/riservata/index.shtml'),
    variables.map((name) => `${name}=<!--#echo var="${name}" -->`).join('\n'),
  )
  await writeFile(
    file('secrets.conf'),
    `OIDCClientSecret "${clientSecret}"\nOIDCCryptoPassphrase "${hash('sha256', 'of the tests')}"\n`,
  )
  const service = filledIn(await readFile(example, 'utf8'), {
    'https://login.regione.example/t/comune/': `${publicUrl}/t/ala/`,
    '/etc/apache2/varco-secrets.conf': file('secrets.conf'),
    'https://servizi.comune.example.it': site,
    '^https://servizi\\.comune\\.example\\.it/': `^${site.replaceAll('.', '\\.')}/`,
  })
  apache = await startApache({
    folder,
    port,
    modules: ['auth_openidc', 'dir', 'include', 'mime'],
    config: [
      `DocumentRoot ${file('site')}`,
      'TypesConfig /dev/null',
      'DirectoryIndex index.shtml',
      'AddType text/html .shtml',
      'AddOutputFilter INCLUDES .shtml',
      `<Directory ${file('site')}>\nOptions +Includes\nRequire all granted\n</Directory>`,
      service,
    ].join('\n'),
  })
})
afterAll(async () => {
  await apache?.stop()
  await gateway?.close()
  await rm(folder, { recursive: true, force: true })
})

const newBrowser = () => createBrowser({ addressOf: (host) => (host.startsWith('127.0.0.1:') ? `http://${host}` : '') })
const reserved = () => `${site}/riservata/`
const leave = (browser: Browser) => browser.get(`${site}/oidc?${new URLSearchParams({ logout: `${site}/` })}`)

const enter = async (browser: Browser, way: 'spid' | 'cie' = 'spid') => {
  const page = await browser.get(reserved())
  const login = { browser, page, tenant: 'ala', client: 'apache', verifier: '', state: '', nonce: '' }
  const idp = way === 'spid' ? gateway.idps.alfa : gateway.idps.cie
  return gateway.deliver(browser, gateway.answer(idp, await gateway.choose(login, way, idp)))
}
/** The gateway asks who this is. */
const isAskedToLogIn = async (browser: Browser) => {
  const page = await browser.get(reserved())
  return (
    linksIn(page).some((href) => href.includes('/begin?')) && !linksIn(page).some((href) => href.includes('/continue?'))
  )
}

describe('Apache with mod_auth_openidc', () => {
  it('has a page for everybody, and one for whom it sends to the gateway', async () => {
    const browser = newBrowser()
    expect((await browser.get(`${site}/`)).text).toBe('Pagina per tutti')
    expect(await isAskedToLogIn(browser)).toBe(true)
  })

  it.each(['spid', 'cie'] as const)(
    'logs its citizen in by %s, and out at the site and at the gateway',
    async (way) => {
      const browser = newBrowser()
      const inside = await enter(browser, way)
      const { name, familyName, fiscalNumber } = citizenOf('ada') ?? {}
      expect([inside.status, inside.url]).toEqual([200, reserved()])
      const seen = Object.fromEntries(inside.text.split('\n').map((line) => line.split('=')))
      expect(seen.OIDC_CLAIM_name?.toUpperCase()).toBe(`${name} ${familyName}`.toUpperCase())
      expect(seen).toMatchObject({
        REMOTE_USER: expect.stringMatching(/^[\w-]{40,}$/),
        OIDC_CLAIM_fiscal_number: fiscalNumber,
        OIDC_CLAIM_acr: 'https://www.spid.gov.it/SpidL2',
      })

      const outside = await leave(browser)
      expect([outside.url, outside.text]).toEqual([`${site}/`, 'Pagina per tutti'])
      // neither its own session nor the one of the gateway lets this browser in
      expect(await isAskedToLogIn(browser)).toBe(true)
    },
  )

  it('hears that its citizen logged out at another service of the Comune', async () => {
    const browser = newBrowser()
    expect((await enter(browser)).url).toBe(reserved())
    const next = await gateway.begin({ browser, params: { prompt: 'none' } })
    const { tokens } = await gateway.claimsOf(next, next.page)
    const hint = new URLSearchParams({ id_token_hint: String(tokens.id_token) })
    await browser.visit(`${gateway.issuerOf('ala')}/end-session?${hint}`)
    await vi.waitFor(async () => expect(await isAskedToLogIn(browser)).toBe(true), { timeout: 5000 })
  })

  it('lets a code count once, and only in the browser that asked', async () => {
    const [browser, other] = [newBrowser(), newBrowser()]
    const page = await browser.get(reserved())
    const login = { browser, page, tenant: 'ala', client: 'apache', verifier: '', state: '', nonce: '' }
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    const { action, fields } = gateway.answer(gateway.idps.alfa, sent)
    let last = await browser.visit(action, { form: fields, crossSite: true })
    while (!last.location?.startsWith(`${site}/oidc`)) last = await browser.visit(last.location ?? '')
    expect((await other.visit(last.location)).text).not.toContain('OIDC_CLAIM')
    expect(await isAskedToLogIn(other)).toBe(true)
    expect((await browser.get(last.location)).url).toBe(reserved())
  })
})
