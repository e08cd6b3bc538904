/** Back from an archive: all of `state_dir`, or the keys of tenants that have lost theirs. Nothing that is there is touched. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartError } from '../../errors.ts'
import type { MasterKey } from '../../sealing.ts'
import { giveToOwner, syncFolder, writeNewFile } from '../new-file.ts'
import { FINGERPRINT_FILE } from '../subject-key.ts'
import { tenantOf } from './keys.ts'
import { type Backup, readBackup } from './read-backup.ts'

interface Source {
  readonly file: string
  readonly stateDir: string
  readonly masterKeys: readonly MasterKey[]
  /** Of the configured subject key. */
  readonly fingerprint: string
}

/** What a new file system brings along, and what an interrupted restore leaves. */
const IGNORED = /^(lost\+found|\.restore-.*)$/

/**
 * Everything, into a `state_dir` that is missing or empty. Resolves with the number of files and the time of the backup.
 *
 * @throws StartError when something is there, or the archive is damaged or of another gateway.
 */
export const restoreState = async (source: Source): Promise<{ readonly files: number; readonly time: string }> => {
  const { file, stateDir } = source
  const backup = await ours(source)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const standing = (await readdir(stateDir)).filter((name) => !IGNORED.test(name))
  if (standing.length > 0) {
    throw new StartError(
      `${stateDir} is not empty (${standing.slice(0, 3).join(', ')}) and nothing in it is overwritten: stop the gateways, ` +
        `move it away and type this again; or bring back keys only: varco restore ${file} --tenants all.`,
    )
  }
  // not beside it: it may be the root of a volume, which cannot be renamed
  const draft = join(stateDir, `.restore-${randomUUID()}`)
  try {
    await unpack(backup, draft)
    for (const name of await readdir(draft)) await rename(join(draft, name), join(stateDir, name))
    await rmdir(draft)
    await syncFolder(stateDir)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  return { files: Object.keys(backup.files).length, time: backup.time }
}

/**
 * The newest keys in the archive of each of these tenants that has none now; a running gateway finds them at the next
 * request. Resolves with the tenants that got theirs back, and with those of whom the archive has nothing.
 */
export const restoreKeys = async (
  source: Source & {
    /** `undefined`: all in the archive. */
    readonly tenants: readonly string[] | undefined
    /** They have keys: those stay. */
    readonly standing: ReadonlySet<string>
  },
): Promise<{ readonly restored: readonly string[]; readonly unknown: readonly string[]; readonly time: string }> => {
  const { stateDir, tenants, standing } = source
  const backup = await ours(source)
  const newest = new Map<string, { readonly name: string; readonly epoch: number }>()
  for (const name of Object.keys(backup.files)) {
    const keys = tenantOf(name)
    if (keys !== undefined && keys.epoch > (newest.get(keys.tenant)?.epoch ?? 0))
      newest.set(keys.tenant, { name, epoch: keys.epoch })
  }
  const restored: string[] = []
  for (const tenant of (tenants ?? [...newest.keys()]).filter((one) => !standing.has(one))) {
    const found = newest.get(tenant)
    if (found === undefined) continue
    await writeNewFile(join(stateDir, found.name), await backup.content(found.name), { inherit: true })
    restored.push(tenant)
  }
  return { restored, unknown: (tenants ?? []).filter((tenant) => !newest.has(tenant)), time: backup.time }
}

/** With the files of another gateway every citizen would be a stranger at every site. */
const ours = async ({ file, masterKeys, fingerprint }: Source): Promise<Backup> => {
  const backup = await readBackup({ file, masterKeys })
  const pinned = FINGERPRINT_FILE in backup.files ? (await backup.content(FINGERPRINT_FILE)).trim() : fingerprint
  if (pinned === fingerprint) return backup
  throw new StartError(
    `The backup ${file} belongs to the subject key ${pinned}, but ${fingerprint} is configured: restore that key first.`,
  )
}

const unpack = async (backup: Backup, folder: string): Promise<void> => {
  await mkdir(folder, { mode: 0o700 })
  await giveToOwner(folder, dirname(folder))
  let file: FileHandle | undefined
  const finish = async () => {
    await file?.sync()
    await file?.close()
    file = undefined
  }
  try {
    await backup.each(async (name) => {
      await finish()
      const path = join(folder, name)
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      if (made !== undefined) await giveToOwner(dirname(path), folder)
      const opened = await open(path, 'wx', 0o600)
      file = opened
      await giveToOwner(path, folder)
      return async (piece) => {
        await opened.writeFile(piece)
      }
    })
  } finally {
    await finish()
  }
}
