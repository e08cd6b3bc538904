/** A file that is written piece by piece, readable by its owner only. It never replaces one: `EEXIST`. */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { NewFile } from './command.ts'

export const createNewFile = async (path: string): Promise<NewFile> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'ax', 0o600)
  return {
    write: (text) => file.appendFile(text),
    close: async () => {
      await file.sync()
      await file.close()
    },
  }
}
