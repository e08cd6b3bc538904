/** The gateway and the registry of SPID providers: a real HTTP server in its place. */
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/upstream/spid/aggregate.ts'
import { lastGoodPath } from '../../src/upstream/spid/registry-source.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { type Options, startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'
import { aggregate, signAggregate } from '../fixtures/saml/aggregate.ts'
import { selfSigned } from '../fixtures/saml/certificate.ts'

const [agid, stranger] = [selfSigned({ name: 'agid' }), selfSigned({ name: 'stranger' })]
const keys = await identities()
const idps = testIdps(keys, Date.now)
const entityOf = (idp: typeof idps.alfa) => idp.metadataXml().replace(/^<\?xml.*?\?>/, '')
const list = (...all: (typeof idps.alfa)[]) => signAggregate(aggregate(all.map(entityOf)), agid)
const both = list(idps.alfa, idps.beta)
const copyIn = (folder: string) => lastGoodPath(join(folder, 'state'))

let folder = ''
let server: Server
let answer: (response: ServerResponse) => void
let source = ''
let running: TestGateway[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'varco-registry-'))
  answer = (response) => response.end(both)
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/spid-entities-idps.xml`
})
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close({ keep: true })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

/** `refresh`: every so many milliseconds, in place of a day. */
const start = async ({ refresh = 86_400_000, ...options }: Partial<Options> & { refresh?: number } = {}) => {
  const pin = fingerprintOf(new X509Certificate(agid.certificate))
  const gateway = await startGateway({
    folder,
    spidMetadata: [],
    spid: `, registry: { source: "${source}", pins: [${pin}] }`,
    config: (config) => ({
      ...config,
      outgoing: { allowedNetworks: ['127.0.0.0/8'] },
      spid: {
        ...config.spid,
        ...(config.spid.registry && { registry: { ...config.spid.registry, refreshHours: refresh / 3_600_000 } }),
      },
    }),
    ...options,
  })
  running.push(gateway)
  return gateway
}

const stop = async (gateway: TestGateway) => {
  running = running.filter((one) => one !== gateway)
  await gateway.close({ keep: true })
}

const offered = async (gateway: TestGateway) => {
  const { page } = await gateway.begin()
  return linksIn(page).flatMap((href) => {
    const { searchParams } = new URL(href)
    return searchParams.get('upstream') === 'spid' ? (searchParams.get('idp') ?? []) : []
  })
}
const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}
const idpNames = ['https://alfa.example/idp', 'https://beta.example/idp']

describe('a gateway with a registry', () => {
  it('offers the providers of the signed list, logs a citizen in with one, and keeps the list for itself alone', async () => {
    const gateway = await start()
    expect((await offered(gateway)).toSorted()).toEqual(idpNames)
    const { login, end } = await gateway.loginBy('spid')
    expect((await gateway.claimsOf(login, end)).idToken.idp_type).toBe('spid')
    expect(readFileSync(copyIn(folder), 'utf8')).toBe(both)
    expect(statSync(copyIn(folder)).mode & 0o777).toBe(0o600)
    expect(gateway.events('registry.updated')).toEqual([expect.objectContaining({ level: 30, added: idpNames })])
  })

  it('starts from the last good copy when the registry is down, with an alarm', async () => {
    await stop(await start())
    answer = (response) => response.writeHead(503).end()
    const gateway = await start()
    expect(await offered(gateway)).toHaveLength(2)
    await until(() => gateway.events('registry.refused').length > 0)
    expect(gateway.events('registry.refused')).toEqual([
      expect.objectContaining({ level: 50, origin: 'source', reason: `${source} answered 503` }),
    ])
  })

  it('does not wait for a slow registry when it has a copy', async () => {
    await stop(await start())
    answer = () => {}
    const begun = performance.now()
    const gateway = await start()
    expect(await offered(gateway)).toHaveLength(2)
    await stop(gateway)
    expect(performance.now() - begun).toBeLessThan(8_000)
  })

  it('gives a slow registry ten seconds when it has none, then starts without SPID', { timeout: 40_000 }, async () => {
    answer = (response) => response.write('<')
    const gateway = await start()
    expect(await offered(gateway)).toEqual([])
    expect(gateway.events('registry.refused')).toEqual([
      expect.objectContaining({ level: 50, reason: expect.stringContaining('timeout') }),
    ])
  })

  it('starts without SPID when there is no list at all, offers the other ways in, and recovers by itself', async () => {
    answer = (response) => response.destroy()
    const gateway = await start({ refresh: 300 })
    expect(await offered(gateway)).toEqual([])
    const { page, browser } = await gateway.begin()
    expect(page.status).toBe(200)
    expect(page.text).toContain('upstream=cie')
    const begin = `${new URL(page.url).origin}${new URL(page.url).pathname}/begin?upstream=spid&idp=${encodeURIComponent(idps.alfa.entityId)}`
    expect(await browser.visit(begin)).toMatchObject({
      status: 403,
      text: expect.stringContaining('upstream_not_allowed'),
    })
    expect(gateway.events('registry.refused')[0]).toMatchObject({ level: 50, reason: expect.stringContaining(source) })
    answer = (response) => response.end(both)
    await until(async () => (await offered(gateway)).length === 2)
  })

  it.each<[what: string, body: string | Buffer, reason: string]>([
    ['tampered with', both.replaceAll('alfa.example', 'evil.example'), 'saml_signature_invalid'],
    ['unsigned', aggregate([idps.alfa, idps.beta].map(entityOf)), 'not signed'],
    ['signed by a stranger', signAggregate(aggregate([entityOf(idps.alfa)]), stranger), 'not pinned'],
    [
      'signed by a stranger who sends the certificate of AgID along',
      signAggregate(aggregate([idps.alfa, idps.beta].map(entityOf)), stranger, agid.certificate),
      'saml_signature_invalid',
    ],
    ['empty', list(), 'names no provider'],
    ['half as long', list(idps.alfa), 'shrinks from 2 providers to 1'],
    ['of 10 MB', Buffer.alloc(10 * 1024 * 1024, both), 'more than'],
  ])('keeps its list when the registry’s becomes one that is %s', async (_what, body, reason) => {
    const gateway = await start({ refresh: 100 })
    expect(await offered(gateway)).toHaveLength(2)
    answer = (response) => response.end(body)
    await until(() => gateway.events('registry.refused').length > 0)
    expect(gateway.events('registry.refused')[0]).toMatchObject({
      level: 50,
      origin: 'source',
      reason: expect.stringContaining(reason),
    })
    expect((await offered(gateway)).toSorted()).toEqual(idpNames)
    expect(readFileSync(copyIn(folder), 'utf8')).toBe(both)
  })

  it('completes a login that was begun before its provider was removed', async () => {
    const three = list(idps.alfa, idps.beta, testIdps({ ...keys, beta: keys.cie }, Date.now).cie)
    answer = (response) => response.end(three)
    const gateway = await start({ refresh: 100 })
    const { login, post } = await gateway.upToAnswer('spid')
    answer = (response) => response.end(list(idps.beta, testIdps({ ...keys, beta: keys.cie }, Date.now).cie))
    await until(() => gateway.events('registry.updated').length > 1)
    expect(await offered(gateway)).not.toContain(idps.alfa.entityId)
    const end = await gateway.deliver(login.browser, post)
    expect((await gateway.claimsOf(login, end)).idToken.idp).toBeDefined()
  })

  it('shares its copy with other gateways of the same folder', async () => {
    const first = await start()
    answer = (response) => response.writeHead(503).end()
    const second = await start()
    expect((await offered(second)).toSorted()).toEqual((await offered(first)).toSorted())
  })

  it('stops reading when it is closed', async () => {
    let readings = 0
    answer = (response) => {
      readings++
      response.end(both)
    }
    const gateway = await start({ refresh: 50 })
    await until(() => readings > 2)
    await stop(gateway)
    const atTheEnd = readings
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(readings).toBe(atTheEnd)
  })
})

describe('a citizen’s browser', () => {
  const never = /registry\.spid\.gov\.it|spid-entities-idps|entities-idp/

  it('is never sent to the registry: no page, header or file names it', async () => {
    const gateway = await start()
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'spid', idps.beta)
    const pages = [
      login.page,
      sent,
      await login.browser.visit(`${gateway.issuerOf('ala')}/nowhere`),
      await login.browser.visit(`${gateway.issuerOf('ala')}/end-session`),
    ]
    for (const { text, headers } of pages) {
      expect(text).toContain('<html')
      expect(text).not.toMatch(never)
      expect(text).not.toContain(source)
      expect(JSON.stringify(headers)).not.toMatch(never)
      expect(headers['content-security-policy']).toMatch(/default-src 'none'|default-src 'self'/)
    }
  })

  it('finds its name in no template, script, style or text', () => {
    const views = new URL('../../views/', import.meta.url)
    const files = readdirSync(views, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toMatch(never)
  })
})
