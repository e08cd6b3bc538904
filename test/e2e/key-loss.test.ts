/** The drill of docs/operations.md: back up while people log in, lose everything, restore, and nobody is a stranger. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const varco = createVarcoProcesses()
let folder: string
let gateway: TestGateway | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-loss-'))
})
afterAll(async () => {
  varco.killAll()
  await gateway?.close({ keep: true })
  await rm(folder, { recursive: true, force: true })
})

const start = async () => {
  gateway = await startGateway({
    folder,
    config: (config) => ({ ...config, tenants: config.tenants.map((one) => ({ ...one, state: 'live' as const })) }),
  })
  return gateway
}
const run = (...words: string[]) => varco.run([...words, '--config', join(folder, 'gateway.yaml')]).ended
const jwks = (at: TestGateway, tenant = 'ala') =>
  request(at.regional).get(`/t/${tenant}/jwks`).set({ Host: 'login.regione.example' })
const subOf = async (at: TestGateway) => {
  const { login, end } = await at.loginBy('spid')
  return (await at.claimsOf(login, end)).idToken.sub
}

it('a live tenant without keys is not served; after the restore it has the same JWKS and every citizen the same `sub`', async () => {
  const state = join(folder, 'state')
  const archive = join(folder, 'varco.tar')
  let running = await startGateway({ folder })
  gateway = running
  const [before, sub, saved] = await Promise.all([jwks(running), subOf(running), run('backup', archive)])
  await jwks(running, 'moena').expect(200)
  expect(saved).toMatchObject({ code: 0, out: expect.stringContaining('read again and verified') })
  // the drill's own archive: now with the keys of both
  await rm(archive)
  expect(await run('backup', archive)).toMatchObject({ code: 0 })
  await running.close({ keep: true })

  // the disk is lost; something starts the gateway again, on an empty folder
  await rename(state, `${state}.lost`)
  running = await start()
  expect((await jwks(running)).status).toBe(503)
  expect(running.events('tenant.not_served')).toMatchObject([{ tenant: 'ala', level: 50 }])
  expect(await run('keys', 'list')).toMatchObject({ code: 0, out: 'ala  test  no keys\nmoena  test  no keys\n' })

  // what has begun to stand there is not overwritten
  const refused = await run('restore', archive)
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') })
  await running.close({ keep: true })
  await rename(state, `${state}.empty`)
  expect(await run('restore', archive)).toMatchObject({ code: 0, out: expect.stringMatching(/state: \d+ files/) })

  running = await start()
  expect((await jwks(running).expect(200)).body).toEqual(before.body)
  expect(await subOf(running)).toBe(sub)

  // the register is whole as far as the backup goes; that of the meantime has keys of its own and stays where it is
  expect(await run('register', 'verify')).toMatchObject({ code: 0 })
  const file = join(folder, 'gateway.yaml')
  const aside = join(folder, 'aside.yaml')
  await writeFile(aside, (await readFile(file, 'utf8')).replace(/state_dir: .*/, `state_dir: ${state}.empty`))
  expect(await varco.run(['register', 'verify', '--config', aside]).ended).toMatchObject({ code: 0 })

  // and the keys of one tenant alone, while the others are served
  await running.close({ keep: true })
  await rm(join(state, 'keyring/ala.1.json'))
  running = await start()
  expect((await jwks(running)).status).toBe(503)
  expect((await jwks(running, 'moena')).status).toBe(200)
  expect(await run('restore', archive, '--tenants', 'ala')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ala: keys of /),
  })
  expect((await jwks(running).expect(200)).body).toEqual(before.body)
  expect(await run('restore', archive, '--tenants', 'ala')).toMatchObject({
    code: 2,
    err: 'ala has keys: they stay as they are.\n',
  })
}, 60_000)
