/** AES-256-GCM over the values of one tenant: design decision 8. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

export interface MasterKey {
  /** At most 255 bytes. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Buffer
}

export type Unreadable = 'format' | 'unknown_key' | 'not_authentic'
export type Opened = { readonly plaintext: Buffer } | { readonly unreadable: Unreadable }

export interface Sealing {
  seal(plaintext: Buffer, context: Buffer): Buffer
  /** Opens only with the same context: a value moved to another place is as good as a forged one. */
  open(sealed: Buffer, context: Buffer): Opened
}

const VERSION = 1
const NONCE = 12
const TAG = 16

/** A key for one purpose and tenant. Parts are told apart by the zero byte between them. */
export const subkey = (master: MasterKey, purpose: string, tenant: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master.key, '', `varco-${purpose}\0${tenant}\0${master.id}`, 32))

/**
 * The first master key seals, all of them open. Sealed: version, length of the key id, key id, nonce, tag, ciphertext.
 * A random nonce serves some 2³² values of a tenant under one key.
 */
export const createSealing = ({
  masterKeys: [current, ...older],
  tenant,
  randomBytes,
}: {
  masterKeys: readonly [MasterKey, ...MasterKey[]]
  tenant: string
  randomBytes: (size: number) => Buffer
}): Sealing => {
  const keys = new Map([current, ...older].map((master) => [master.id, subkey(master, 'store-seal', tenant)]))
  const sealingKey = subkey(current, 'store-seal', tenant)
  const keyId = Buffer.from(current.id)
  const header = Buffer.concat([Buffer.from([VERSION, keyId.length]), keyId])

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(context)
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext])
    },
    open(sealed, context) {
      const start = 2 + (sealed[1] ?? 0)
      if (sealed[0] !== VERSION || sealed.length < start + NONCE + TAG) return { unreadable: 'format' }
      const key = keys.get(sealed.toString('utf8', 2, start))
      if (key === undefined) return { unreadable: 'unknown_key' }
      const nonce = sealed.subarray(start, start + NONCE)
      const tag = sealed.subarray(start + NONCE, start + NONCE + TAG)
      // The length is fixed: a shorter tag is easier to guess.
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
      decipher.setAuthTag(tag).setAAD(context)
      try {
        return { plaintext: Buffer.concat([decipher.update(sealed.subarray(start + NONCE + TAG)), decipher.final()]) }
      } catch {
        return { unreadable: 'not_authentic' }
      }
    },
  }
}
