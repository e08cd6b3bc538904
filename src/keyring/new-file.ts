/** Files that hold a secret: made once, whole or not at all, readable by the gateway's user only. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Resolves when the file is on the disk under its name; a crash leaves at most a `.new` file that nobody reads.
 *
 * @throws Error with code `EEXIST` when the file is there already: it is never overwritten.
 */
export const writeNewFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}.new`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    // A second name, and not a new one: of two gateways that share the folder, `rename` would let the later one win.
    await link(draft, path)
  } finally {
    await unlink(draft)
  }
  await syncFolder(dirname(path))
}

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
