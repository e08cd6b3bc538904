import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { confinedTo } from '../../../src/config/confined.ts'
import { diskReaders } from '../../../src/config/disk.ts'

let home: string
let tenants: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'confined-'))
  tenants = join(home, 'tenants')
  await mkdir(join(tenants, 'ala'), { recursive: true })
  await mkdir(join(home, 'secrets/ala'), { recursive: true })
  await mkdir(join(home, 'secrets/moena'))
  await writeFile(join(home, 'secrets/ala/own.key'), '<svg/>')
  await writeFile(join(home, 'secrets/moena/own.key'), 'the key of another')
  await writeFile(join(home, 'secrets/spid.key'), 'the key of the gateway')
  await writeFile(join(tenants, 'ala/logo.svg'), '<svg/>')
  await writeFile(join(tenants, '..logo.svg'), '<svg/>')
  await writeFile(join(tenants, 'large.svg'), 'x'.repeat(64 * 1024 + 1))
  await symlink('../secrets/spid.key', join(tenants, 'away.key'))
  await symlink('../secrets', join(tenants, 'away'))
  await symlink('ala/logo.svg', join(tenants, 'near.svg'))
  await symlink(tenants, join(home, 'by-link'))
})
afterAll(() => rm(home, { recursive: true }))

const read = (name: string, folder = tenants) =>
  confinedTo([folder, join(home, 'secrets/ala')], diskReaders({})).readFile(join(folder, name))

it.each(['ala/logo.svg', '../tenants/ala/logo.svg', '..logo.svg', 'near.svg', '../secrets/ala/own.key'])(
  'reads %s',
  async (name) => {
    expect(await read(name)).toBe('<svg/>')
    // what is mounted often is a link itself
    if (!name.startsWith('../')) expect(await read(name, join(home, 'by-link'))).toBe('<svg/>')
  },
)

it.each([
  ['../secrets/spid.key', 'EOUTSIDE'],
  ['../secrets/moena/own.key', 'EOUTSIDE'],
  ['../secrets/ala/../moena/own.key', 'EOUTSIDE'],
  ['../../../../../etc/hostname', 'EOUTSIDE'],
  ['..', 'EOUTSIDE'],
  ['', 'EOUTSIDE'],
  ['away.key', 'EOUTSIDE'],
  ['away/spid.key', 'EOUTSIDE'],
  ['nothing.svg', 'ENOENT'],
  ['large.svg', 'EFBIG'],
])('refuses %s with %s', async (name, code) => {
  await expect(read(name)).rejects.toMatchObject({ code })
})

it('refuses a path from the root that is another', async () => {
  const { readBytes } = confinedTo([tenants], diskReaders({}))
  await expect(readBytes(join(home, 'secrets/spid.key'))).rejects.toMatchObject({ code: 'EOUTSIDE' })
  expect(String(await readBytes(join(tenants, 'ala/logo.svg')))).toBe('<svg/>')
})
