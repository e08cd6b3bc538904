/** Reads an archive of `state_dir` and believes nothing in it before its manifest has vouched for every byte. */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { posix } from 'node:path'
import { StartError } from '../../errors.ts'
import type { MasterKey } from '../../sealing.ts'
import { assertKeysOpen, holdsKeys } from './keys.ts'
import { MANIFEST, type Manifest, openManifest } from './manifest.ts'
import { BLOCK, entryOf, padding, type TarEntry } from './tar.ts'

const CHUNK = 1024 * 1024

export interface Backup extends Manifest {
  /** Calls `take` with the content of each file, piece by piece, in the order of the archive. Verifies again. */
  each(take: (name: string) => Promise<(piece: Buffer) => Promise<void>>): Promise<void>
  /** The whole content of one, for what is known to be small. */
  content(name: string): Promise<string>
}

/** @throws StartError when it is damaged, was changed, or does not open with `masterKeys`. */
export const readBackup = async ({
  file,
  masterKeys,
}: {
  readonly file: string
  readonly masterKeys: readonly MasterKey[]
}): Promise<Backup> => {
  const refused = (cause: unknown) =>
    new StartError(`The backup ${file} cannot be used: ${(cause as Error).message}.`, { cause })
  const content = async (name: string): Promise<string> => {
    const pieces: Buffer[] = []
    await scan(file, async (entry) => async (piece) => {
      if (entry.name === name) pieces.push(piece)
    })
    return Buffer.concat(pieces).toString()
  }
  const verify = async ({ files }: Manifest, take: Parameters<Backup['each']>[0]): Promise<void> => {
    const seen = new Set<string>()
    await scan(file, async ({ name, size }) => {
      if (name === MANIFEST) return async () => undefined
      const expected = Object.hasOwn(files, name) ? files[name] : undefined
      if (expected === undefined || expected.size !== size || seen.has(name)) throw new Error(`${name} was changed`)
      seen.add(name)
      const hash = createHash('sha256')
      const pass = await take(name)
      let left = size
      const next = async (piece: Buffer) => {
        hash.update(piece)
        left -= piece.length
        await pass(piece)
        if (left === 0 && hash.digest('hex') !== expected.sha256) throw new Error(`${name} was changed`)
      }
      return next
    })
    const missing = Object.keys(files).filter((name) => !seen.has(name))
    if (missing.length > 0) throw new Error(`${missing[0]} is missing`)
  }
  try {
    const manifest = openManifest(await content(MANIFEST), masterKeys)
    const each: Backup['each'] = (take) => verify(manifest, take)
    await each(async (name) => {
      if (!holdsKeys(name)) return async () => undefined
      let text = ''
      const { size = 0 } = manifest.files[name] ?? {}
      return async (piece) => {
        text += piece.toString()
        if (Buffer.byteLength(text) === size) assertKeysOpen(name, text, masterKeys)
      }
    })
    return { ...manifest, each, content }
  } catch (cause) {
    throw refused(cause)
  }
}

/** Walks the archive once; empty files are announced and have no pieces. */
const scan = async (
  path: string,
  begin: (entry: TarEntry) => Promise<(piece: Buffer) => Promise<void>>,
): Promise<void> => {
  const archive = await open(path)
  try {
    for (let position = 0; ; ) {
      const header = await readAt(archive, position, BLOCK)
      const entry = entryOf(header)
      if (entry === undefined) return
      if (!isInside(entry.name)) throw new Error(`${entry.name} is no path of a file in state_dir`)
      const pass = await begin(entry)
      position += BLOCK
      for (let left = entry.size; left > 0; ) {
        const piece = await readAt(archive, position, Math.min(left, CHUNK))
        await pass(piece)
        position += piece.length
        left -= piece.length
      }
      position += padding(entry.size)
    }
  } finally {
    await archive.close()
  }
}

const readAt = async (archive: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await archive.read(Buffer.alloc(length), { position })
  if (bytesRead < length) throw new Error('it ends too early')
  return buffer
}

/** Relative, in its plain form, and not upwards. */
const isInside = (name: string): boolean =>
  name !== '' && !posix.isAbsolute(name) && posix.normalize(name) === name && !name.startsWith('..')
