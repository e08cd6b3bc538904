/**
 * The keys of each tenant: durable, sealed files in `{stateDir}/keyring`. Losing them means new tokens that nobody's
 * cached JWKS verifies, so they are made once and never replaced by accident (design decision 7).
 *
 * A file is never changed. Whatever changes is a new file with the next number, its epoch (`ala.3.json`): it can be made
 * only once, so of two gateways that rotate at the same moment one wins, and the highest is what holds for everybody.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { MasterKey } from '../sealing.ts'
import { writeNewFile } from './new-file.ts'
import { openFile, sealedWith, sealFile } from './sealed-file.ts'
import { newSigningKeys, type SigningKey, tidied } from './signing-key.ts'

export interface TenantKeys {
  /** From 1. A higher one replaces it. */
  readonly epoch: number
  /** Of every algorithm and state: src/keyring/signing-key.ts. */
  readonly signing: readonly SigningKey[]
  /** For the signatures of cookies; the first signs, all verify. They only tell our cookies from foreign ones, so they stay. */
  readonly cookieKeys: readonly string[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface Keyring {
  /**
   * `undefined` when the tenant has none yet. Throws `tenant_not_served` when they are there and do not open. `epoch`: the
   * one that `epochs` named a moment ago; it saves looking through the folder, which of 8,000 tenants takes 10 ms.
   */
  load(tenant: string, epoch?: number): Promise<TenantKeys | undefined>
  /** Resolves when they are on the disk. Throws `tenant_not_served` when the tenant has keys or they cannot be written. */
  create(tenant: string): Promise<TenantKeys>
  /**
   * Publishes new keys that sign after `wait` milliseconds. `withdraw`: instead they sign at once, and the ones so far are
   * forgotten. Resolves with what holds now: of many who rotate at once, one makes the keys. Throws `tenant_not_served`.
   */
  rotate(tenant: string, from: TenantKeys, how: { readonly wait: number } | 'withdraw'): Promise<TenantKeys>
  /** Drops what is no longer needed of retired keys, and seals with the first master key. Resolves with what holds now. */
  renew(tenant: string, from: TenantKeys): Promise<TenantKeys>
  /** The id of the master key that sealed a tenant's keys. */
  sealedWith(tenant: string): Promise<string | undefined>
  /** Of every tenant that has keys. */
  epochs(): Promise<ReadonlyMap<string, number>>
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
}): Keyring => {
  const folder = join(stateDir, 'keyring')

  const epochs = async (): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>()
    for (const { tenant, epoch } of (await names(folder)).flatMap((name) => keyFile(name) ?? [])) {
      found.set(tenant, Math.max(epoch, found.get(tenant) ?? 0))
    }
    return found
  }

  /** What the file with the highest number holds. It may be replaced while it is looked for. */
  const newest = async (
    tenant: string,
    hint?: number,
  ): Promise<{ readonly epoch: number; readonly content: string } | undefined> => {
    checked(tenant)
    for (let vanished = 0; ; ) {
      const epoch = vanished === 0 && hint !== undefined ? hint : (await epochs()).get(tenant)
      if (epoch === undefined) return undefined
      try {
        return { epoch, content: await readFile(join(folder, fileName(tenant, epoch)), 'utf8') }
      } catch (cause) {
        if (!isMissing(cause) || vanished++ > 10) throw cause
      }
    }
  }

  const load = async (tenant: string, hint?: number): Promise<TenantKeys | undefined> => {
    try {
      const file = await newest(tenant, hint)
      if (file === undefined) return undefined
      const { epoch, content } = file
      return tenantKeysOf({ ...JSON.parse(openFile(content, sealedName(tenant, epoch), masterKeys)), epoch })
    } catch (cause) {
      throw notServed(cause)
    }
  }

  const write = async (tenant: string, { epoch, ...keys }: TenantKeys): Promise<void> => {
    const content = sealFile(JSON.stringify(keys), sealedName(tenant, epoch), masterKeys)
    await writeNewFile(join(folder, fileName(tenant, epoch)), content, { inherit: true })
  }

  /** Files that a higher one has replaced: private keys that nobody uses should not lie around. */
  const removeBelow = async (tenant: string, epoch: number): Promise<void> => {
    for (const name of await names(folder)) {
      const file = keyFile(name)
      if (file?.tenant === tenant && file.epoch < epoch) await unlink(join(folder, name)).catch(ignoreMissing)
    }
  }

  /** Writes the next epoch. Whoever is too late gets the others' keys. */
  const replace = async (tenant: string, from: TenantKeys, signing: readonly SigningKey[]): Promise<TenantKeys> => {
    try {
      await write(tenant, { ...from, epoch: from.epoch + 1, signing })
    } catch (cause) {
      if (!isThere(cause)) throw notServed(cause)
    }
    const held = await load(tenant)
    if (held === undefined) throw notServed(new Error('gone while they were replaced'))
    await removeBelow(tenant, held.epoch)
    return held
  }

  return {
    load,
    epochs,
    async create(tenant) {
      const keys: TenantKeys = {
        epoch: 1,
        signing: await newSigningKeys(now()),
        cookieKeys: [randomBytes(32).toString('base64url')],
        createdAt: now(),
      }
      try {
        await write(checked(tenant), keys)
        if ((await epochs()).get(tenant) !== keys.epoch) throw new Error('EEXIST: made by somebody else')
      } catch (cause) {
        throw notServed(cause)
      }
      return keys
    },
    async rotate(tenant, from, how) {
      const old = new Set(from.signing.map(({ kid }) => kid))
      const isNew = ({ kid }: SigningKey) => !old.has(kid)
      // a gateway that tidies up may have been faster: then it is still to be done
      for (let base = from; ; ) {
        const held = await replace(
          tenant,
          base,
          how === 'withdraw'
            ? await newSigningKeys(now())
            : [...tidied(base.signing, now()), ...(await newSigningKeys(now() + how.wait))],
        )
        if (how === 'withdraw' ? held.signing.every(isNew) : held.signing.some(isNew)) return held
        base = held
      }
    },
    renew: (tenant, from) => replace(tenant, from, tidied(from.signing, now())),
    async sealedWith(tenant) {
      const file = await newest(tenant)
      return file && sealedWith(file.content)
    },
  }
}

/** Throws an Error where a file of keys, under its name in the folder, does not open. */
export const assertOpens = (name: string, content: string, masterKeys: readonly MasterKey[]): void => {
  const { tenant = '', epoch = 0 } = keyFile(name) ?? {}
  tenantKeysOf({ ...JSON.parse(openFile(content, sealedName(tenant, epoch), masterKeys)), epoch })
}

/** The epoch is part of the name: an old file under a new number does not open. */
const sealedName = (tenant: string, epoch: number): string => `keyring/${tenant}/${epoch}`

const fileName = (tenant: string, epoch: number): string => `${tenant}.${epoch}.json`

/** Tenant and epoch of a file of keys; undefined for what else lies there. */
export const keyFile = (name: string): { readonly tenant: string; readonly epoch: number } | undefined => {
  const [, tenant, epoch] = /^([a-z0-9][a-z0-9-]*)\.([1-9]\d{0,14})\.json$/.exec(name) ?? []
  return tenant === undefined ? undefined : { tenant, epoch: Number(epoch) }
}

/** Tenant ids are checked where they are read; a path made of anything else would be a way out of the folder. */
const checked = (tenant: string): string => {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(tenant)) throw new Error(`not a tenant id: ${tenant}`)
  return tenant
}

const names = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)
const isMissing = (cause: unknown): boolean => codeOf(cause) === 'ENOENT'
const isThere = (cause: unknown): boolean => codeOf(cause) === 'EEXIST'
const ignoreMissing = (cause: unknown): void => {
  if (!isMissing(cause)) throw cause
}

const notServed = (cause: unknown): GatewayError =>
  new GatewayError('tenant_not_served', `keys: ${cause instanceof Error ? cause.message : 'unknown reason'}`, { cause })

const tenantKeysOf = (value: TenantKeys): TenantKeys => {
  const { signing, cookieKeys } = value
  const complete =
    Array.isArray(signing) &&
    signing.some(({ jwk }: SigningKey) => jwk.d !== undefined) &&
    Array.isArray(cookieKeys) &&
    cookieKeys.length > 0
  if (!complete) throw new Error('incomplete')
  return value
}
