import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StartError } from '../../../src/errors.ts'
import { backUp } from '../../../src/keyring/backup/backup.ts'
import { restoreKeys, restoreState } from '../../../src/keyring/backup/restore.ts'
import { createKeyring } from '../../../src/keyring/keyring.ts'
import { sealFile } from '../../../src/keyring/sealed-file.ts'
import { assertSubjectKey, fingerprintOf } from '../../../src/keyring/subject-key.ts'

const NOW = Date.parse('2026-01-15T10:00:00Z')
const masterKeys = [{ id: 'k1', key: Buffer.alloc(32, 1) }]
const subjectKey = Buffer.alloc(32, 2)
/** The longest that a process can have. */
const LONG = `register/2026-01-15.${'a'.repeat(63)}-4194304-abcdefgh.log`

let folder: string
let stateDir: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'))
  stateDir = join(folder, 'state')
  file = join(folder, 'varco.tar')
  await assertSubjectKey({ key: subjectKey, stateDir })
  for (const tenant of ['ala', 'moena']) await keyring().create(tenant)
  await mkdir(join(stateDir, 'live'))
  await mkdir(join(stateDir, 'register'))
  await writeFile(join(stateDir, 'live/ala.json'), '{}')
  await writeFile(join(stateDir, 'live/empty.json'), '')
  await writeFile(join(stateDir, LONG), 'k1.c2VhbGVk\n'.repeat(200_000))
})
afterEach(() => rm(folder, { recursive: true }))

const keyring = (dir = stateDir, keys = masterKeys) =>
  createKeyring({ stateDir: dir, masterKeys: keys, now: () => NOW })
const backup = (change: object = {}) => backUp({ stateDir, file, masterKeys, now: () => NOW, ...change })
const source = (change: object = {}) => ({
  file,
  stateDir: join(folder, 'restored'),
  masterKeys,
  fingerprint: fingerprintOf(subjectKey),
  ...change,
})
const filesIn = async (dir: string) => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (path) => [path.slice(dir.length), await readFile(path, 'base64')])),
  )
}
const refused = (message: RegExp) =>
  expect.objectContaining({ constructor: StartError, message: expect.stringMatching(message) })

describe('a backup', () => {
  it('brings back every file, byte for byte, for its owner only', async () => {
    const report = await backup()
    expect(report).toMatchObject({ files: 6, leftOut: [] })
    expect(await restoreState(source())).toEqual({ files: 6, time: '2026-01-15T10:00:00.000Z' })
    expect(await filesIn(join(folder, 'restored'))).toEqual(await filesIn(stateDir))
    expect((await stat(join(folder, 'restored/keyring/ala.1.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'restored/keyring'))).mode & 0o777).toBe(0o700)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('is an archive that tar reads too', async () => {
    await backup()
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n')
    expect(names).toContain(LONG)
    expect(names.at(-1)).toBe('varco-backup.json')
    await mkdir(join(folder, 'by-tar'))
    execFileSync('tar', ['-xf', file, '-C', join(folder, 'by-tar'), '--exclude=varco-backup.json'])
    expect(await filesIn(join(folder, 'by-tar'))).toEqual(await filesIn(stateDir))
  })

  it('holds the state of one moment while keys rotate and the register grows', async () => {
    let busy = true
    const gateway = (async () => {
      while (busy) {
        for (const tenant of ['ala', 'moena']) {
          const keys = await keyring().load(tenant)
          if (keys !== undefined) await keyring().renew(tenant, keys)
        }
        await appendFile(join(stateDir, LONG), 'k1.bW9yZQ==\n')
      }
    })()
    try {
      for (let round = 0; round < 5; round++) {
        const [one, dir] = [join(folder, `${round}.tar`), join(folder, `restored-${round}`)]
        await backup({ file: one })
        await restoreState(source({ file: one, stateDir: dir }))
        for (const tenant of ['ala', 'moena']) expect((await keyring(dir).load(tenant))?.signing).toHaveLength(2)
      }
    } finally {
      busy = false
      await gateway
    }
    // it did have something to do
    expect((await keyring().load('moena'))?.epoch).toBeGreaterThan(5)
  })

  it('overwrites nothing, and lies elsewhere', async () => {
    await backup()
    await expect(backup()).rejects.toEqual(refused(/varco\.tar exists and is not overwritten/))
    await expect(backup({ file: join(stateDir, 'inside.tar') })).rejects.toEqual(refused(/lies in state_dir itself/))
    expect((await readdir(folder)).sort()).toEqual(['state', 'varco.tar'])
  })

  it('is not made of keys that do not open, and leaves nothing behind', async () => {
    const other = [{ id: 'k2', key: Buffer.alloc(32, 7) }]
    await expect(backup({ masterKeys: other })).rejects.toEqual(refused(/keyring\/ala\.1\.json .* sealed with .* "k1"/))
    expect(await readdir(folder)).toEqual(['state'])
  })

  it('is not made of other sealed files that do not open, either', async () => {
    await mkdir(join(stateDir, 'keyring/register'))
    const path = join(stateDir, 'keyring/register/1.1.json')
    await writeFile(path, sealFile('{}', 'keyring/register/1', masterKeys))
    expect((await backup({ file: join(folder, 'good.tar') })).files).toBe(7)
    await writeFile(path, sealFile('{}', 'keyring/register/1', [{ id: 'k2', key: Buffer.alloc(32, 7) }]))
    await expect(backup()).rejects.toEqual(refused(/keyring\/register\/1\.1\.json .* sealed with .* "k2"/))
  })

  it('says what it leaves out', async () => {
    await symlink('/etc', join(stateDir, 'elsewhere'))
    // of a gateway that runs: nothing of it is state
    const socket = createServer().listen(join(stateDir, 'varco.sock'))
    await once(socket, 'listening')
    expect((await backup()).leftOut).toEqual(['elsewhere'])
    socket.close()
  })
})

describe('a restore', () => {
  it('overwrites nothing', async () => {
    await backup()
    const before = await filesIn(stateDir)
    await expect(restoreState(source({ stateDir }))).rejects.toEqual(refused(/is not empty .*move it away/))
    expect(await filesIn(stateDir)).toEqual(before)
  })

  it('fills the root of a new volume', async () => {
    await backup()
    const volume = join(folder, 'volume')
    await mkdir(join(volume, 'lost+found'), { recursive: true })
    await restoreState(source({ stateDir: volume }))
    expect((await readdir(volume)).sort()).toEqual([
      'keyring',
      'live',
      'lost+found',
      'register',
      'subject-key.fingerprint',
    ])
  })

  it.each([
    ['a byte of a note was changed', (text: string) => text.replace('{}', '[]')],
    ['a file was renamed', (text: string) => text.replaceAll('live/ala.json', 'live/bla.json')],
    ['a path leads out', (text: string) => text.replaceAll('live/ala.json', '../e/ala.json')],
    ['it ends early', (text: string) => text.slice(0, 700_000)],
    ['it is something else', () => 'PK\u0003\u0004'.repeat(400)],
    ['it is empty', () => ''],
  ])('refuses an archive of which %s, and leaves nothing', async (_, change) => {
    await backup()
    await writeFile(file, change(await readFile(file, 'latin1')), 'latin1')
    await expect(restoreState(source())).rejects.toEqual(refused(/^The backup .* cannot be used: /))
    expect((await readdir(folder)).sort()).toEqual(['state', 'varco.tar'])
  })

  it('refuses what another master key sealed, and what belongs to another subject key', async () => {
    await backup()
    const other = Buffer.alloc(32, 9)
    await expect(restoreState(source({ masterKeys: [{ id: 'k1', key: other }] }))).rejects.toEqual(
      refused(/does not open with the master key "k1"/),
    )
    await expect(restoreState(source({ fingerprint: fingerprintOf(other) }))).rejects.toEqual(
      refused(/belongs to the subject key .* restore that key first/),
    )
  })

  it('of keys alone gives a tenant back those it lost, and leaves the others theirs', async () => {
    await backup()
    const lost = await keyring().load('ala')
    await rm(join(stateDir, 'keyring/ala.1.json'))
    const moena = await keyring().load('moena')
    if (moena !== undefined) await keyring().rotate('moena', moena, 'withdraw')
    const standing = new Set((await keyring().epochs()).keys())
    const restored = await restoreKeys(source({ stateDir, tenants: undefined, standing }) as never)
    expect(restored).toMatchObject({ restored: ['ala'], unknown: [] })
    expect(await keyring().load('ala')).toEqual(lost)
    expect((await keyring().load('moena'))?.epoch).toBe(2)
    const nobody = await restoreKeys(
      source({ stateDir, tenants: ['ala', 'nobody'], standing: new Set(['ala']) }) as never,
    )
    expect(nobody).toMatchObject({ restored: [], unknown: ['nobody'] })
  })
})
