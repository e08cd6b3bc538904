/** Files that hold a secret or a proof: made once, whole or not at all, readable by the gateway's user only. */
import { randomUUID } from 'node:crypto'
import { chown, type FileHandle, link, mkdir, open, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Resolves when the file is on the disk under its name; a crash leaves at most a `.new` file that nobody reads.
 *
 * @param inherit the file goes to whom its folder belongs: an administrator who types a command as root must not lock the
 * gateway, another user, out of its own state.
 * @throws Error with code `EEXIST` when the file is there already: it is never overwritten.
 */
export const writeNewFile = async (
  path: string,
  content: string | Uint8Array,
  { inherit = false }: { inherit?: boolean } = {},
): Promise<void> => {
  const folder = dirname(path)
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (inherit && made === folder) await giveToOwner(folder, dirname(folder))
  await draftFile(path, async (file, draft) => {
    await file.writeFile(content)
    if (inherit) await giveToOwner(draft, folder)
  })
}

/**
 * The same for what is written piece by piece: `write` gets the file under a name of its own, readable too, and it gets
 * its real name only when that has resolved.
 */
export const draftFile = async (
  path: string,
  write: (file: FileHandle, draft: string) => Promise<void>,
): Promise<void> => {
  const draft = `${path}.${randomUUID()}.new`
  const file = await open(draft, 'wx+', 0o600)
  try {
    try {
      await write(file, draft)
      await file.sync()
    } finally {
      await file.close()
    }
    // A second name, and not a new one: of two gateways that share the folder, `rename` would let the later one win.
    await link(draft, path)
  } finally {
    await unlink(draft)
  }
  await syncFolder(dirname(path))
}

/** To whom the folder belongs. Only root may, and only root has to. */
export const giveToOwner = async (path: string, folder: string): Promise<void> => {
  const [is, shall] = await Promise.all([stat(path), stat(folder)])
  if (is.uid === 0 && shall.uid !== 0) await chown(path, shall.uid, shall.gid)
}

export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
