import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import {
  chown,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyring, type TenantKeys } from '../../../src/keyring/keyring.ts'
import { DAY, standingsOf } from '../../../src/keyring/signing-key.ts'

const NOW = Date.parse('2026-01-15T10:00:00Z')
const HOUR = 3_600_000
const first = { id: '2026', key: Buffer.alloc(32, 1) }
const second = { id: '2027', key: Buffer.alloc(32, 2) }

let stateDir: string
let now = NOW
beforeEach(async () => {
  now = NOW
  stateDir = join(await mkdtemp(join(tmpdir(), 'keyring-')), 'state')
})
afterEach(() => rm(join(stateDir, '..'), { recursive: true }))

const keyring = (...masterKeys: (typeof first)[]) =>
  createKeyring({ stateDir, masterKeys: masterKeys.length > 0 ? masterKeys : [first], now: () => now })
const folder = () => join(stateDir, 'keyring')
const file = (tenant = 'example', epoch = 1) => join(folder(), `${tenant}.${epoch}.json`)
const notServed = (detail: RegExp) =>
  expect.objectContaining({ code: 'tenant_not_served', detail: expect.stringMatching(detail) })
const kids = ({ signing }: TenantKeys) => signing.map(({ kid }) => kid)

describe('the keys of a tenant', () => {
  it('are none until they are made', async () => {
    expect(await keyring().load('example')).toBeUndefined()
    expect(await keyring().epochs()).toEqual(new Map())
  })

  it('are the same after a restart', async () => {
    const created = await keyring().create('example')
    expect(await keyring().load('example')).toEqual(created)
    expect(created).toMatchObject({ createdAt: NOW, epoch: 1 })
    expect(await keyring().epochs()).toEqual(new Map([['example', 1]]))
  })

  it.each([
    ['RS256', { kty: 'RSA' }, { modulusLength: 2048 }],
    ['ES256', { kty: 'EC', crv: 'P-256' }, { namedCurve: 'prime256v1' }],
  ])('sign %s', async (alg, jwk, details) => {
    const key = (await keyring().create('example')).signing.find((one) => one.alg === alg)
    expect(key?.jwk).toMatchObject(jwk)
    const privateKey = createPrivateKey({ key: key?.jwk ?? {}, format: 'jwk' })
    expect(privateKey.asymmetricKeyDetails).toMatchObject(details)
    const signature = sign('sha256', Buffer.from('token'), privateKey)
    expect(verify('sha256', Buffer.from('token'), createPublicKey(privateKey), signature)).toBe(true)
  })

  it('bear the thumbprint of RFC 7638 as their name', async () => {
    const digest = async (members: object) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(JSON.stringify(members)))).toString('base64url')
    const created = await keyring().create('example')
    const [rsa, ec] = created.signing.map(({ jwk }) => jwk)
    expect(kids(created)).toEqual([
      await digest({ e: rsa?.e, kty: 'RSA', n: rsa?.n }),
      await digest({ crv: 'P-256', kty: 'EC', x: ec?.x, y: ec?.y }),
    ])
  })

  it('differ from tenant to tenant', async () => {
    const [one, two] = [await keyring().create('one'), await keyring().create('two')]
    expect(new Set([...kids(one), ...kids(two)]).size).toBe(4)
    expect(one.cookieKeys).not.toEqual(two.cookieKeys)
  })

  it('are never overwritten, also not by two gateways at once', async () => {
    const attempts = await Promise.allSettled([keyring().create('example'), keyring().create('example')])
    const [made, ...others] = attempts.filter(({ status }) => status === 'fulfilled')
    expect(others).toEqual([])
    expect(attempts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'tenant_not_served' },
    })
    await expect(keyring().create('example')).rejects.toEqual(notServed(/EEXIST/))
    expect(made).toMatchObject({ value: await keyring().load('example') })
  })

  it('lie in a file of the owner only, sealed, with nothing left beside it', async () => {
    const { signing, cookieKeys } = await keyring().create('example')
    const content = await readFile(file(), 'utf8')
    const modes = [file(), folder(), stateDir].map(async (path) => (await stat(path)).mode & 0o777)
    expect(await Promise.all(modes)).toEqual([0o600, 0o700, 0o700])
    expect(await readdir(folder())).toEqual(['example.1.json'])
    for (const secret of [signing[0]?.jwk.d, signing[0]?.jwk.n, cookieKeys[0]]) expect(content).not.toContain(secret)
  })

  it.runIf(process.getuid?.() === 0)('belong to the gateway’s user also when root makes them', async () => {
    await mkdir(stateDir)
    await chown(stateDir, 1234, 1234)
    await keyring().create('example')
    for (const path of [folder(), file()]) expect(await stat(path)).toMatchObject({ uid: 1234, gid: 1234 })
  })

  it('open with a new master key first, as long as the old one is there', async () => {
    const created = await keyring(first).create('example')
    expect(await keyring(second, first).load('example')).toEqual(created)
    await expect(keyring(second).load('example')).rejects.toEqual(
      notServed(/master key "2026", which is not configured/),
    )
  })

  it('do not open with another key of the same name', async () => {
    await keyring(first).create('example')
    const impostor = { id: first.id, key: second.key }
    await expect(keyring(impostor).load('example')).rejects.toEqual(notServed(/does not open/))
  })

  it('do not open as those of another tenant, nor as later ones', async () => {
    await keyring().create('one')
    await copyFile(file('one'), file('two'))
    await expect(keyring().load('two')).rejects.toEqual(notServed(/of another name/))
    await copyFile(file('one'), file('one', 9))
    await expect(keyring().load('one')).rejects.toEqual(notServed(/of another name/))
  })

  it('are not served when the file is damaged', async () => {
    await keyring().create('example')
    const content = await readFile(file(), 'utf8')
    const flipped = content.replace(/("sealed": ".{40})(.)/, (_, start, one) => start + (one === 'A' ? 'B' : 'A'))
    for (const damaged of [flipped, content.replace('"version": 1', '"version": 2'), '{}', 'null', '']) {
      await writeFile(file(), damaged)
      await expect(keyring().load('example')).rejects.toEqual(notServed(/does not open|not a sealed file/))
    }
    await writeFile(file(), content)
    await truncate(file(), content.length - 30)
    await expect(keyring().load('example')).rejects.toEqual(notServed(/not a sealed file/))
  })

  it('are not served when the file cannot be read', async () => {
    await writeFile(stateDir, 'a file where a folder should be')
    await expect(keyring().load('example')).rejects.toEqual(notServed(/ENOTDIR/))
    await expect(keyring().create('example')).rejects.toEqual(notServed(/ENOTDIR|EEXIST/))
  })

  it('stay in their folder whatever the tenant is called', async () => {
    for (const tenant of ['../example', 'a/b', '', '.', 'Example']) {
      await expect(keyring().load(tenant)).rejects.toThrow('not a tenant id')
      await expect(keyring().create(tenant)).rejects.toThrow('not a tenant id')
    }
  })
})

describe('an epoch that was looked up before', () => {
  it('saves a look through the folder, and is looked up again where it is no longer there', async () => {
    const created = await keyring().create('example')
    const rotated = await keyring().rotate('example', created, { wait: HOUR })
    expect(await keyring().load('example', 2)).toEqual(rotated)
    expect(await keyring().load('example', 1)).toEqual(rotated)
    expect(await keyring().load('nobody', 1)).toBeUndefined()
  })
})

describe('a rotation', () => {
  it('publishes new keys that sign when their time comes, and leaves one file', async () => {
    const created = await keyring().create('example')
    const rotated = await keyring().rotate('example', created, { wait: 24 * HOUR })
    expect(rotated.epoch).toBe(2)
    expect(standingsOf(rotated.signing, now).map(({ state, alg }) => `${state} ${alg}`)).toEqual([
      'active RS256',
      'active ES256',
      'next RS256',
      'next ES256',
    ])
    expect(rotated.cookieKeys).toEqual(created.cookieKeys)
    expect(await keyring().load('example')).toEqual(rotated)
    expect(await readdir(folder())).toEqual(['example.2.json'])
  })

  it('of two gateways at the same moment makes one set of keys, and both know it', async () => {
    const created = await keyring().create('example')
    const both = await Promise.all([1, 2, 3].map(() => keyring().rotate('example', created, { wait: HOUR })))
    expect(both[1]).toEqual(both[0])
    expect(both[2]).toEqual(both[0])
    expect(both[0]?.signing).toHaveLength(4)
    expect(await readdir(folder())).toEqual(['example.2.json'])
  })

  it('that comes too late by more than one epoch changes nothing', async () => {
    const created = await keyring().create('example')
    const later = await keyring().rotate('example', created, { wait: HOUR })
    now += 100 * DAY
    const last = await keyring().rotate('example', later, { wait: HOUR })
    // its number is free again: the file was removed when it was replaced
    expect(await keyring().rotate('example', created, { wait: HOUR })).toEqual(last)
    expect(await readdir(folder())).toEqual(['example.3.json'])
  })

  it('is not lost when a gateway tidies up at the same moment', async () => {
    const created = await keyring().create('example')
    await keyring().renew('example', created)
    const rotated = await keyring().rotate('example', created, { wait: HOUR })
    expect([rotated.epoch, rotated.signing.length]).toEqual([3, 4])
  })

  it('after a leak forgets the old keys at once', async () => {
    const created = await keyring().create('example')
    const waiting = await keyring().rotate('example', created, { wait: HOUR })
    const fresh = await keyring().rotate('example', waiting, 'withdraw')
    expect(fresh.signing).toHaveLength(2)
    expect(kids(waiting).filter((kid) => kids(fresh).includes(kid))).toEqual([])
    expect(standingsOf(fresh.signing, now).map(({ state }) => state)).toEqual(['active', 'active'])
  })

  it('leaves a crash nothing that counts: of two files the higher one holds, and the lower one goes', async () => {
    const created = await keyring().create('example')
    await link(file(), join(stateDir, 'saved'))
    const rotated = await keyring().rotate('example', created, { wait: HOUR })
    await link(join(stateDir, 'saved'), file())
    expect(await keyring().load('example')).toEqual(rotated)
    await keyring().renew('example', rotated)
    expect(await readdir(folder())).toEqual(['example.3.json'])
  })
})

describe('a renewal', () => {
  it('drops the private half of keys that retired, and after 90 days the rest', async () => {
    const created = await keyring().create('example')
    const rotated = await keyring().rotate('example', created, { wait: HOUR })
    now += HOUR
    const renewed = await keyring().renew('example', rotated)
    const old = renewed.signing.filter(({ kid }) => kids(created).includes(kid))
    expect(old).toHaveLength(2)
    for (const { jwk } of old) expect(Object.keys(jwk)).not.toContain('d')
    now += 91 * DAY
    const later = await keyring().renew('example', renewed)
    expect(kids(later)).toEqual(kids(rotated).filter((kid) => !kids(created).includes(kid)))
  })

  it('seals with the first master key, so that the older one can go', async () => {
    const created = await keyring(first).create('example')
    const both = keyring(second, first)
    expect(await both.sealedWith('example')).toBe('2026')
    await both.renew('example', created)
    expect(await both.sealedWith('example')).toBe('2027')
    expect((await keyring(second).load('example'))?.signing).toEqual(created.signing)
  })
})
