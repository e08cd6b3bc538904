import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
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

it('refuses a file that the kernel makes up: it says that it is empty, and has no end', async () => {
  const seen = await stat('/proc/self/pagemap')
  expect([seen.isFile(), seen.size]).toEqual([true, 0])
  await expect(readSmallFile('/proc/self/pagemap', 1023)).rejects.toMatchObject({ code: 'EFBIG' })
})

it('reads as many bytes as it may, and not one more', async () => {
  await writeFile(join(folder, 'b'), 'x'.repeat(1000))
  expect(await readSmallFile(join(folder, 'b'), 1000)).toHaveLength(1000)
  await expect(readSmallFile(join(folder, 'b'), 999)).rejects.toMatchObject({ code: 'EFBIG' })
})

it('says what is missing, and what is a folder', async () => {
  await expect(readSmallFile(join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(readSmallFile(folder)).rejects.toMatchObject({ code: 'EISDIR' })
})
