/** A tenant's file is written by somebody of one Comune: whatever stands in it, the other Comuni are served as before. */
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
const before = new Map<string, string>()
const fileOf = (tenant: string) => join(gateway.folder, 'tenants', `${tenant}.yaml`)
const take = () => gateway.reload('anna')
const get = (path: string, accept = 'text/html') =>
  request(gateway.regional).get(path).set('Host', 'login.regione.example').set('Accept', accept)

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(async () => {
  for (const tenant of ['ala', 'moena']) before.set(tenant, await readFile(fileOf(tenant), 'utf8'))
})
afterEach(async () => {
  for (const [tenant, text] of before) await writeFile(fileOf(tenant), text)
  await rm(fileOf('evil'), { force: true })
  await take()
})

const rename = async (tenant: string, name: string) => {
  const text = before.get(tenant) ?? ''
  await writeFile(fileOf(tenant), text.replace(/names: \{ it: [^,]*,/, `names: { it: ${name},`))
}

it.each([
  ['an alias of nothing', 'a: *nowhere\n'],
  ['an alias of itself', 'id: &a [*a]\n'],
  [
    'aliases that would fill the memory',
    `a: &a [${'x,'.repeat(10)}]\nb: &b [${'*a,'.repeat(10)}]\nc: &c [${'*b,'.repeat(10)}]\nd: [${'*c,'.repeat(6)}]\n`,
  ],
])('a file with %s keeps no other from being taken', async (_, text) => {
  await writeFile(fileOf('evil'), text)
  await rename('ala', 'Comune Nuovo')
  await take()
  expect((await get('/t/ala/help')).text).toContain('Comune Nuovo')
  expect(gateway.events('tenant.broken').at(-1)).toMatchObject({ file: fileOf('evil') })
})

it('a file that calls itself by another’s name does not get it while that one’s file is broken', async () => {
  const text = before.get('ala') ?? ''
  await writeFile(fileOf('evil'), text.replaceAll('Comune di ala', 'Comune di MALE'))
  await writeFile(fileOf('ala'), `${text}\n  : : [`)
  await take()
  const { status, text: page } = await get('/t/ala/help')
  expect(status).toBe(200)
  expect(page).toContain('Comune di ala')
  expect(page).not.toContain('MALE')
})

it.each(['/t/ala/jwks', '/t/ala/.well-known/openid-configuration', '/status'])(
  'metadata that call themselves %s do not stand there',
  async (path) => {
    const seen = await get(path, '*/*')
    const entityId = `https://login.regione.example${path}`
    const text = (before.get('moena') ?? '').replace(
      'site_url:',
      `federation: { cie: { entity_id: "${entityId}" } }\nsite_url:`,
    )
    await writeFile(fileOf('moena'), text)
    await take()
    const now = await get(path, '*/*')
    expect([now.status, now.type]).toEqual([200, seen.type])
  },
)

it('a tenant’s SPID metadata do not take the entityID that another has for CIE', async () => {
  const text = (before.get('moena') ?? '').replace(
    'site_url:',
    'federation: { spid: { profile: spid, entity_id: "https://login.regione.example/cie/c_a116" } }\nsite_url:',
  )
  await writeFile(fileOf('moena'), text)
  await take()
  expect(gateway.events('tenant.broken').at(-1)).toMatchObject({
    tenant: 'moena',
    reason: expect.stringContaining('is the entityID that'),
  })
})

it('four hundred mistakes are told in few words, and parsed once', async () => {
  await writeFile(fileOf('evil'), `schema: 1\nid: evil\nclients:\n${'  - { id: "a b", x: 1, y: 2 }\n'.repeat(400)}`)
  await take()
  const { reason } = gateway.events('tenant.broken').at(-1) as { readonly reason: string }
  expect(reason.length).toBeLessThan(2100)
})

it.each([
  ['a client secret of', 'secrets: [env:CLIENT_SECRET]', 'secrets: [file:NAMED]', 'clients[0].secrets[0]'],
  ['a picture of', 'site_url:', 'branding: { logo: NAMED }\nsite_url:', 'branding.logo'],
  [
    'the key and certificate of',
    'site_url:',
    'federation: { spid: { key: file:NAMED, certificate: ../spid.pem } }\nsite_url:',
    'federation.spid.key',
  ],
])('a file does not get %s the gateway, which lie beside the folder of the tenants', async (_, from, to, path) => {
  const text = before.get('ala') ?? ''
  for (const named of ['../spid.key', join(gateway.folder, 'spid.key'), 'link.key']) {
    await symlink('../spid.key', join(gateway.folder, 'tenants/link.key')).catch(() => undefined)
    await writeFile(fileOf('ala'), text.replace(from, to.replace('NAMED', named)))
    await take()
    const told = gateway.events('tenant.broken').at(-1) as { readonly tenant: string; readonly reason: string }
    expect(told.tenant).toBe('ala')
    expect(told.reason).toContain(path)
    expect(told.reason).toMatch(
      /is not where a tenant’s file may name one \(EOUTSIDE\) +→ put it beside this file or below/,
    )
  }
  await rm(join(gateway.folder, 'tenants/link.key'))
})

it('a file of more than a body needs is not even parsed, and said to be so', async () => {
  await writeFile(fileOf('ala'), `${before.get('ala')}#${'x'.repeat(256 * 1024)}`)
  await take()
  expect(gateway.events('tenant.broken').at(-1)).toMatchObject({
    tenant: 'ala',
    kept: true,
    reason: expect.stringMatching(/is too large \(EFBIG\) +→ name the right file, or leave out/),
  })
  await get('/t/ala/help').expect(200, /Comune di ala/)
})

it.each([
  ['a file outside', '../outside.svg'],
  ['a picture of 100 KB', 'large.svg'],
  ['what the kernel makes up without end', '/proc/self/pagemap'],
])('a logo that is %s is told once by who only looks, and not read anew', async (_, logo) => {
  await writeFile(join(gateway.folder, 'outside.svg'), '<svg/>')
  await writeFile(join(gateway.folder, 'tenants', 'large.svg'), `<svg>${' '.repeat(100_000)}</svg>`)
  const told = () => gateway.events('tenant.broken').length
  const [so, memory] = [told(), process.memoryUsage().rss]
  await writeFile(
    fileOf('ala'),
    (before.get('ala') ?? '').replace('site_url:', `branding: { logo: ${logo} }\nsite_url:`),
  )
  for (let look = 0; look < 5; look++) await gateway.reload('poll')
  expect(told() - so).toBe(1)
  expect((process.memoryUsage().rss - memory) / 1e6).toBeLessThan(200)
})

it('a link to what has no end, in the place of a tenant’s file, is told as too large', async () => {
  await symlink('/proc/self/pagemap', fileOf('evil'))
  await take()
  expect(gateway.events('tenant.broken').at(-1)).toMatchObject({ file: fileOf('evil') })
})
