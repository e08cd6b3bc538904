/** Two hundred logins under way, at every step, while fifty Comuni change and five files break, on two gateways with Redis. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterEach, expect, it } from 'vitest'
import { writeRegion } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { surviveWith } from '../fixtures/logins-under-way.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const MANY = 200
const CHANGED = 50
const BROKEN = 5
const UNTOUCHED = 5
/** Making the keys of a tenant takes a third of a second: citizens are at some of each kind. */
const VISITED = 4

const varco = createVarcoProcesses()
const undo: (() => unknown)[] = []
afterEach(async () => {
  varco.killAll()
  for (const step of undo.splice(0).reverse()) await step()
})

const named = (kind: string, many: number) => Array.from({ length: many }, (_, number) => `${kind}${number}`)
const changed = named('muta', CHANGED)
const broken = named('rotto', BROKEN)
const untouched = named('fermo', UNTOUCHED)
const everybody = [...changed, ...broken, ...untouched]

const codeOf = (tenant: string) => `c_b${100 + everybody.indexOf(tenant)}`

const startRegion = async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const keys = await identities()
  const idps = testIdps(
    keys,
    Date.now,
    `https://${hosts.login}`,
    everybody.map((id) => [id, codeOf(id)]),
  )
  const folder = await mkdtemp(join(tmpdir(), 'varco-reload-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  const file = await writeRegion(folder, keys, {
    spidMetadata: [idps.alfa.metadataXml(), idps.beta.metadataXml()],
    cieMetadata: idps.cie.metadataXml(),
  })
  const text = await readFile(file, 'utf8')
  const filled = text
    .replace('store: { kind: memory }', `store: { kind: redis, url: "${redis.url}" }`)
    .replace(/^trusted_proxies: .*$/m, 'trusted_proxies: [127.0.0.1]')
  await writeFile(file, filled)
  const fileOf = (tenant: string) => join(folder, 'tenants', `${tenant}.yaml`)
  const model = await readFile(fileOf('ala'), 'utf8')
  for (const id of everybody) {
    const code = codeOf(id)
    const own = model
      .replaceAll(/\bala\b/g, id)
      .replace('c_a116', code)
      .replace('A116', code.slice(2).toUpperCase())
    await writeFile(fileOf(id), own)
  }
  const edit = async (tenant: string, from: string, to: string) => {
    const before = await readFile(fileOf(tenant), 'utf8')
    if (!before.includes(from)) throw new Error(`not in ${tenant}: ${from}`)
    await writeFile(fileOf(tenant), before.replace(from, to))
  }
  const gateways = []
  for (let number = 0; number < 2; number++) {
    const gateway = varco.run(['start', '--config', file])
    gateways.push({ ...gateway, address: `http://127.0.0.1:${(await gateway.ports()).regional}` })
  }
  return { file, idps, edit, gateways, addresses: gateways.map(({ address }) => address) }
}

const until = async (what: string, holds: () => boolean) => {
  const end = performance.now() + 20_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within 20 seconds: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('nobody notices that fifty Comuni change and five files break while 200 logins are under way', async () => {
  const { file, idps, edit, gateways, addresses } = await startRegion()
  const pageOf = async (address: string, tenant: string) =>
    (await request(address).get(`/t/${tenant}/help`).set('Host', hosts.login)).text
  let took = 0

  const meanwhile = async () => {
    for (const tenant of changed) await edit(tenant, `Comune di ${tenant}`, `Comune di ${tenant} nuovo`)
    for (const tenant of broken) await edit(tenant, 'claims: [given_name,', 'claims: [shoe_size,')
    const began = performance.now()
    for (const { child } of gateways) child.kill('SIGHUP')
    for (const { said } of gateways) await until('a reload', () => said('tenants.reloaded').length === 1)
    took = performance.now() - began
  }
  /** The files are mended, and the others change once more, while everybody goes on. */
  const happens = async () => {
    for (const tenant of broken) await edit(tenant, 'claims: [shoe_size,', 'claims: [given_name,')
    for (const tenant of changed) await edit(tenant, ' nuovo', ' di nuovo')
    const { code, out } = await varco.run(['tenant', 'apply', '--config', file]).ended
    expect([code, out]).toEqual([0, expect.stringContaining('2 gateways serve it now.')])
  }
  const tenants = [changed, broken, untouched].flatMap((kind) => kind.slice(0, VISITED))
  const survived = await surviveWith({ many: MANY, addresses, idps, tenants, meanwhile, happens })
  const { completed, broken: brokenOff, reasons, reloaded, doubles, unclear, slowest } = survived
  console.log(
    `${CHANGED} tenants changed and ${BROKEN} broke in ${Math.round(took)} ms: ${completed} of ${MANY} logins completed; slowest answer ${Math.round(slowest)} ms`,
  )
  expect({ completed, brokenOff, reasons, reloaded, doubles, unclear }).toEqual({
    completed: MANY,
    brokenOff: 0,
    reloaded: 0,
    reasons: [],
    doubles: 0,
    unclear: [],
  })
  for (const { lines, said } of gateways) {
    const [first = '', second = ''] = await lines('tenants.reloaded', 2)
    expect(JSON.parse(first)).toMatchObject({ by: 'signal', changed: [...changed].sort(), added: [], removed: [] })
    expect(JSON.parse(second).changed).toEqual([...changed].sort())
    expect(said('tenant.broken')).toHaveLength(BROKEN)
    // no gateway keeps a tenant back
    expect(said('tenant.not_served')).toEqual([])
  }
  for (const address of addresses) {
    expect(await pageOf(address, 'muta0')).toContain('Comune di muta0 di nuovo')
    expect(await pageOf(address, 'rotto0')).toContain('Comune di rotto0')
  }
}, 120_000)
