import { copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertRegisterKey } from '../../../src/audit/register/first-key.ts'
import { createRegisterKeyring } from '../../../src/keyring/register-keys.ts'
import type { MasterKey } from '../../../src/sealing.ts'
import { createTestRegister, response } from '../../fixtures/register/register.ts'

const k1: MasterKey = { id: 'k1', key: Buffer.alloc(32, 1) }
const k2: MasterKey = { id: 'k2', key: Buffer.alloc(32, 2) }

let stateDir = ''
let time = 1_768_471_200_000
const keyring = (...masterKeys: MasterKey[]) => createRegisterKeyring({ stateDir, masterKeys, now: () => (time += 1) })
const folder = () => join(stateDir, 'keyring', 'register')
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'varco-register-keys-'))
})
afterEach(() => rm(stateDir, { recursive: true }))

describe('the keys of the register', () => {
  it('are all different, stay, and come in the order in which they were made', async () => {
    const made = [await keyring(k1).create(), await keyring(k1).create(), await keyring(k1).create()]
    const loaded = await keyring(k1).load()
    expect(loaded.map(({ fingerprint }) => fingerprint)).toEqual(made.map(({ fingerprint }) => fingerprint))
    expect(new Set(loaded.map(({ key }) => key.toString('hex'))).size).toBe(3)
    expect(loaded[0]?.signing.asymmetricKeyType).toBe('ed25519')
  })

  it('lie in files of the owner only, sealed', async () => {
    const { id, key, signing } = await keyring(k1).create()
    const path = join(folder(), `${id}.1.json`)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain(key.toString('base64'))
    expect(text).not.toContain(signing.export({ type: 'pkcs8', format: 'der' }).toString('base64'))
  })

  it('are enough when gateways make the first one at the same moment: all have all of them', async () => {
    const start = () => assertRegisterKey(stateDir, keyring(k1), () => undefined)
    await Promise.all([start(), start(), start()])
    const [one, other] = [await keyring(k1).load(), await keyring(k1).load()]
    expect(one.at(-1)?.id).toBe(other.at(-1)?.id)
  })

  it('do not open under another name, nor with another master key: the message says what to restore', async () => {
    const { id } = await keyring(k1).create()
    await expect(keyring(k2).load()).rejects.toThrow(
      /^Key \w{16} of the register .* sealed with the master key "k1", .*Restore it/,
    )
    await copyFile(join(folder(), `${id}.1.json`), join(folder(), 'aaaaaaaaaaaaaaaa.1.json'))
    await expect(keyring(k1).load()).rejects.toThrow(/^Key a+ of the register/)
  })

  it('are sealed anew with the first master key, so that an older one can go', async () => {
    const { id, fingerprint } = await keyring(k1).create()
    expect(await keyring(k2, k1).reseal()).toEqual([id])
    expect(await readdir(folder())).toEqual([`${id}.2.json`])
    expect((await keyring(k2).load()).map((key) => key.fingerprint)).toEqual([fingerprint])
    expect(await keyring(k2, k1).reseal()).toEqual([])
  })
})

it('a start is refused where the register has records and no key', async () => {
  const test = await createTestRegister()
  const register = test.open()
  await register.write(response(1))
  await register.close()
  await rm(join(test.stateDir, 'keyring'), { recursive: true })
  await expect(assertRegisterKey(test.stateDir, test.keyring, () => undefined)).rejects.toThrow(
    /Restore the keys from the backup/,
  )
  await test.remove()
})
