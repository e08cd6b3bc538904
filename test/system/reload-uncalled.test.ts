/** Files that count without `varco tenant apply`, in real processes: by the timer of `poll`, and by SIGHUP to `--workers`. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import { afterEach, expect, it } from 'vitest'
import { hosts } from '../fixtures/gateway/identities.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { createRegion } from '../fixtures/gateway/region.ts'
import { startRedis } from '../fixtures/redis-server.ts'

const varco = createVarcoProcesses()
const undo: (() => unknown)[] = []
afterEach(async () => {
  varco.killAll()
  for (const step of undo.splice(0).reverse()) await step()
})

const startRegion = async (change: readonly [from: string, to: string], ...words: readonly string[]) => {
  const { folder, file, remove } = await createRegion()
  undo.push(remove)
  await writeFile(file, (await readFile(file, 'utf8')).replace(...change))
  const gateway = varco.run(['start', '--config', file, ...words])
  const { regional } = await gateway.ports()
  const page = async () =>
    (await request(`http://127.0.0.1:${regional}`).get('/t/ala/help').set('Host', hosts.login)).text
  const edit = async (from: string, to: string) => {
    const path = join(folder, 'tenants/ala.yaml')
    await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
  }
  /** What the lines with this text say of whom, once there are so many. */
  const told = async (text: string, count: number) =>
    (await gateway.lines(text, count)).map((line) => JSON.parse(line) as { pid: number; by: string; changed: string[] })
  return { gateway, page, edit, told }
}

it('poll takes a changed file by itself, and leaves a tenant as it was whose file breaks', async () => {
  const { page, edit, told } = await startRegion(['tenants: tenants', 'tenants: { folder: tenants, reload: poll }'])
  await edit('Comune di ala', 'Comune di Ala nuova')
  expect(await page()).not.toContain('Comune di Ala nuova')
  expect(await told('tenants.reloaded', 1)).toMatchObject([{ by: 'poll', changed: ['ala'] }])
  expect(await page()).toContain('Comune di Ala nuova')
  await edit('ipa_code: c_a116', 'ipa_code: [')
  expect(await told('tenant.broken', 1)).toMatchObject([{ tenant: 'ala', kept: true }])
  expect(await page()).toContain('Comune di Ala nuova')
}, 60_000)

it('SIGHUP to the one process of --workers makes each of them take the files', async () => {
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const { gateway, page, edit, told } = await startRegion(
    ['store: { kind: memory }', `store: { kind: redis, url: "${redis.url}" }`],
    '--workers',
    '2',
  )
  const workers = (await told('worker is ready', 2)).map(({ pid }) => pid)
  await edit('Comune di ala', 'Comune di Ala nuova')
  gateway.child.kill('SIGHUP')
  const reloaded = await told('tenants.reloaded', 2)
  expect(reloaded).toMatchObject([
    { by: 'signal', changed: ['ala'] },
    { by: 'signal', changed: ['ala'] },
  ])
  expect(reloaded.map(({ pid }) => pid).sort()).toEqual(workers.sort())
  // whichever of them has the connection
  for (let visit = 0; visit < 8; visit++) expect(await page()).toContain('Comune di Ala nuova')
}, 60_000)
