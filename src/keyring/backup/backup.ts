/** All of `state_dir` in one archive, while gateways run on it: sealed files are copied sealed. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { StartError } from '../../errors.ts'
import type { MasterKey } from '../../sealing.ts'
import { draftFile } from '../new-file.ts'
import { assertKeysOpen, holdsKeys } from './keys.ts'
import { MANIFEST, type Manifest, sealManifest } from './manifest.ts'
import { readBackup } from './read-backup.ts'
import { END, headerOf, padding } from './tar.ts'

export interface BackupReport {
  readonly files: number
  /** Bytes of their contents. */
  readonly size: number
  /** What is neither a file nor a folder, as a link, by its path below `state_dir`. */
  readonly leftOut: readonly string[]
}

type Files = Record<string, { readonly size: number; readonly sha256: string }>

const CHUNK = 1024 * 1024

/**
 * A file of keys is never changed once it is there, notes are replaced as a whole, and the register only grows, so each
 * is copied as it stood at one moment. Resolves when the archive is on the disk and was read again and verified.
 *
 * @throws StartError when `file` exists, or the keys do not open with `masterKeys`.
 */
export const backUp = async ({
  stateDir,
  file,
  masterKeys,
  now,
}: {
  readonly stateDir: string
  readonly file: string
  readonly masterKeys: readonly MasterKey[]
  readonly now: () => number
}): Promise<BackupReport> => {
  const inside = relative(await folderOf(stateDir), join(await folderOf(dirname(file)), basename(file)))
  if (!inside.startsWith('..')) {
    throw new StartError(`${file} lies in state_dir itself: name a file elsewhere, best on another machine.`)
  }
  const leftOut = new Set<string>()
  let manifest: Manifest = { time: '', files: {} }
  const write = async (archive: FileHandle, draft: string) => {
    const files: Files = {}
    // a file that was replaced before it was opened has another name now
    for (let complete = false; !complete; ) {
      complete = true
      for (const name of await walk(stateDir, leftOut)) {
        if (name in files) continue
        const copied = await copy(archive, stateDir, name, masterKeys)
        if (copied === undefined) complete = false
        else files[name] = copied
      }
    }
    manifest = { time: new Date(now()).toISOString(), files }
    await append(archive, MANIFEST, Buffer.from(sealManifest(manifest, masterKeys)), now())
    await archive.writeFile(END)
    await archive.sync()
    await readBackup({ file: draft, masterKeys })
  }
  await draftFile(file, write).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new StartError(`${file} exists and is not overwritten: name another file.`, { cause })
  })
  const sizes = Object.values(manifest.files).map(({ size }) => size)
  return { files: sizes.length, size: sizes.reduce((sum, size) => sum + size, 0), leftOut: [...leftOut] }
}

const folderOf = (path: string): Promise<string> =>
  realpath(path).catch((cause: NodeJS.ErrnoException) => {
    throw new StartError(`${path} cannot be read (${cause.code}): create it, or name another one.`, { cause })
  })

/** Paths of all files below a folder. Drafts are nobody's, and no link is followed. */
const walk = async (root: string, leftOut: Set<string>, folder = ''): Promise<readonly string[]> => {
  const found: string[] = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const name = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await walk(root, leftOut, name)))
    // a running gateway listens there
    else if (entry.isSocket()) continue
    else if (!entry.isFile()) leftOut.add(name)
    else if (!name.endsWith('.new')) found.push(name)
  }
  return found.sort()
}

/** Undefined where it is no longer there. */
const copy = async (archive: FileHandle, stateDir: string, name: string, masterKeys: readonly MasterKey[]) => {
  const source = await open(join(stateDir, name)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw cause
  })
  if (source === undefined) return undefined
  try {
    const { size, mtimeMs: mtime } = await source.stat()
    if (holdsKeys(name)) {
      const content = await source.readFile()
      check(name, content.toString(), masterKeys)
      return await append(archive, name, content, mtime)
    }
    await archive.writeFile(headerOf({ name, size, mtime }))
    const hash = createHash('sha256')
    for (let position = 0; position < size; ) {
      const { buffer, bytesRead } = await source.read(Buffer.alloc(Math.min(CHUNK, size - position)), { position })
      if (bytesRead === 0) throw new Error(`${name} became shorter while it was copied`)
      const piece = buffer.subarray(0, bytesRead)
      hash.update(piece)
      await archive.writeFile(piece)
      position += bytesRead
    }
    await archive.writeFile(Buffer.alloc(padding(size)))
    return { size, sha256: hash.digest('hex') }
  } finally {
    await source.close()
  }
}

const check = (name: string, content: string, masterKeys: readonly MasterKey[]): void => {
  try {
    assertKeysOpen(name, content, masterKeys)
  } catch (cause) {
    throw new StartError(
      `${name} would be worth nothing in a backup: ${(cause as Error).message}. Mend master_keys, or move the file away.`,
      { cause },
    )
  }
}

const append = async (archive: FileHandle, name: string, content: Buffer, mtime: number) => {
  await archive.writeFile(
    Buffer.concat([headerOf({ name, size: content.length, mtime }), content, Buffer.alloc(padding(content.length))]),
  )
  return { size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}
