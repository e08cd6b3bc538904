import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyring } from '../../../src/keyring/keyring.ts'

const NOW = Date.parse('2026-01-15T10:00:00Z')
const first = { id: '2026', key: Buffer.alloc(32, 1) }
const second = { id: '2027', key: Buffer.alloc(32, 2) }

let stateDir: string
beforeEach(async () => {
  stateDir = join(await mkdtemp(join(tmpdir(), 'keyring-')), 'state')
})
afterEach(() => rm(join(stateDir, '..'), { recursive: true }))

const keyring = (...masterKeys: (typeof first)[]) =>
  createKeyring({ stateDir, masterKeys: masterKeys.length > 0 ? masterKeys : [first], now: () => NOW })
const file = (tenant = 'example') => join(stateDir, 'keyring', `${tenant}.json`)
const notServed = (detail: RegExp) =>
  expect.objectContaining({ code: 'tenant_not_served', detail: expect.stringMatching(detail) })

describe('the keys of a tenant', () => {
  it('are none until they are made', async () => {
    expect(await keyring().load('example')).toBeUndefined()
  })

  it('are the same after a restart', async () => {
    const created = await keyring().create('example')
    expect(await keyring().load('example')).toEqual(created)
    expect(created.createdAt).toBe(NOW)
  })

  it('sign RS256 with 2048 bits', async () => {
    const [jwk] = (await keyring().create('example')).signing
    expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    const privateKey = createPrivateKey({ key: jwk ?? {}, format: 'jwk' })
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    const signature = sign('sha256', Buffer.from('token'), privateKey)
    expect(verify('sha256', Buffer.from('token'), createPublicKey(privateKey), signature)).toBe(true)
  })

  it('bear the thumbprint of RFC 7638 as their name', async () => {
    const [jwk] = (await keyring().create('example')).signing
    const members = `{"e":"${jwk?.e}","kty":"RSA","n":"${jwk?.n}"}`
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(members))
    expect(jwk?.kid).toBe(Buffer.from(digest).toString('base64url'))
  })

  it('differ from tenant to tenant', async () => {
    const [one, two] = [await keyring().create('one'), await keyring().create('two')]
    expect(one.signing[0]?.n).not.toBe(two.signing[0]?.n)
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
    const modes = [file(), join(file(), '..'), stateDir].map(async (path) => (await stat(path)).mode & 0o777)
    expect(await Promise.all(modes)).toEqual([0o600, 0o700, 0o700])
    expect(await readdir(join(stateDir, 'keyring'))).toEqual(['example.json'])
    for (const secret of [signing[0]?.d, signing[0]?.n, cookieKeys[0]]) expect(content).not.toContain(secret)
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

  it('do not open as those of another tenant', async () => {
    await keyring().create('one')
    await copyFile(file('one'), file('two'))
    await expect(keyring().load('two')).rejects.toEqual(notServed(/of another name/))
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
