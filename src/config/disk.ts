/** The files and folders of this machine, as the configuration reads them. */
import { readdir, realpath } from 'node:fs/promises'
import type { Readers } from './references.ts'
import { readSmallFile } from './small-file.ts'

export const diskReaders = (env: Readers['env']): Readers => ({
  env,
  readFile: async (path, largest) => (await readSmallFile(path, largest)).toString(),
  readBytes: readSmallFile,
  readDir: (path) => readdir(path),
  realPath: (path) => realpath(path),
})
