/** The copy of a list that a command keeps for the gateways. */
import type { LastGood } from '../upstream/spid/registry-source.ts'
import type { World } from './command.ts'

export const keptBy = ({ readers, writeFile }: World, path: string): LastGood => ({
  read: () =>
    readers.readFile(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw cause
    }),
  write: (text) => writeFile(path, text),
})
