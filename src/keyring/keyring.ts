/**
 * The keys of each tenant: durable, sealed files in `{stateDir}/keyring`. Losing them means new tokens that nobody's
 * cached JWKS verifies, so they are made once and never replaced by accident (design decision 7).
 */
import { createHash, generateKeyPair, randomBytes, type webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GatewayError } from '../errors.ts'
import type { MasterKey } from '../sealing.ts'
import { writeNewFile } from './new-file.ts'
import { openFile, sealFile } from './sealed-file.ts'

/** A private key, RSA with 2048 bits. `kid` is its thumbprint (RFC 7638). */
export type SigningKey = webcrypto.JsonWebKey & { readonly kid: string; readonly alg: 'RS256'; readonly use: 'sig' }

export interface TenantKeys {
  /** Newest first. */
  readonly signing: readonly SigningKey[]
  /** For the signatures of cookies; the first signs, all verify. */
  readonly cookieKeys: readonly string[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface Keyring {
  /** `undefined` when the tenant has none yet. Throws `tenant_not_served` when they are there and do not open. */
  load(tenant: string): Promise<TenantKeys | undefined>
  /** Resolves when they are on the disk. Throws `tenant_not_served` when the tenant has keys or they cannot be written. */
  create(tenant: string): Promise<TenantKeys>
}

export const createKeyring = ({
  stateDir,
  masterKeys,
  now,
}: {
  stateDir: string
  /** The first seals, all of them open. */
  masterKeys: readonly MasterKey[]
  now: () => number
}): Keyring => ({
  async load(tenant) {
    const content = await read(fileOf(stateDir, tenant))
    if (content === undefined) return undefined
    try {
      return tenantKeysOf(JSON.parse(openFile(content, nameOf(tenant), masterKeys)))
    } catch (cause) {
      throw notServed(cause)
    }
  },
  async create(tenant) {
    const keys: TenantKeys = {
      signing: [await newSigningKey()],
      cookieKeys: [randomBytes(32).toString('base64url')],
      createdAt: now(),
    }
    try {
      await writeNewFile(fileOf(stateDir, tenant), sealFile(JSON.stringify(keys), nameOf(tenant), masterKeys))
    } catch (cause) {
      throw notServed(cause)
    }
    return keys
  },
})

const nameOf = (tenant: string): string => `keyring/${tenant}`

const fileOf = (stateDir: string, tenant: string): string => {
  // Tenant ids are checked where they are read; a path made of anything else would be a way out of the folder.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(tenant)) throw new Error(`not a tenant id: ${tenant}`)
  return join(stateDir, 'keyring', `${tenant}.json`)
}

const read = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw notServed(cause)
  }
}

const notServed = (cause: unknown): GatewayError =>
  new GatewayError('tenant_not_served', `keys: ${cause instanceof Error ? cause.message : 'unknown reason'}`, { cause })

const newSigningKey = async (): Promise<SigningKey> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: thumbprintOf(jwk), alg: 'RS256', use: 'sig' }
}

/** RFC 7638 3: the required members in this order, without white space. */
const thumbprintOf = ({ e, kty, n }: webcrypto.JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url')

const tenantKeysOf = (value: TenantKeys): TenantKeys => {
  const complete =
    value.signing.length > 0 && value.cookieKeys.length > 0 && value.signing.every(({ kid, d }) => kid && d)
  if (!complete) throw new Error('incomplete')
  return value
}
