import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRegister, type RegisterRecord } from '../../../src/audit/register.ts'

const record: RegisterRecord = {
  kind: 'response',
  tenant: 'ala',
  client: 'sito',
  uid: 'u1',
  upstream: 'spid',
  entityId: 'https://login.example/pub-ag-full/c_a116',
  requestId: '_1',
  levelAsked: 2,
  result: 'verified',
  message: '<Response>RSSMRA80A01H501U</Response>',
  clientAddress: '192.0.2.1',
}

describe('the register', () => {
  let stateDir = ''
  const make = (now = Date.parse('2026-01-15T10:00:00Z')) =>
    createRegister({ stateDir, masterKey: { id: 'k1', key: Buffer.alloc(32, 1) }, now: () => now, processId: 'p' })
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'varco-register-'))
  })
  afterEach(() => rm(stateDir, { recursive: true }))

  it('has a record on the disk when the write resolves, one line each, in order', async () => {
    const register = make()
    await Promise.all([register.write(record), register.write(record), register.write(record)])
    const text = await readFile(join(stateDir, 'register', '2026-01-15.p.log'), 'utf8')
    expect(text.trimEnd().split('\n')).toHaveLength(3)
    await register.close()
  })
  it('holds nothing in clear', async () => {
    const register = make()
    await register.write(record)
    await register.close()
    const text = await readFile(join(stateDir, 'register', '2026-01-15.p.log'), 'utf8')
    const bytes = Buffer.from(text.split('.')[1] ?? '', 'base64').toString('latin1')
    expect(text + bytes).not.toMatch(/RSSMRA|sito|192\.0\.2/)
  })
  it('is readable by its owner only', async () => {
    const register = make()
    await register.write(record)
    await register.close()
    const { mode } = await stat(join(stateDir, 'register', '2026-01-15.p.log'))
    expect(mode & 0o777).toBe(0o600)
  })
  it('starts a new file with a new day', async () => {
    let now = Date.parse('2026-01-15T23:59:59Z')
    const key = { id: 'k1', key: Buffer.alloc(32, 1) }
    const register = createRegister({ stateDir, masterKey: key, now: () => now, processId: 'p' })
    await register.write(record)
    now += 2000
    await register.write(record)
    await register.close()
    expect((await readdir(join(stateDir, 'register'))).sort()).toEqual(['2026-01-15.p.log', '2026-01-16.p.log'])
  })
  it('says register_unavailable when it cannot write, and recovers when it can', async () => {
    await writeFile(join(stateDir, 'register'), 'a file where the folder should be')
    const register = make()
    await expect(register.write(record)).rejects.toMatchObject({ code: 'register_unavailable' })
    await rm(join(stateDir, 'register'))
    await expect(register.write(record)).resolves.toBeUndefined()
    await register.close()
  })
})
