/** The values of one tenant, sealed under the first master key and readable under all. */
import { type MasterKey, open, seal, subkey } from '../sealing.ts'

export type Unreadable = 'format' | 'unknown_key' | 'not_authentic'
export type Opened = { readonly plaintext: Buffer } | { readonly unreadable: Unreadable }

export interface Sealing {
  seal(plaintext: Buffer, context: Buffer): Buffer
  /** Opens only with the same context: a value moved to another place is as good as a forged one. */
  open(sealed: Buffer, context: Buffer): Opened
}

const VERSION = 1

/** Sealed: version, length of the key id, key id, and what `seal` gives. */
export const createSealing = ({
  masterKeys: [current, ...older],
  tenant,
  randomBytes,
}: {
  masterKeys: readonly [MasterKey, ...MasterKey[]]
  tenant: string
  randomBytes: (size: number) => Buffer
}): Sealing => {
  const sealingKey = subkey(current, 'store-seal', tenant)
  const keys = new Map([
    [current.id, sealingKey],
    ...older.map((master) => [master.id, subkey(master, 'store-seal', tenant)] as const),
  ])
  const keyId = Buffer.from(current.id)
  // no Buffer: it would keep the 64 KB alive that Node cuts small ones from, for as long as the tenant is known
  const header = Uint8Array.of(VERSION, keyId.length, ...keyId)

  return {
    seal: (plaintext, context) => Buffer.concat([header, seal(sealingKey, plaintext, context, randomBytes)]),
    open(sealed, context) {
      const start = 2 + (sealed[1] ?? 0)
      if (sealed[0] !== VERSION || sealed.length < start) return { unreadable: 'format' }
      const key = keys.get(sealed.toString('utf8', 2, start))
      if (key === undefined) return { unreadable: 'unknown_key' }
      const plaintext = open(key, sealed.subarray(start), context)
      return plaintext === undefined ? { unreadable: 'not_authentic' } : { plaintext }
    },
  }
}
