import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Control } from '../../../src/operations/control.ts'
import { controlBySocket, listenForControl, socketOf } from '../../../src/operations/control-socket.ts'
import type { Wanted } from '../../../src/operations/rollout.ts'

const control: Control = {
  gateways: async () => [],
  switches: async () => ({ spid: { since: 1, until: 2, reason: 'outage', by: 'anna' } }),
  set: async () => undefined,
  clear: async (target) => target === 'spid',
  want: async (one) => {
    wanted = one
  },
  wantedIds: async () => (wanted === undefined ? [] : [wanted.id]),
  wanted: async (id) => (id === wanted?.id ? wanted : undefined),
  tenantsOf: async (all) => (all === 'all' ? { ala: 'h' } : undefined),
}
let wanted: Wanted | undefined

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-control-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('answers who may open the socket, which is its owner alone', async () => {
  const server = await listenForControl(folder, control)
  expect((await stat(socketOf(folder))).mode & 0o777).toBe(0o600)
  const caller = controlBySocket(folder)
  expect(await caller.switches()).toMatchObject({ spid: { by: 'anna' } })
  expect([await caller.clear('spid'), await caller.clear('cie')]).toEqual([true, false])
  server?.close()
})

it('carries what an operator wants to run, and says what does', async () => {
  const server = await listenForControl(folder, control)
  const caller = controlBySocket(folder)
  expect([await caller.wantedIds(), await caller.wanted('1')]).toEqual([[], undefined])
  const one = { id: '1', at: 5, by: 'anna', tenants: { ala: 'h', moena: null } }
  await caller.want(one)
  expect([await caller.wantedIds(), await caller.wanted('1')]).toEqual([['1'], one])
  expect([await caller.tenantsOf('all'), await caller.tenantsOf('none')]).toEqual([{ ala: 'h' }, undefined])
  server?.close()
})

it('takes the place of a socket whose process was killed', async () => {
  const script = `require('net').createServer().listen(${JSON.stringify(socketOf(folder))}, () => process.kill(process.pid, 9))`
  spawnSync(process.execPath, ['-e', script])
  expect((await stat(socketOf(folder))).isSocket()).toBe(true)
  const server = await listenForControl(folder, control)
  expect(await controlBySocket(folder).gateways()).toEqual([])
  server?.close()
})

it('leaves the socket to another gateway that answers there', async () => {
  const first = await listenForControl(folder, control)
  expect(await listenForControl(folder, control)).toBeUndefined()
  first?.close()
})

it('says what to do when no gateway answers', async () => {
  await expect(controlBySocket(folder).gateways()).rejects.toThrow(/no gateway answers at .*start it/)
})
