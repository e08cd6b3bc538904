/** `varco start --workers 2` on the two kinds of store that have more than one server: every way in, whichever worker has the connection. */
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { createCardReader } from '../fixtures/gateway/card-reader.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { createRegion } from '../fixtures/gateway/region.ts'
import { createStories } from '../fixtures/gateway/stories.ts'
import { startCluster, startSentinels } from '../fixtures/redis-groups.ts'

const varco = createVarcoProcesses()
const undo: (() => unknown)[] = []
afterEach(async () => {
  varco.killAll()
  for (const step of undo.splice(0).reverse()) await step()
})

const MANY = 24
const ways = ['spid', 'cie', 'cns'] as const

const user = 'username: varco, password: env:REDIS_PASSWORD'
const listed = (servers: readonly { host: string; port: number }[]) =>
  JSON.stringify(servers.map(({ host, port }) => `${host}:${port}`))
const stores = {
  'the master that sentinels name': async () => {
    const group = await startSentinels()
    undo.push(() => group.stop())
    return `{ kind: sentinel, name: varco, sentinels: ${listed(group.servers.sentinels)}, ${user} }`
  },
  'a Cluster': async () => {
    const group = await startCluster()
    undo.push(() => group.stop())
    return `{ kind: cluster, nodes: ${listed(group.servers.nodes)}, ${user} }`
  },
}

it.each(Object.entries(stores))(
  'two workers share every way in on %s',
  async (_, startStore) => {
    const store = await startStore()
    const { keys, idps, file, remove } = await createRegion({ cns: '  revocation: { mode: off }' })
    undo.push(remove)
    await writeFile(file, (await readFile(file, 'utf8')).replace('store: { kind: memory }', `store: ${store}`))
    const primary = varco.run(['start', '--config', file, '--workers', '2'], { REDIS_PASSWORD: 'secret' })
    const ports = await primary.ports()

    const addressOf = (host: string) => (host === hosts.login ? `http://127.0.0.1:${ports.regional}` : '')
    const story = createStories({
      issuerOf: (tenant) => `https://${hosts.login}/t/${tenant}`,
      addressOf,
      idps,
      presentCard: createCardReader({ keys, port: ports.cns }),
    })
    const card = await keys.card('ada')
    const logins = Array.from({ length: MANY }, async (_, citizen) => {
      const way = ways[citizen % ways.length] ?? 'spid'
      const tenant = citizen % 2 === 0 ? 'ala' : 'moena'
      const { login, end } =
        way === 'cns' ? await story.loginByCard(card, { tenant }) : await story.loginBy(way, { tenant })
      if (end === undefined) throw new Error('the card was refused')
      const { userinfo } = await story.claimsOf(login, end)
      return [way, userinfo.idp_type]
    })
    for (const [way, by] of await Promise.all(logins)) expect(by).toBe(way)

    primary.child.kill('SIGTERM')
    expect(await primary.ended).toMatchObject({ code: 0 })
    const finished = primary.said('login.finished').map((line) => JSON.parse(line).pid as number)
    expect(finished).toHaveLength(MANY)
    const workers = primary.said('worker is ready').map((line) => JSON.parse(line).pid as number)
    expect([...new Set(finished)].sort()).toEqual(workers.sort())
  },
  60_000,
)
