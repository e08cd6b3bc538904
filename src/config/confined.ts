/**
 * What a tenant's file names lies in folders that are for it, whatever way is written there and wherever a link leads: its
 * author speaks for one body, and the keys of the gateway and of other bodies are a folder away.
 */
import { isAbsolute, relative, sep } from 'node:path'
import type { Readers } from './references.ts'

/** Bytes: a picture, a key or a certificate has less. */
const LARGEST = 64 * 1024

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The same readers; for a path that leads out of these folders they reject with `EOUTSIDE`, and nothing was read. */
export const confinedTo = (folders: readonly string[], readers: Readers): Readers => {
  const inside = async (path: string): Promise<string> => {
    const outside = () => Object.assign(new Error(`${path} is not in ${folders.join(' or ')}`), { code: 'EOUTSIDE' })
    const folder = folders.find((one) => isWithin(one, path))
    if (folder === undefined) throw outside()
    const [real, home] = await Promise.all([readers.realPath(path), readers.realPath(folder)])
    if (!isWithin(home, real)) throw outside()
    return real
  }
  const reading =
    <T>(read: (path: string, largest?: number) => Promise<T>) =>
    async (path: string): Promise<T> => {
      return read(await inside(path), LARGEST)
    }
  return { ...readers, readFile: reading(readers.readFile), readBytes: reading(readers.readBytes) }
}
