/** Durable secrets, sealed with a master key: a small JSON file that says which one, so that a lost key can be named. */
import { type MasterKey, open, seal, subkey } from '../sealing.ts'

const VERSION = 1
const PURPOSE = 'keyring'

/** The first master key seals. `name` is what the file is, not where: a file copied to another name does not open. */
export const sealFile = (plaintext: string, name: string, [current]: readonly MasterKey[]): string => {
  if (current === undefined) throw new Error('no master key')
  const sealed = seal(subkey(current, PURPOSE), Buffer.from(plaintext), Buffer.from(name)).toString('base64')
  return `${JSON.stringify({ version: VERSION, name, masterKey: current.id, sealed }, undefined, 2)}\n`
}

/** Any of the master keys opens. Throws an `Error` whose message says what is wrong, without content. */
export const openFile = (content: string, name: string, masterKeys: readonly MasterKey[]): string => {
  const { masterKey, sealed } = envelopeOf(content)
  const master = masterKeys.find(({ id }) => id === masterKey)
  if (master === undefined) throw new Error(`sealed with the master key "${masterKey}", which is not configured`)
  const plaintext = open(subkey(master, PURPOSE), Buffer.from(sealed, 'base64'), Buffer.from(name))
  if (plaintext !== undefined) return plaintext.toString()
  throw new Error(
    `does not open with the master key "${masterKey}": damaged, of another name, or another key of that id`,
  )
}

/** The same under the name that the file gives itself: whether it opens, not what it is. */
export const openUnderAnyName = (content: string, masterKeys: readonly MasterKey[]): string =>
  openFile(content, envelopeOf(content).name, masterKeys)

/** The id of the master key that sealed it. */
export const sealedWith = (content: string): string => envelopeOf(content).masterKey

const envelopeOf = (content: string): { name: string; masterKey: string; sealed: string } => {
  const envelope = parsed(content)
  if (typeof envelope === 'object' && envelope !== null && 'version' in envelope && envelope.version === VERSION) {
    if ('masterKey' in envelope && typeof envelope.masterKey === 'string') {
      if ('sealed' in envelope && typeof envelope.sealed === 'string') {
        return {
          name: String('name' in envelope && envelope.name),
          masterKey: envelope.masterKey,
          sealed: envelope.sealed,
        }
      }
    }
  }
  throw new Error('is not a sealed file of this version')
}

const parsed = (content: string): unknown => {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
