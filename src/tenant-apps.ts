/**
 * The application of each tenant: built when it is asked, and built anew and swapped whenever its signing keys or its file
 * change. Of very many tenants those that nobody has asked for longest are let go (docs/design/0012-built-when-asked.md).
 * A request under way ends on the one that it began with; what was issued lives in the store, where both find it.
 */
import { setImmediate } from 'node:timers/promises'
import type { Audit } from './audit/events.ts'
import { GatewayError } from './errors.ts'
import type { Keyring, TenantKeys } from './keyring/keyring.ts'
import { activeSince, isTidy, nextChange, standingsOf } from './keyring/signing-key.ts'
import type { Tenant } from './tenant/tenant.ts'
import type { TenantApp } from './tenant-app.ts'

/** Milliseconds. */
export interface Rotation {
  /** So long keys sign. */
  readonly after: number
  /** So long new ones are published before they do. */
  readonly publish: number
}

export interface TenantApps {
  /** Throws `tenant_not_served`, and whatever keeps a tenant from being built. */
  of(tenant: Tenant): Promise<TenantApp>
  /** Builds what was built already, or has keys, as it shall be from now on; served from when the result is called. */
  prepare(tenants: readonly Tenant[]): Promise<Prepared>
  /** Looks whether keys have changed, here or by another gateway or a command, or have to; never rejects. To be called every few seconds. */
  refresh(): Promise<void>
}

export interface Prepared {
  /** Those that could not be built, with the reason. */
  readonly failed: ReadonlyMap<string, string>
  /** In one step, for all that could. Others keep what they have. */
  serve(): void
}

interface Entry {
  readonly tenant: Tenant
  readonly keys: TenantKeys
  readonly app: TenantApp
  /** When a key of it begins to sign. */
  readonly until: number
}

/** After a rotation that could not be written, milliseconds. */
const RETRY = 60 * 60 * 1000

/** Applications at once, of some 100 KB each. */
export const MOST_APPS = 2000

export const createTenantApps = ({
  build,
  current,
  keyring,
  wasLive,
  rotation,
  audit,
  now,
  most = MOST_APPS,
}: {
  readonly build: (tenant: Tenant, keys: TenantKeys) => Promise<TenantApp>
  /** The tenant as it is now: a request may have begun with an older one. */
  readonly current: (id: string) => Tenant | undefined
  readonly keyring: Keyring
  /** Was it ever live, whatever its file says now? */
  readonly wasLive: (id: string) => Promise<boolean>
  readonly rotation: Rotation
  readonly audit: Audit
  readonly now: () => number
  /** So many applications are kept. */
  readonly most?: number | undefined
}): TenantApps => {
  /** Whoever was asked last stands last. */
  const entries = new Map<string, Promise<Entry>>()
  /** Whose keys this process has had in its hands, their applications let go or not. */
  const served = new Set<string>()
  /** Of the last look: a few seconds old. */
  let known: ReadonlyMap<string, number> = new Map()
  /** One tenant at each look: a thousand that are of one age must not keep the processor busy for minutes. */
  let hasRotated = false
  const restUntil = new Map<string, number>()

  /**
   * Without its keys a tenant that is live, or was, is not served rather than given new ones: its sites have pinned those
   * that it had, also while its file says test or suspended. Nor is one that has been served here: its folder is away.
   */
  const keysOf = async ({ id, state }: Tenant): Promise<TenantKeys> => {
    const keys = await keyring.load(id, known.get(id))
    if (keys !== undefined) return keys
    if (state === 'live' || served.has(id) || (await wasLive(id)))
      throw new GatewayError('tenant_not_served', `no keys for tenant ${id}, which is live or was served`)
    try {
      const created = await keyring.create(id)
      audit({ type: 'tenant.keys_created', tenant: id, kid: kidOf(created, now()) })
      return created
    } catch (error) {
      // another gateway on the same folder was faster: its keys are the tenant's
      const theirs = await keyring.load(id)
      if (theirs === undefined) throw error
      return theirs
    }
  }

  const entryOf = async (tenant: Tenant, keys: TenantKeys): Promise<Entry> => ({
    tenant,
    keys,
    app: await build(tenant, keys),
    until: nextChange(keys.signing, now()) ?? Number.POSITIVE_INFINITY,
  })

  const keep = (id: string, entry: Promise<Entry>): Promise<Entry> => {
    entries.delete(id)
    entries.set(id, entry)
    if (entries.size > most) entries.delete(entries.keys().next().value ?? id)
    return entry
  }

  const open = (tenant: Tenant): Promise<Entry> => {
    const entry = keysOf(tenant).then((keys) => {
      served.add(tenant.id)
      return entryOf(tenant, keys)
    })
    keep(tenant.id, entry)
    // one that could not be built is tried again: its keys may come back
    entry.catch((error: Error) => {
      if (entries.get(tenant.id) === entry) entries.delete(tenant.id)
      audit({ type: 'tenant.not_served', tenant: tenant.id, reason: error.message })
    })
    return entry
  }

  /** Once keys are old enough new ones are published, and keys that retired lose their private half. */
  const kept = async (tenant: string, keys: TenantKeys): Promise<TenantKeys> => {
    if ((restUntil.get(tenant) ?? 0) > now()) return keys
    try {
      const since = activeSince(keys.signing, now())
      if (since !== undefined && now() >= since + rotation.after) {
        if (hasRotated) return keys
        hasRotated = true
        return await keyring.rotate(tenant, keys, { wait: rotation.publish })
      }
      return isTidy(keys.signing, now()) ? keys : await keyring.renew(tenant, keys)
    } catch (error) {
      restUntil.set(tenant, now() + RETRY)
      audit({ type: 'tenant.keys_not_rotated', tenant, reason: (error as Error).message })
      return keys
    }
  }

  /** The same entry where nothing has changed. */
  const refreshed = async (entry: Entry, epoch: number): Promise<Entry> => {
    const { tenant, keys, until } = entry
    const held = epoch === keys.epoch ? keys : ((await keyring.load(tenant.id, epoch)) ?? keys)
    const current = await kept(tenant.id, held)
    if (current === keys && now() < until) return entry
    const next = await entryOf(tenant, current)
    audit({ type: 'tenant.keys_changed', tenant: tenant.id, epoch: current.epoch, kid: kidOf(current, now()) })
    return next
  }

  /** Each trouble is told once, however often it is met. The keys in memory are good: who is served goes on being served. */
  const troubles = new Map<string | undefined, string>()
  const trying = async (tenant: string | undefined, step: () => Promise<void>): Promise<void> => {
    try {
      await step()
      troubles.delete(tenant)
    } catch (error) {
      const { message: reason } = error as Error
      if (troubles.get(tenant) !== reason)
        audit({ type: 'tenant.keys_unreadable', ...(tenant !== undefined && { tenant }), reason })
      troubles.set(tenant, reason)
    }
  }

  const look = () =>
    trying(undefined, async () => {
      const epochs = await keyring.epochs()
      known = epochs
      hasRotated = false
      if (epochs.size === 0 && served.size > 0) throw new Error('the folder of the keys is empty: is it mounted?')
      for (const id of served) {
        const opening = entries.get(id)
        const entry = await opening?.catch(() => undefined)
        await trying(id, async () => {
          const epoch = epochs.get(id)
          if (epoch === undefined) throw new Error('their file is gone: restore it from the backup')
          if (entry === undefined) return
          const next = await refreshed(entry, epoch)
          // swapped meanwhile: the next look finds its keys
          if (next !== entry && entries.get(id) === opening) entries.set(id, Promise.resolve(next))
        })
      }
    })

  /** Undefined for a tenant that never ran: nobody waits for it. */
  const rebuilt = async (tenant: Tenant): Promise<Entry | undefined> => {
    const keys =
      (await entries.get(tenant.id)?.catch(() => undefined))?.keys ??
      (await keyring.load(tenant.id).catch(() => undefined))
    return keys && entryOf(tenant, keys)
  }

  let looking: Promise<void> | undefined
  return {
    of: async (tenant) => {
      const known = entries.get(tenant.id)
      if (known !== undefined) return (await keep(tenant.id, known)).app
      const now = current(tenant.id)
      if (now === undefined) throw new GatewayError('tenant_unknown')
      return (await open(now)).app
    },
    prepare: async (tenants) => {
      const failed = new Map<string, string>()
      const ready = new Map<string, Entry | undefined>()
      for (const tenant of tenants) {
        try {
          const entry = await rebuilt(tenant)
          // who is not running is built for what may be wrong with it
          ready.set(tenant.id, entries.has(tenant.id) ? entry : undefined)
        } catch (error) {
          failed.set(tenant.id, (error as Error).message)
        }
        // requests have their turn between them
        await setImmediate()
      }
      return {
        failed,
        serve: () => {
          for (const [id, entry] of ready) {
            if (entry !== undefined && entries.has(id)) entries.set(id, Promise.resolve(entry))
            else entries.delete(id)
          }
          for (const id of entries.keys()) if (current(id) === undefined) entries.delete(id)
          for (const id of served) if (current(id) === undefined) served.delete(id)
        },
      }
    },
    refresh: () => {
      // a folder that hangs is waited for once
      looking ??= look().finally(() => {
        looking = undefined
      })
      return looking
    },
  }
}

/** Of the key that signs where a client does not choose. */
const kidOf = ({ signing }: TenantKeys, now: number): string => standingsOf(signing, now)[0]?.kid ?? ''
