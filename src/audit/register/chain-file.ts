/** The chain that a process writes now. A record counts as written when `append` resolves, and only then. */
import { constants, fstatSync } from 'node:fs'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { giveToOwner } from '../../keyring/new-file.ts'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { logPath, type Place } from './layout.ts'
import { createLines, headerLine } from './line.ts'

/** Where the process meets the disk: tests let it fail there. */
export interface Disk {
  readonly open: typeof open
  readonly mkdir: typeof mkdir
  readonly unlink: typeof unlink
  /** Of what was just written, hence known without asking the disk: a way into the thread pool and back costs more. */
  readonly stat: (file: FileHandle) => { readonly size: number; readonly nlink: number }
}
export const realDisk: Disk = { open, mkdir, unlink, stat: ({ fd }) => fstatSync(fd) }

/**
 * A write then returns as if `fdatasync` had followed it (Linux, open(2)), and takes one way into the thread pool and back
 * instead of two. What the flag means elsewhere is less: on macOS the disk's own cache stays.
 */
const FLUSHES = platform() === 'linux' ? constants.O_DSYNC : 0
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | FLUSHES

export interface ChainFile extends Place {
  /** How many are on the disk. */
  readonly records: number
  /** `texts`: each with its zero byte in front. Rejects when one of them may not be on the disk: then `abandon`. */
  append(texts: readonly Buffer[]): Promise<void>
  close(): Promise<void>
  /** After a failure nobody knows what is behind the last flush: it is cut off, and nothing is written there again. */
  abandon(): Promise<void>
}

export const createChainFile = async ({
  folder,
  place,
  key,
  disk,
  randomBytes,
}: {
  folder: string
  place: Place
  key: RegisterKey
  disk: Disk
  randomBytes: (size: number) => Buffer
}): Promise<ChainFile> => {
  const path = logPath(folder, place)
  const made = await disk.mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await disk.open(path, NEW, 0o600)
  const lineOf = createLines(place, key, randomBytes)
  let flushed = 0

  const write = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text, 'latin1')
    // the kernel may take less than it is given
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
    if (FLUSHES === 0) await file.datasync()
    const { size, nlink } = disk.stat(file)
    if (nlink === 0) throw new Error(`somebody removed ${path}`)
    if (size !== flushed + bytes.length) throw new Error(`somebody else changed ${path}`)
    flushed = size
  }

  try {
    // a command that root types must not leave a file that the gateway cannot read
    for (const name of made === undefined ? [] : new Set([made, dirname(path)])) await giveToOwner(name, dirname(name))
    await giveToOwner(path, dirname(path))
    await write(headerLine(place, key))
    // a file whose name is not on the disk is no file
    for (const name of [dirname(path), folder]) await syncFolder(disk, name)
  } catch (error) {
    await file.close().catch(() => undefined)
    await disk.unlink(path).catch(() => undefined)
    throw error
  }

  let records = 0
  return {
    ...place,
    get records() {
      return records
    },
    append: async (texts) => {
      await write(texts.map(lineOf).join(''))
      records += texts.length
    },
    close: () => file.close(),
    abandon: async () => {
      const { size } = await file.stat().catch(() => ({ size: 0 }))
      if (size > flushed) await file.truncate(flushed).catch(() => undefined)
      await file.close().catch(() => undefined)
    },
  }
}

const syncFolder = async (disk: Disk, path: string): Promise<void> => {
  const folder: FileHandle = await disk.open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
