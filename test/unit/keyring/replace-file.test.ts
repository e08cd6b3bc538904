import { chmod, chown, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from '../../../src/keyring/replace-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replace-'))
})
afterEach(() => rm(folder, { recursive: true }))

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

describe('a file that is replaced', () => {
  it('keeps its mode, and leaves nothing beside it', async () => {
    const path = join(folder, 'ala.yaml')
    await writeFile(path, 'old')
    await chmod(path, 0o644)
    await replaceFile(path, 'new')
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual(['new', 0o644])
    expect(await readdir(folder)).toEqual(['ala.yaml'])
  })

  it.runIf(process.getuid?.() === 0)('keeps its owner', async () => {
    const path = join(folder, 'ala.yaml')
    await writeFile(path, 'old')
    await chown(path, 1234, 1235)
    await replaceFile(path, 'new')
    expect(await stat(path)).toMatchObject({ uid: 1234, gid: 1235 })
  })

  it('is the one that a link leads to', async () => {
    await writeFile(join(folder, 'real.yaml'), 'old')
    await symlink('real.yaml', join(folder, 'link.yaml'))
    await replaceFile(join(folder, 'link.yaml'), 'new')
    expect(await readFile(join(folder, 'real.yaml'), 'utf8')).toBe('new')
    expect((await lstat(join(folder, 'link.yaml'))).isSymbolicLink()).toBe(true)
  })

  it('is the owner’s alone when it is new, in folders that are made', async () => {
    const path = join(folder, 'a/b/c.json')
    await replaceFile(path, 'new')
    expect([await modeOf(path), await modeOf(join(folder, 'a'))]).toEqual([0o600, 0o700])
  })
})
