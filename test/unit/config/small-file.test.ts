import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readSmallFile } from '../../../src/config/small-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'small-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('reads a plain file', async () => {
  await writeFile(join(folder, 'a'), 'è')
  expect((await readSmallFile(join(folder, 'a'))).toString()).toBe('è')
})

it('refuses a device, which has no end, and a pipe, which is never written', async () => {
  await expect(readSmallFile('/dev/zero')).rejects.toMatchObject({ code: 'EINVAL' })
  spawnSync('mkfifo', [join(folder, 'pipe')])
  await expect(readSmallFile(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'EINVAL' })
})

it('says what is missing, and what is a folder', async () => {
  await expect(readSmallFile(join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(readSmallFile(folder)).rejects.toMatchObject({ code: 'EISDIR' })
})
