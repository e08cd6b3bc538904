import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { createKeyring, type TenantKeys } from '../../src/keyring/keyring.ts'
import { DAY, standingsOf } from '../../src/keyring/signing-key.ts'
import type { Tenant } from '../../src/tenant/tenant.ts'
import type { TenantApp } from '../../src/tenant-app.ts'
import { createTenantApps } from '../../src/tenant-apps.ts'

const HOUR = DAY / 24
const rotation = { after: 180 * DAY, publish: DAY }

let stateDir: string
let now: number
beforeEach(async () => {
  now = Date.parse('2026-01-15T10:00:00Z')
  stateDir = await mkdtemp(join(tmpdir(), 'tenant-apps-'))
})
afterEach(() => rm(stateDir, { recursive: true }))

const tenant = (state: Tenant['state'] = 'test', id = 'ala') => ({ id, state }) as Tenant
const keyring = () => createKeyring({ stateDir, masterKeys: [{ id: 'k', key: Buffer.alloc(32, 1) }], now: () => now })

/** A gateway on the shared folder; the application of a tenant is here the keys that it was built with. */
const gateway = (ring = keyring(), { wasLive = [], most }: { wasLive?: readonly string[]; most?: number } = {}) => {
  const events: AuditEvent[] = []
  const built: string[] = []
  const states = new Map<string, Tenant['state'] | undefined>()
  const apps = createTenantApps({
    build: async ({ id }, keys) => {
      built.push(id)
      return { keys } as unknown as TenantApp
    },
    current: (id) => tenant(states.get(id), id),
    keyring: ring,
    wasLive: async (id) => wasLive.includes(id),
    rotation,
    audit: (event) => events.push(event),
    now: () => now,
    most,
  })
  const keysOf = async (state?: Tenant['state'], id = 'ala') => {
    states.set(id, state)
    return ((await apps.of(tenant(state, id))) as unknown as { readonly keys: TenantKeys }).keys
  }
  return {
    keysOf,
    refresh: apps.refresh,
    prepare: apps.prepare,
    /** Since the last time. */
    built: () => built.splice(0),
    signingKid: async () => standingsOf((await keysOf()).signing, now)[0]?.kid,
    states: async () => standingsOf((await keysOf()).signing, now).map(({ alg, state }) => `${alg} ${state}`),
    types: () => events.map(({ type }) => type),
    events,
  }
}

describe('the applications of tenants', () => {
  it('are let go where there are too many: those that nobody has asked for longest, and built again with their keys', async () => {
    const one = gateway(keyring(), { most: 2 })
    const first = await one.keysOf('test', 'ala')
    for (const id of ['moena', 'ala', 'trento', 'ala']) await one.keysOf('test', id)
    expect(one.built()).toEqual(['ala', 'moena', 'trento'])
    expect(await one.keysOf('test', 'moena')).not.toBe(first)
    expect(await one.keysOf('test', 'ala')).toBe(first)
    expect(one.built()).toEqual(['moena'])
    for (const id of ['trento', 'moena', 'ala']) await one.keysOf('test', id)
    expect(one.built()).toEqual(['trento', 'moena', 'ala'])
    expect(await one.keysOf('test', 'ala')).toEqual(first)
  })

  it('are as many as may be also after a reload: who was let go is only tried', async () => {
    const one = gateway(keyring(), { most: 2 })
    const ids = ['ala', 'moena', 'trento']
    for (const id of ids) await one.keysOf('test', id)
    one.built()
    const prepared = await one.prepare(ids.map((id) => tenant('test', id)))
    expect(one.built()).toEqual(ids)
    prepared.serve()
    for (const id of ['trento', 'moena', 'ala']) await one.keysOf('test', id)
    expect(one.built()).toEqual(['ala'])
  })

  it('get no new keys where those that they had are gone, and the alarm is told also of who was let go', async () => {
    const one = gateway(keyring(), { most: 1 })
    await one.keysOf('test', 'ala')
    await one.keysOf('test', 'moena')
    one.events.splice(0)
    await rm(join(stateDir, 'keyring', 'ala.1.json'))
    for (let look = 0; look < 2; look++) await one.refresh()
    expect(one.events).toMatchObject([{ type: 'tenant.keys_unreadable', tenant: 'ala' }])
    await expect(one.keysOf('test', 'ala')).rejects.toThrow(/no keys/)
    expect(await readdir(join(stateDir, 'keyring'))).toEqual(['moena.1.json'])
  })

  it('are built once, and again when the keys on the disk are others', async () => {
    const one = gateway()
    const first = await one.keysOf()
    await one.refresh()
    expect(await one.keysOf()).toBe(first)
    await keyring().rotate('ala', first, { wait: DAY })
    await one.refresh()
    expect((await one.keysOf()).epoch).toBe(2)
    expect(one.types()).toEqual(['tenant.keys_created', 'tenant.keys_changed'])
  })

  it('agree: the keys that one gateway made are taken up by the other, and begin to sign in the same moment', async () => {
    const [one, two] = [gateway(), gateway()]
    expect(await one.signingKid()).toBe(await two.signingKid())
    now += rotation.after
    await Promise.all([one.refresh(), two.refresh()])
    await Promise.all([one.refresh(), two.refresh()])
    expect(await one.keysOf()).toEqual(await two.keysOf())
    expect(await one.states()).toEqual(['RS256 active', 'ES256 active', 'RS256 next', 'ES256 next'])
    const before = await one.signingKid()
    now += rotation.publish
    await Promise.all([one.refresh(), two.refresh()])
    await Promise.all([one.refresh(), two.refresh()])
    expect(await one.keysOf()).toEqual(await two.keysOf())
    expect(await one.signingKid()).not.toBe(before)
    // and what retired has lost its private half, here and on the disk
    expect((await one.keysOf()).signing.map(({ jwk }) => 'd' in jwk)).toEqual([true, true, false, false])
    expect(await readdir(join(stateDir, 'keyring'))).toEqual(['ala.3.json'])
  })

  it('rotate by age once, not at every look', async () => {
    const one = gateway()
    await one.keysOf()
    now += rotation.after
    for (let look = 0; look < 3; look++) await one.refresh()
    expect((await one.keysOf()).epoch).toBe(2)
  })

  it('rotate one after the other where many are of one age', async () => {
    const one = gateway()
    const ids = ['ala', 'moena', 'trento']
    const epochs = async () => (await Promise.all(ids.map((id) => one.keysOf('test', id)))).map(({ epoch }) => epoch)
    await epochs()
    now += rotation.after
    for (const expected of [
      [1, 1, 2],
      [1, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
    ]) {
      await one.refresh()
      expect((await epochs()).toSorted()).toEqual(expected)
    }
  })

  it.each(['test', 'suspended', 'live'] as const)(
    'get no new keys for a tenant that was live and is %s',
    async (state) => {
      const one = gateway(keyring(), { wasLive: ['ala'] })
      await expect(one.keysOf(state)).rejects.toThrow('tenant_not_served')
      expect(one.types()).toEqual(['tenant.not_served'])
      await one.keysOf(state === 'live' ? 'test' : state, 'moena')
    },
  )

  it('are served with the keys in memory, and an alarm is told once, when the file is gone or damaged', async () => {
    const one = gateway()
    const keys = await one
      .keysOf('live')
      .catch(() => keyring().create('ala'))
      .then(() => one.keysOf('live'))
    const folder = join(stateDir, 'keyring')
    await rename(folder, `${folder}.away`)
    for (let look = 0; look < 3; look++) await one.refresh()
    expect(await one.keysOf('live')).toBe(keys)
    await rename(`${folder}.away`, folder)
    await writeFile(join(folder, 'ala.2.json'), 'damaged')
    for (let look = 0; look < 3; look++) await one.refresh()
    expect(await one.keysOf('live')).toBe(keys)
    expect(one.types()).toEqual(['tenant.not_served', 'tenant.keys_unreadable', 'tenant.keys_unreadable'])
  })

  it('go on with their keys where new ones cannot be written, say so once, and try again after an hour', async () => {
    let full = true
    const one = gateway({
      ...keyring(),
      rotate: (...how) => (full ? Promise.reject(new Error('ENOSPC')) : keyring().rotate(...how)),
    })
    const keys = await one.keysOf()
    now += rotation.after
    for (let look = 0; look < 3; look++) await one.refresh()
    expect(one.types()).toEqual(['tenant.keys_created', 'tenant.keys_not_rotated'])
    expect(await one.keysOf()).toBe(keys)
    full = false
    now += HOUR
    await one.refresh()
    expect((await one.keysOf()).epoch).toBe(2)
  })
})
