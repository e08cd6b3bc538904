/** Two hundred logins under way, at every step, when a gateway or the master of the store dies. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createVarcoProcesses, type VarcoProcess } from '../fixtures/gateway/process.ts'
import { createRegion } from '../fixtures/gateway/region.ts'
import { type Survived, surviveWith } from '../fixtures/logins-under-way.ts'
import { startCluster, startSentinels } from '../fixtures/redis-groups.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const MANY = 200
/** Milliseconds between the moment when all go on and the one when something dies: in the middle of their requests. */
const MEANWHILE = 150

const varco = createVarcoProcesses()
const undo: (() => unknown)[] = []
afterEach(async () => {
  varco.killAll()
  for (const step of undo.splice(0).reverse()) await step()
})

/** As many as there are lists of further arguments. */
const startGateways = async (store: string, more: readonly (readonly string[])[] = [[], []]) => {
  const { idps, file, remove } = await createRegion()
  undo.push(remove)
  const text = await readFile(file, 'utf8')
  const filled = text
    .replace('store: { kind: memory }', `store: ${store}`)
    .replace(/^trusted_proxies: .*$/m, 'trusted_proxies: [127.0.0.1]')
  await writeFile(file, filled)
  const start = async (
    ...more: readonly string[]
  ): Promise<{ readonly varco: VarcoProcess; readonly address: string }> => {
    const gateway = varco.run(['start', '--config', file, ...more], { REDIS_PASSWORD: 'secret' })
    return { varco: gateway, address: `http://127.0.0.1:${(await gateway.ports()).regional}` }
  }
  const gateways = []
  for (const one of more) gateways.push(await start(...one))
  return { start, gateways, addresses: gateways.map(({ address }) => address), idps }
}

const user = 'username: varco, password: env:REDIS_PASSWORD'
const listed = (servers: readonly { host: string; port: number }[]) =>
  JSON.stringify(servers.map(({ host, port }) => `${host}:${port}`))

/** All end well, nothing counts twice, and nobody is left with a page that says nothing. */
const report = (what: string, survived: Survived, many = MANY) => {
  const { broken, completed, reloaded, restarted, doubles, unclear, slowest } = survived
  console.log(
    `${what}: ${completed} of ${many} logins completed, ${reloaded} after an error page or a refusal, ${restarted} of them ` +
      `begun anew; ${broken} requests broken off; ${doubles} doubles; slowest answer ${Math.round(slowest)} ms`,
  )
  expect(unclear).toEqual([])
  expect(completed).toBe(many)
  expect(doubles).toBe(0)
}

it('no login is lost when a gateway is killed with -9', async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const { gateways, addresses, idps } = await startGateways(`{ kind: redis, url: "${redis.url}" }`)
  const happens = async () => {
    await sleep(MEANWHILE)
    gateways[0]?.varco.child.kill('SIGKILL')
  }
  const survived = await surviveWith({ many: MANY, addresses, idps, happens })
  report('gateway killed', survived)
  // or nobody would have noticed
  expect(survived.broken).toBeGreaterThan(10)
}, 180_000)

it('no login is lost and no request breaks off when both gateways are replaced, one after the other: docs/operations.md, "A new version"', async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const { start, gateways, addresses, idps } = await startGateways(`{ kind: redis, url: "${redis.url}" }`)
  const happens = async () => {
    for (const [number, old] of gateways.entries()) {
      const { address } = await start()
      addresses[number] = address
      old.varco.child.kill('SIGTERM')
      expect(await old.varco.ended).toMatchObject({ code: 0 })
    }
  }
  // three gateways start beside them: it is about the change, not about a crowd
  const many = 60
  const survived = await surviveWith({ many, addresses, idps, happens })
  report('both gateways replaced', survived, many)
  expect(survived.broken).toBe(0)
}, 180_000)

it('no login is lost when one of two workers is killed with -9, and another takes its place', async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const { gateways, addresses, idps } = await startGateways(`{ kind: redis, url: "${redis.url}" }`, [
    ['--workers', '2'],
  ])
  const [primary] = gateways.map((gateway) => gateway.varco)
  if (primary === undefined) throw new Error('nothing runs')
  const pids = async (count: number) =>
    (await primary.lines('worker is ready', count)).map((line) => JSON.parse(line).pid as number)
  const happens = async () => {
    const [first = 0] = await pids(2)
    await sleep(MEANWHILE)
    process.kill(first, 'SIGKILL')
  }
  const survived = await surviveWith({ many: MANY, addresses, idps, happens })
  report('worker killed', survived)
  const three = await pids(3)

  const { operations } = await primary.ports()
  const read = async () => (await fetch(`http://127.0.0.1:${operations}/metrics`)).text()
  const valueIn = (text: string, name: string) => Number(new RegExp(`^${name}(?:{.*})? (.+)$`, 'm').exec(text)?.[1])
  // what a worker prints reaches this test, what it tells its primary another process: in no certain order
  while (valueIn(await read(), 'varco_workers_running') < 2) await sleep(20)
  const metrics = await read()
  const value = (name: string) => valueIn(metrics, name)
  expect(value('varco_workers_running')).toBe(2)
  expect(value('varco_workers_wanted')).toBe(2)
  expect(value('varco_store_up')).toBe(1)
  expect(value('varco_build_info')).toBe(1)
  expect((await fetch(`http://127.0.0.1:${operations}/readyz`)).status).toBe(200)

  primary.child.kill('SIGTERM')
  expect(await primary.ended).toMatchObject({ code: 0 })
  for (const pid of three) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
}, 180_000)

it('no login is lost when the master under Sentinel is killed', async () => {
  const group = await startSentinels()
  undo.push(() => group.stop())
  const { addresses, idps } = await startGateways(
    `{ kind: sentinel, name: varco, sentinels: ${listed(group.servers.sentinels)}, ${user} }`,
  )
  const happens = async () => {
    const master = await group.master()
    await sleep(MEANWHILE)
    await master?.stop()
  }
  const survived = await surviveWith({ many: MANY, addresses, idps, happens })
  report('master under Sentinel killed', survived)
  expect(survived.reloaded).toBeGreaterThan(10)
}, 180_000)

it('no login is lost when a master of the Cluster is killed', async () => {
  const group = await startCluster()
  undo.push(() => group.stop())
  const { addresses, idps } = await startGateways(`{ kind: cluster, nodes: ${listed(group.servers.nodes)}, ${user} }`)
  const happens = async () => {
    const master = await group.masterOf('varco:{t:ala}:')
    await sleep(MEANWHILE)
    await master?.stop()
  }
  const survived = await surviveWith({ many: MANY, addresses, idps, happens })
  report('master of the Cluster killed', survived)
  expect(survived.reloaded).toBeGreaterThan(10)
}, 180_000)
