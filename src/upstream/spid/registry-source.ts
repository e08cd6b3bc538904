/** Where the list of providers comes from and where its last good copy is kept. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Resolves with the text of the list; rejects with a message for the operator. Stops when `signal` is aborted. */
export type ReadSource = (signal: AbortSignal) => Promise<string>

export const registrySource = (
  source: { readonly file: string } | { readonly url: string },
  fetch: typeof globalThis.fetch,
): ReadSource => {
  if ('file' in source) return (signal) => readFile(source.file, { encoding: 'utf8', signal })
  return async (signal) => {
    const response = await fetch(source.url, { signal }).catch((cause: NodeJS.ErrnoException) => {
      // a time-out says so in its cause only; a name with several addresses fails without a message of its own
      const { message } = cause.cause instanceof Error ? cause.cause : cause
      throw new Error(`${source.url} cannot be read: ${message || cause.code}`, { cause })
    })
    if (response.status !== 200) throw new Error(`${source.url} answered ${response.status}`)
    return response.text()
  }
}

export interface LastGood {
  /** `undefined` while there is none. */
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

export const lastGoodPath = (stateDir: string): string => join(stateDir, 'registry', 'spid-idps.xml')

export const lastGoodFile = (stateDir: string): LastGood => keptFile(lastGoodPath(stateDir))

/** Several gateways may share the folder: each writes a draft of its own and puts it in place whole. */
export const keptFile = (path: string): LastGood => {
  return {
    read: () =>
      readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return undefined
        throw cause
      }),
    write: async (text) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.${randomUUID()}.new`
      try {
        const file = await open(draft, 'wx', 0o600)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(draft, path)
      } catch (cause) {
        await unlink(draft).catch(() => undefined)
        throw cause
      }
    },
  }
}
