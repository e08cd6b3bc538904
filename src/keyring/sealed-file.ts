/** Durable secrets, sealed with a master key: a small JSON file that says which one, so that a lost key can be named. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface MasterKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Buffer
}

const VERSION = 1
const TAG = 16

/** The first master key seals. `name` is what the file is, not where: a file copied to another name does not open. */
export const sealFile = (plaintext: string, name: string, [current]: readonly MasterKey[]): string => {
  if (current === undefined) throw new Error('no master key')
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', subkey(current), nonce).setAAD(Buffer.from(name))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64')
  return `${JSON.stringify({ version: VERSION, name, masterKey: current.id, sealed }, undefined, 2)}\n`
}

/** Any of the master keys opens. Throws an `Error` whose message says what is wrong, without content. */
export const openFile = (content: string, name: string, masterKeys: readonly MasterKey[]): string => {
  const { masterKey, sealed } = envelopeOf(content)
  const master = masterKeys.find(({ id }) => id === masterKey)
  if (master === undefined) throw new Error(`sealed with the master key "${masterKey}", which is not configured`)
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', subkey(master), bytes.subarray(0, 12), { authTagLength: TAG })
    decipher.setAuthTag(bytes.subarray(12, 12 + TAG)).setAAD(Buffer.from(name))
    return Buffer.concat([decipher.update(bytes.subarray(12 + TAG)), decipher.final()]).toString()
  } catch (cause) {
    const why = `does not open with the master key "${masterKey}": damaged, of another name, or another key of that id`
    throw new Error(why, { cause })
  }
}

const subkey = ({ id, key }: MasterKey): Buffer => Buffer.from(hkdfSync('sha256', key, '', `varco-keyring\0${id}`, 32))

const envelopeOf = (content: string): { masterKey: string; sealed: string } => {
  const envelope = parsed(content)
  if (typeof envelope === 'object' && envelope !== null && 'version' in envelope && envelope.version === VERSION) {
    if ('masterKey' in envelope && typeof envelope.masterKey === 'string') {
      if ('sealed' in envelope && typeof envelope.sealed === 'string') {
        return { masterKey: envelope.masterKey, sealed: envelope.sealed }
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
