/** Readers that remember what they were asked and what they answered. */
import { hash } from 'node:crypto'
import type { Readers } from './references.ts'

/** What was read, to see later whether it is still the same. */
export interface Seen {
  /** Path → SHA-256 of what stood there, or `unreadable`. */
  readonly digests: Map<string, string>
  readonly files: Map<string, Buffer>
  readonly env: Map<string, string>
}

export const emptySeen = (): Seen => ({ digests: new Map(), files: new Map(), env: new Map() })

const digestOf = (bytes: Buffer): string => hash('sha256', bytes, 'base64url')

/** @param seen is added to. */
export const recording = (readers: Readers, seen: Seen): Readers => {
  const reading =
    <T extends string | Buffer>(read: (path: string, largest?: number) => Promise<T>) =>
    async (path: string, largest?: number): Promise<T> => {
      seen.digests.set(path, 'unreadable')
      const content = await read(path, largest)
      const bytes = typeof content === 'string' ? Buffer.from(content) : (content as Buffer)
      seen.digests.set(path, digestOf(bytes))
      seen.files.set(path, bytes)
      return content
    }
  return {
    readFile: reading(readers.readFile),
    readBytes: reading(readers.readBytes),
    readDir: readers.readDir,
    realPath: readers.realPath,
    env: new Proxy(readers.env, {
      get: (env, name) => {
        const value = env[String(name)]
        if (value !== undefined) seen.env.set(String(name), value)
        return value
      },
    }),
  }
}

/** Is everything that was read still as it was? Variables of a process do not change. `read`: as it was read then. */
export const isStillSo = async (
  { digests }: Pick<Seen, 'digests'>,
  read: (path: string) => Promise<Buffer>,
): Promise<boolean> => {
  for (const [path, digest] of digests) {
    const now = await read(path).then(digestOf, () => 'unreadable')
    if (now !== digest) return false
  }
  return true
}

/** Readers that know only this. */
export const replaying = ({ files, env }: Pick<Seen, 'files' | 'env'>): Readers => {
  const readBytes = async (path: string): Promise<Buffer> => {
    const bytes = files.get(path)
    if (bytes === undefined) throw Object.assign(new Error(`${path} is not kept`), { code: 'ENOENT' })
    return bytes
  }
  return {
    readBytes,
    readFile: async (path) => (await readBytes(path)).toString(),
    readDir: async () => [],
    realPath: async (path) => path,
    env: Object.fromEntries(env),
  }
}
