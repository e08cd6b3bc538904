/** AES-256-GCM with keys for one purpose each: everything at rest passes through here (design decision 8). */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes as systemRandom } from 'node:crypto'

export interface MasterKey {
  /** At most 255 bytes. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Buffer
}

const NONCE = 12
const TAG = 16

/** A key for one purpose. Its parts are told apart by the zero byte between them. */
export const subkey = (master: MasterKey, ...purpose: readonly string[]): Buffer =>
  Buffer.from(hkdfSync('sha256', master.key, '', `varco-${purpose.join('\0')}\0${master.id}`, 32))

/**
 * Nonce, tag, ciphertext. It opens only with the same context: a value moved to another place is as good as forged.
 * A random nonce serves some 2³² values under one key.
 */
export const seal = (
  key: Buffer,
  plaintext: Buffer,
  context: Buffer,
  randomBytes = systemRandom as (size: number) => Buffer,
): Buffer => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

/** `undefined` when it is not authentic: tampered, of another context, under another key, or cut off. */
export const open = (key: Buffer, sealed: Buffer, context: Buffer): Buffer | undefined => {
  if (sealed.length < NONCE + TAG) return undefined
  // The length is fixed: a shorter tag is easier to guess.
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG)).setAAD(context)
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()])
  } catch {
    return undefined
  }
}
