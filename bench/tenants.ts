/**
 * What many tenants cost one process: `node bin/varco.mjs run bench/tenants.ts [TENANTS]` (default 1000, three clients each).
 * Memory, the first request, the steady latency of the first and of the last tenant, and what a reload takes while they are
 * served. Prints a table in Markdown.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { pino } from 'pino'
import { diskReaders } from '../src/config/disk.ts'
import { loadGatewayConfig } from '../src/config/load.ts'
import { startGateway } from '../src/gateway.ts'
import { environment, writeRegion } from '../test/fixtures/gateway/files.ts'
import { hosts, identities } from '../test/fixtures/gateway/identities.ts'
import { testIdps } from '../test/fixtures/gateway/idps.ts'

const count = Number(process.argv[2] ?? 1000)
const STEADY = 200
/** So many of them are asked: first, last and those between. */
const ASKED = 100
const CLIENTS = ['sito', 'palestra', 'biblioteca']

const folder = await mkdtemp(join(process.env.VARCO_BENCH_DIR ?? tmpdir(), 'varco-bench-tenants-'))
const keys = await identities()
const idps = testIdps(keys, Date.now)
const file = await writeRegion(folder, keys, {
  spidMetadata: [idps.alfa.metadataXml(), idps.beta.metadataXml()],
  cieMetadata: idps.cie.metadataXml(),
})

/** `t000000` has the IPA code c_a000, the next one c_a001, after c_a999 comes c_b000. */
const codeOf = (number: number) =>
  `${String.fromCharCode(97 + Math.floor(number / 1000))}${String(number % 1000).padStart(3, '0')}`
const idOf = (number: number) => `t${String(number).padStart(6, '0')}`
const clientOf = (id: string, tenant: string) => `
  - id: ${id}
    names: { it: Servizio ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [https://${id}.${tenant}.example/callback]
    claims: [given_name, family_name, fiscal_number]
    secrets: [env:CLIENT_SECRET]`
const tenantFile = (number: number) => {
  const id = idOf(number)
  const code = codeOf(number)
  return `schema: 1
id: ${id}
state: test
organisation:
  ipa_code: c_${code}
  belfiore: ${code.toUpperCase()}
  names: { it: Comune di ${id} }
site_url: https://www.${id}.example
legal:
  privacy_url: https://www.${id}.example/privacy
methods: { spid: true, cie: false, cns: true }
clients:${CLIENTS.map((client) => clientOf(client, id)).join('')}
`
}
const tenants = join(folder, 'tenants')
for (const name of await readdir(tenants)) await rm(join(tenants, name))
for (let number = 0; number < count; number++)
  await writeFile(join(tenants, `${idOf(number)}.yaml`), tenantFile(number))

const megabytes = () => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 1024 ** 2)
}
const before = performance.now()
const loaded = await loadGatewayConfig(file, diskReaders(environment))
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems.slice(0, 3), null, 1))
// one proxy asks for all: nobody is held back
const config = { ...loaded.config, trustedProxies: ['127.0.0.1'] }
const read = performance.now() - before
const log = pino({ level: 'silent' })

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const authorize = (tenant: string) =>
  `/t/${tenant}/authorize?${new URLSearchParams({
    client_id: 'sito',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `https://sito.${tenant}.example/callback`,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'state',
    nonce: 'nonce',
  })}`
/** Milliseconds of an authorization request. */
const begin = (port: number, tenant: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = performance.now()
    const options = { host: '127.0.0.1', port, path: authorize(tenant), agent, headers: { Host: hosts.login } }
    request(options, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 303
          ? resolve(performance.now() - start)
          : reject(new Error(`${tenant} answered ${response.statusCode}`)),
      )
    })
      .once('error', reject)
      .end()
  })

// the tenants that are asked, from the first to the last; making their keys (0.3 s each) is not what is measured
const many = Math.min(ASKED, count)
const asked = Array.from({ length: many }, (_, i) => idOf(Math.round((i * (count - 1)) / (many - 1))))
const maker = await startGateway(config, { files: loaded, log })
for (const tenant of asked) await begin(maker.addresses.regional.port, tenant)
await maker.close()

const again = performance.now()
const gateway = await startGateway(config, { files: loaded, log })
const { port } = gateway.addresses.regional
const started = read + performance.now() - again
const atStart = megabytes()
const firsts: number[] = []
for (const tenant of asked) firsts.push(await begin(port, tenant))
const afterAll = megabytes()
const steady = async (tenant: string): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < STEADY; i++) times.push(await begin(port, tenant))
  return times.sort((a, b) => a - b)[STEADY / 2] ?? 0
}
// both warm, then both measured: neither pays for the other
await steady(idOf(count - 1))
const [first, last] = [await steady(idOf(0)), await steady(idOf(count - 1))]

const rename = async (number: number, name: string) => {
  const id = idOf(number)
  await writeFile(join(tenants, `${id}.yaml`), tenantFile(number).replace(`Comune di ${id}`, `Comune di ${id} ${name}`))
}
/** Milliseconds of a reload, and the longest for which nobody was answered meanwhile. */
const reload = async (): Promise<readonly [took: number, held: number]> => {
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const start = performance.now()
  await gateway.reload('bench')
  const took = performance.now() - start
  loop.disable()
  return [took, loop.max / 1e6]
}
// the first look makes what the later ones compare with
await reload()
const none = await reload()
await rename(0, 'nuovo')
const one = await reload()
for (let number = 0; number < count; number++) await rename(number, 'di nuovo')
const all = await reload()
agent.destroy()
await gateway.close()
await rm(folder, { recursive: true, force: true })

const ms = (value: number | undefined) => `${(value ?? Number.NaN).toFixed(1)} ms`
const middle = [...firsts].sort((a, b) => a - b)[Math.floor(firsts.length / 2)]
console.log(`${count} tenants × ${CLIENTS.length} clients, Node ${process.versions.node}, ${cpus()[0]?.model.trim()}

| What | Figure |
| --- | --- |
| configuration read and checked | ${ms(read)} |
| ready, from the first byte of the files | ${ms(started)} |
| memory (RSS) when ready | ${atStart} MB |
| memory (RSS) when ${many} of them were asked | ${afterAll} MB |
| first request of the second one asked | ${ms(firsts[1])} |
| first request of the last tenant | ${ms(firsts.at(-1))} |
| first request, median of ${many} | ${ms(middle)} |
| steady latency of an authorization request, first tenant, median of ${STEADY} | ${ms(first)} |
| the same, tenant used last | ${ms(last)} |
| a reload where nothing changed | ${ms(none[0])} (longest pause ${ms(none[1])}) |
| a reload where one tenant changed | ${ms(one[0])} (longest pause ${ms(one[1])}) |
| a reload where all changed, ${many} of them running | ${ms(all[0])} (longest pause ${ms(all[1])}) |
`)
