import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createScratch } from '../../../src/cli/trial/scratch.ts'

const module = join(import.meta.dirname, '../../../src/cli/trial/scratch.ts')
/** A process with a folder in which keys lie. */
const script = `
const { createScratch } = await import(${JSON.stringify(module)})
const { folder } = createScratch(process)
await (await import('node:fs/promises')).writeFile(folder + '/key.pem', 'a key')
process.stdout.write(folder)
setInterval(() => undefined, 1000)`

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'of a process that is ended by %s is gone with it',
  async (signal) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [folder] = await once(child.stdout, 'data')
    expect(existsSync(join(String(folder), 'key.pem'))).toBe(true)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([null, signal])
    expect(existsSync(String(folder))).toBe(false)
  },
)

it('leaves nobody listening once it is dropped', () => {
  const before = process.listenerCount('SIGINT')
  const { folder, drop } = createScratch(process)
  expect([existsSync(folder), process.listenerCount('SIGINT')]).toEqual([true, before + 1])
  drop()
  expect([existsSync(folder), process.listenerCount('SIGINT')]).toEqual([false, before])
})
