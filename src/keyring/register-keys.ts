/**
 * The register's own keys: durable, sealed files in `{stateDir}/keyring/register`. The newest seals and signs, the others
 * still open what they sealed: none is ever dropped, for a record without its key is a record lost.
 *
 * A file is never changed. Sealed anew with another master key `{id}.1.json` becomes `{id}.2.json`. Ids are taken from the
 * keys: those of a register that was begun in a lost folder's place can be laid beside the old ones.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../errors.ts'
import type { MasterKey } from '../sealing.ts'
import { writeNewFile } from './new-file.ts'
import { openFile, sealedWith, sealFile } from './sealed-file.ts'

export interface RegisterKey extends MasterKey {
  /** The first 16 digits of `fingerprint`. */
  readonly id: string
  /** Ed25519, private: signs the anchors. */
  readonly signing: KeyObject
  /** What an auditor notes of the signing key: hex SHA-256 of its SubjectPublicKeyInfo. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface RegisterKeyring {
  /** All, the oldest first. Throws StartError when one cannot be read or opened. */
  load(): Promise<readonly RegisterKey[]>
  /** Makes the next one. Resolves when it is on the disk. Throws StartError. */
  create(): Promise<RegisterKey>
  /** Seals with the first master key what another one sealed. Resolves with the ids. Throws StartError. */
  reseal(): Promise<readonly string[]>
}

export const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' })

export const createRegisterKeyring = ({
  stateDir,
  masterKeys,
  now,
}: {
  stateDir: string
  /** The first seals, all of them open. */
  masterKeys: readonly MasterKey[]
  now: () => number
}): RegisterKeyring => {
  const folder = join(stateDir, 'keyring', 'register')

  /** The newest sealing of each key. */
  const files = async (): Promise<readonly KeyFile[]> => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new StartError(`${folder} cannot be read: ${error.message}`, { cause: error })
    })
    const newest = new Map<string, KeyFile>()
    for (const file of names.flatMap((name) => keyFile(name) ?? []))
      if (file.sealing > (newest.get(file.id)?.sealing ?? 0)) newest.set(file.id, file)
    return [...newest.values()]
  }

  const read = async (file: KeyFile): Promise<{ readonly text: string; readonly masterKey: string }> => {
    const path = join(folder, fileName(file))
    try {
      const content = await readFile(path, 'utf8')
      return { text: openFile(content, sealedName(file), masterKeys), masterKey: sealedWith(content) }
    } catch (error) {
      throw new StartError(
        `Key ${file.id} of the register (${path}) cannot be used: ${(error as Error).message}. ` +
          'Restore it from the backup, together with the master key of that time.',
        { cause: error },
      )
    }
  }

  /** `false`: another gateway on the same folder was faster, and its file counts. */
  const write = async (file: KeyFile, text: string): Promise<boolean> => {
    try {
      const content = sealFile(text, sealedName(file), masterKeys)
      await writeNewFile(join(folder, fileName(file)), content, { inherit: true })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      const reason = (error as Error).message
      throw new StartError(`A key of the register cannot be written to ${folder}: ${reason}`, { cause: error })
    }
  }

  return {
    load: async () => {
      const keys = await Promise.all((await files()).map(async (file) => keyOf((await read(file)).text)))
      return keys.toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
    },
    create: async () => {
      const { privateKey } = generateKeyPairSync('ed25519')
      const kept: Kept = {
        key: randomBytes(32).toString('base64'),
        signing: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
        createdAt: now(),
      }
      const text = JSON.stringify(kept)
      const key = keyOf(text)
      await write({ id: key.id, sealing: 1 }, text)
      return key
    },
    reseal: async () => {
      const resealed: string[] = []
      for (const file of await files()) {
        const { text, masterKey } = await read(file)
        if (masterKey === masterKeys[0]?.id) continue
        if (await write({ ...file, sealing: file.sealing + 1 }, text)) resealed.push(file.id)
        await unlink(join(folder, fileName(file))).catch(() => undefined)
      }
      return resealed
    },
  }
}

interface KeyFile {
  readonly id: string
  readonly sealing: number
}

interface Kept {
  readonly key: string
  readonly signing: string
  readonly createdAt: number
}

const fileName = ({ id, sealing }: KeyFile): string => `${id}.${sealing}.json`
/** What the file is, not where: a tenant's file has a name of another kind. */
const sealedName = ({ id, sealing }: KeyFile): string => `register-key/${id}/${sealing}`

const keyFile = (name: string): KeyFile | undefined => {
  const [, id, sealing] = /^([0-9a-f]{16})\.([1-9]\d{0,5})\.json$/.exec(name) ?? []
  return id === undefined ? undefined : { id, sealing: Number(sealing) }
}

const keyOf = (text: string): RegisterKey => {
  const { key, signing, createdAt } = JSON.parse(text) as Kept
  const privateKey = createPrivateKey({ key: Buffer.from(signing, 'base64'), type: 'pkcs8', format: 'der' })
  const fingerprint = createHash('sha256').update(spkiOf(privateKey)).digest('hex')
  return { id: fingerprint.slice(0, 16), key: Buffer.from(key, 'base64'), signing: privateKey, fingerprint, createdAt }
}
