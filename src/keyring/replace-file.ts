/** Files that are replaced as a whole: a crash in between leaves the old one. */
import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { giveToOwner, syncFolder } from './new-file.ts'

/**
 * Makes the folders it needs. A file that stands there leaves the new one its mode and its owner, and a link to it stays a
 * link; a new one is for its owner only, who is that of its folder.
 */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const target = await realpath(path).catch(() => path)
  const old = await stat(target).catch(() => undefined)
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}.new`)
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true })
    if (old === undefined) await giveToOwner(draft, dirname(target))
    else {
      await chmod(draft, old.mode & 0o777)
      const made = await stat(draft)
      if (made.uid !== old.uid || made.gid !== old.gid) await chown(draft, old.uid, old.gid)
    }
    await rename(draft, target)
  } catch (error) {
    await unlink(draft).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(target))
}
