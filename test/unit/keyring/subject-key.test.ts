import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertSubjectKey, fingerprintOf } from '../../../src/keyring/subject-key.ts'

const key = Buffer.alloc(32, 1)
const other = Buffer.alloc(32, 2)

let stateDir: string
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'subject-key-'))
})
afterEach(() => rm(stateDir, { recursive: true }))

describe('the fingerprint of a key', () => {
  it('is its SHA-256 in hex', () => {
    expect(fingerprintOf(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('the subject key', () => {
  it('is pinned at the first start, for the owner only, and goes on being accepted', async () => {
    await assertSubjectKey({ key, stateDir })
    const file = join(stateDir, 'subject-key.fingerprint')
    expect(await readFile(file, 'utf8')).toBe(`${fingerprintOf(key)}\n`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await assertSubjectKey({ key, stateDir })
    await assertSubjectKey({ key, configured: fingerprintOf(key).toUpperCase(), stateDir })
  })

  it('is refused when another was pinned, and the pin stays', async () => {
    await assertSubjectKey({ key, stateDir })
    await expect(assertSubjectKey({ key: other, stateDir })).rejects.toThrow(/restore the key from its backup/)
    await expect(assertSubjectKey({ key: other, configured: fingerprintOf(other), stateDir })).rejects.toThrow(
      fingerprintOf(key),
    )
    await assertSubjectKey({ key, stateDir })
  })

  it('is refused when the configuration names another, before anything is pinned', async () => {
    await expect(assertSubjectKey({ key, configured: fingerprintOf(other), stateDir })).rejects.toThrow(
      `the configuration names ${fingerprintOf(other)}`,
    )
    await assertSubjectKey({ key: other, stateDir })
  })

  it('is refused when the pin is damaged', async () => {
    await writeFile(join(stateDir, 'subject-key.fingerprint'), '')
    await expect(assertSubjectKey({ key, stateDir })).rejects.toThrow(/subject key/)
  })

  it('is pinned once when two gateways start together', async () => {
    const starts = await Promise.allSettled([key, other].map((one) => assertSubjectKey({ key: one, stateDir })))
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})
