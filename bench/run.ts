/**
 * `npm run bench`: what a login costs Varco and its peers, in one run, as bench/RESULTS.md.
 *   -- --quick         Varco alone for some seconds, printed; writes nothing
 *   -- --profile       where the CPU of a login goes; writes nothing
 *   -- --soak MINUTES  at the end, half load for so long
 *   -- --seconds N     of each batch instead of 8: a rehearsal
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis } from '../test/fixtures/redis-server.ts'
import { runClosed } from './load/run-load.ts'
import { measureLeftBehind } from './parts/left-behind.ts'
import { measureTenants } from './parts/many-tenants.ts'
import { type Measurement, measureSystem, type Plan, withRunning } from './parts/measure-system.ts'
import { sharesOf } from './parts/profile.ts'
import { measureSoak, measureUnderWay, rateOf } from './parts/under-way.ts'
import { canHaveWorkers, measureWorkers } from './parts/workers.ts'
import { takeCores } from './process/cores.ts'
import { type Results, reportOf } from './report.ts'
import { jackson } from './systems/jackson.ts'
import { bareProvider, ownBroker } from './systems/provider.ts'
import type { System } from './systems/system.ts'
import { varcoBy } from './systems/varco.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    soak: { type: 'string' },
    seconds: { type: 'string', default: '8' },
  },
})
const say = (text: string) => process.stderr.write(`${text}\n`)

/** What a gateway should be able to carry without anybody waiting. */
const SHARE = 0.7

const { measured: core, said } = takeCores()
const redis = await startRedis()
const spid = varcoBy('spid')

const versionOf = (name: string, from: string) =>
  existsSync(here(`${from}/${name}/package.json`))
    ? `${name} ${JSON.parse(readFileSync(here(`${from}/${name}/package.json`), 'utf8')).version}`
    : `no ${name}`

const emptyRedis = () => spawnSync('redis-cli', ['-p', String(redis.port), 'flushall'])

const measured = async (system: System, store: 'memory' | 'Redis', plan: Plan): Promise<Measurement> => {
  if (store === 'Redis') emptyRedis()
  const result = await measureSystem(system, { core, plan, redis: store === 'Redis' ? redis.url : undefined })
  for (const { atOnce, cpu, unit, perSecond } of result.batches)
    say(
      `${system.name}, ${store}, ${atOnce} at once: ${(cpu / unit).toFixed(1)} units, ${perSecond.toFixed(0)} logins/s`,
    )
  return result
}

const about = (): Pick<Results, 'machine' | 'cores' | 'versions' | 'date'> => ({
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  cores: said,
  versions: [
    `Node ${process.versions.node}`,
    spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
      .stdout.split(' ')
      .slice(0, 3)
      .join(' ')
      .replace(' server v=', ' '),
    versionOf('oidc-provider', '../node_modules'),
    versionOf('@node-saml/node-saml', '../node_modules'),
    versionOf('@boxyhq/saml-jackson', 'node_modules'),
  ].join(', '),
  date: new Date().toISOString().slice(0, 10),
})

const quick = async (): Promise<void> => {
  const plan = { atOnce: [16], seconds: 5, warmUp: 500, logins: 0 }
  const systems = [await measured(spid, 'memory', plan), await measured(spid, 'Redis', plan)]
  console.log(reportOf({ ...about(), systems, missing: [], tenants: [] }))
}

const profile = (): Promise<void> =>
  withRunning(spid, { core, redis: redis.url }, async ({ process, login }) => {
    await runClosed(login, { atOnce: 16, seconds: 10 })
    await process.record()
    const { logins } = await runClosed(login, { atOnce: 16, seconds: 15 })
    const { busy, groups, functions, inclusive } = sharesOf(await process.profile())
    const rows = (shares: typeof groups) =>
      shares.map(
        ({ name, share }) => `| ${name} | ${(share * 100).toFixed(1)} % | ${((share * busy) / logins).toFixed(3)} |`,
      )
    const section = (title: string, shares: typeof groups) =>
      `## ${title}\n\n| What | share | ms a login |\n| --- | --- | --- |\n${rows(shares).join('\n')}\n`
    console.log(
      `Main thread, ${(busy / logins).toFixed(2)} ms a login over ${logins} logins. Signatures of ID tokens run on other threads.\n`,
    )
    console.log(
      [
        section('By package and folder', groups),
        section('By function', functions),
        section('With all that it calls', inclusive),
      ].join('\n'),
    )
  })

/** What the peers need lies beside this file and is nobody else's: from the lockfile, once. */
const installPeers = (): readonly string[] => {
  if (existsSync(here('node_modules'))) return []
  say('npm ci in bench/: the peers')
  const { status } = spawnSync('npm', ['ci'], { cwd: here('.'), stdio: ['ignore', 'ignore', 'inherit'] })
  return status === 0 ? [] : ['SAML Jackson is missing: `npm ci` in bench/ failed.']
}

const whole = async (): Promise<void> => {
  const missing = [...installPeers()]
  const seconds = Number(options.seconds)
  const logins = seconds < 8 ? 0 : 10_000
  const plan = { atOnce: [1, 16, 64], seconds, warmUp: 200 * seconds, logins: 0 }
  const systems: Measurement[] = []
  let rest: Pick<Results, 'tenants' | 'underWay' | 'leftBehind' | 'workers' | 'soak'> = { tenants: [] }
  const write = () => writeFileSync(here('RESULTS.md'), reportOf({ ...about(), systems, missing, ...rest }))
  const row = async (system: System, store: 'memory' | 'Redis', more: Partial<Plan> = {}) => {
    try {
      systems.push(await measured(system, store, { ...plan, ...more }))
    } catch (error) {
      missing.push(`${system.name}, ${store}, could not be measured: ${(error as Error).message.split('\n')[0]}`)
      say(String(error))
    }
    write()
  }
  await row(spid, 'Redis', { logins })
  await row(spid, 'memory', { logins })
  await row(varcoBy('spid', { algorithm: 'ES256' }), 'Redis')
  await row(varcoBy('cie'), 'Redis')
  await row(varcoBy('cns'), 'Redis')
  await row(jackson, 'Redis', { logins })
  await row(jackson, 'memory')
  await row(ownBroker, 'memory')
  await row(bareProvider, 'memory')

  // what was kept up for 10,000 logins
  const capacity = systems[0]?.batches.at(-1)?.perSecond ?? 0
  emptyRedis()
  await withRunning(spid, { core, redis: redis.url }, async (running) => {
    const long = { seconds: 5 * seconds }
    const ofTheMost = await measureUnderWay(running, { perSecond: SHARE * capacity, warmUp: 750 * seconds, ...long })
    const perSecond = await rateOf(running, { busy: SHARE, from: capacity / 2 })
    const ofTheCore = await measureUnderWay(running, { perSecond, warmUp: 0, ...long })
    rest = { ...rest, underWay: { ofTheCore, ofTheMost } }
    write()
  })
  rest = { ...rest, leftBehind: await measureLeftBehind(redis, { core, logins: 500 }) }
  write()
  for (const [tenants, ask] of [
    [200, false],
    [8000, true],
  ] as const) {
    rest = { ...rest, tenants: [...rest.tenants, await measureTenants(tenants, { core, ask })] }
    write()
  }
  if (canHaveWorkers) rest = { ...rest, workers: await measureWorkers(redis.url, 1.5 * seconds) }
  else missing.push('Two workers beside one: `varco start --workers` is not there yet.')
  write()
  if (options.soak !== undefined) {
    emptyRedis()
    const minutes = Number(options.soak)
    await withRunning(spid, { core, redis: redis.url }, async (running) => {
      rest = { ...rest, soak: await measureSoak(running, { perSecond: capacity / 2, minutes }) }
    })
    write()
  }
  console.log(readFileSync(here('RESULTS.md'), 'utf8'))
}

try {
  if (options.quick) await quick()
  else if (options.profile) await profile()
  else await whole()
} finally {
  await redis.stop()
}
