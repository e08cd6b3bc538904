/** A region in memory for commands: its files, and what a command line makes of them. */
import { dirname, join } from 'node:path'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { readersOf, validEnv, validFiles } from '../config/files.ts'

export const createRegion = (change: Readonly<Record<string, string>> = {}, now = Date.UTC(2026, 0, 15)) => {
  const files: Record<string, string> = { ...validFiles(), ...change }
  const write = async (path: string, text: string | Uint8Array) => {
    files[path] = text.toString()
  }
  const run = async (...words: readonly string[]) => {
    const seen = { out: '', err: '' }
    const code = await runCommand(words, {
      out: (text) => {
        seen.out += text
      },
      err: (text) => {
        seen.err += text
      },
      now: () => now,
      user: 'root',
      process: { host: 'desk', pid: 1 },
      newFile: () => Promise.reject(new Error('nothing is written piece by piece')),
      look,
      randomUuid: () => '5b0c1f0e-6a3d-4c55-9d8e-2f4b7a9c1d30',
      readInput: async () => '',
      readers: {
        ...readersOf(files, validEnv),
        readDir: async (path) => {
          const inside = Object.keys(files).filter((file) => dirname(file) === join(path))
          if (inside.length === 0) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
          return inside.map((file) => file.slice(join(path).length + 1))
        },
      },
      writeFile: write,
      createFile: async (path, text) => {
        if (files[path] !== undefined) throw Object.assign(new Error(`${path} is there`), { code: 'EEXIST' })
        await write(path, text)
      },
      runGateway: async () => undefined,
    })
    return { ...seen, code }
  }
  return { files, run }
}
