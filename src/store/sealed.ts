/**
 * Records over a store: JSON values, sealed, one room for each tenant, and no id in clear as a key name.
 *
 * Names: `{t:<tenant>}:<model>:<HMAC of the id>`, under a key derived from a master key like the sealing keys. The name
 * must not get lost when the first master key changes, so there is one name for each master key: writes use the first,
 * and everything that asks whether a record exists, or uses it up, looks under all. Rotation: list the new key second on
 * every gateway, then first, and drop the old one when the longest life in the store has passed. With one key (nearly
 * always) every operation is one command.
 */
import { createHmac } from 'node:crypto'
import { type MasterKey, subkey } from '../sealing.ts'
import { createSealing, type Unreadable } from './sealing.ts'
import type { Store } from './store.ts'

/** Values are what JSON can carry. `ttl` in seconds. Everything rejects with `store_unavailable` when the store does. */
export interface Records {
  get<T>(model: string, id: string): Promise<T | undefined>
  put<T>(model: string, id: string, value: T, ttl: number): Promise<void>
  /** Reads and deletes: of many callers at most one gets the value. */
  take<T>(model: string, id: string): Promise<T | undefined>
  /** Only where nothing is: of many callers at most one gets `true`. */
  add<T>(model: string, id: string, value: T, ttl: number): Promise<boolean>
  /**
   * Compare-and-set: `change` sees the value as it is and may be called again when somebody else was faster. Resolves
   * with what was stored; `undefined` when there is no record or `change` returned `undefined` (leave it). Without `ttl` the
   * life stays.
   */
  update<T>(model: string, id: string, change: (value: T) => T | undefined, ttl?: number): Promise<T | undefined>
  delete(model: string, id: string): Promise<void>
}

/** Work that waits for its time and that every gateway may do. Members are not sealed: ids of records that are. */
export interface Queue {
  /** `due`: milliseconds since 1970. */
  schedule(member: string, due: number): Promise<void>
  /** Those due now, at most `most`; whoever claims has until `until` to finish, then they are due again. */
  claim(claim: { readonly now: number; readonly until: number; readonly most: number }): Promise<string[]>
  done(member: string): Promise<void>
}

export interface SealedStore {
  forTenant(tenantId: string): Records
  /** One for all tenants: nobody looks through thousands of them for work. */
  queue(name: string): Queue
}

export interface SealedStoreOptions {
  readonly store: Store
  /** The first seals, all of them open. */
  readonly masterKeys: readonly MasterKey[]
  readonly randomBytes: (size: number) => Buffer
  /** A value that does not open counts as absent; somebody should know, for it is tampering or a lost key. */
  readonly onUnreadable?: (info: {
    readonly tenant: string
    readonly model: string
    readonly reason: Unreadable
  }) => void
}

export const createSealedStore = ({
  store,
  masterKeys,
  randomBytes,
  onUnreadable,
}: SealedStoreOptions): SealedStore => {
  const [current, ...older] = masterKeys
  if (current === undefined) throw new Error('no master key')
  const rooms = new Map<string, Records>()

  const room = (tenant: string): Records => {
    const sealing = createSealing({ masterKeys: [current, ...older], tenant, randomBytes })
    const nameKey = subkey(current, 'store-name', tenant)
    const olderNameKeys = older.map((master) => subkey(master, 'store-name', tenant))

    const context = (model: string, id: string) => Buffer.from(`${tenant}\0${model}\0${id}`)
    /** Where a record is written, and where else it may be. */
    const names = (model: string, id: string): [string, ...string[]] => {
      const name = (key: Buffer) =>
        `{t:${tenant}}:${model}:${createHmac('sha256', key).update(context(model, id)).digest('base64url')}`
      return [name(nameKey), ...olderNameKeys.map(name)]
    }
    const seal = (model: string, id: string, value: unknown) =>
      sealing.seal(Buffer.from(JSON.stringify(value)), context(model, id))
    /** The type is the writer's word: only this gateway's keys can have sealed it. */
    const open = <T>(model: string, id: string, sealed: Buffer | undefined): T | undefined => {
      if (sealed === undefined) return undefined
      const opened = sealing.open(sealed, context(model, id))
      if ('plaintext' in opened) return JSON.parse(opened.plaintext.toString()) as T
      onUnreadable?.({ tenant, model, reason: opened.unreadable })
      return undefined
    }

    const updateAt = async <T>(
      name: string,
      { model, id, change, ttl }: { model: string; id: string; change: (value: T) => T | undefined; ttl?: number },
    ) => {
      for (;;) {
        const sealed = await store.get(name)
        const value = open<T>(model, id, sealed)
        const changed = value === undefined ? undefined : change(value)
        if (sealed === undefined || changed === undefined) return { found: sealed !== undefined, changed: undefined }
        if (await store.replace(name, sealed, seal(model, id, changed), ttl)) return { found: true, changed }
      }
    }

    return {
      async get(model, id) {
        for (const name of names(model, id)) {
          const sealed = await store.get(name)
          if (sealed !== undefined) return open(model, id, sealed)
        }
        return undefined
      },
      async put(model, id, value, ttl) {
        const [name, ...others] = names(model, id)
        await store.put(name, seal(model, id, value), ttl)
        // An old record under another name would come back to life after this one.
        for (const other of others) await store.delete(other)
      },
      async take(model, id) {
        let first: Buffer | undefined
        for (const name of names(model, id)) {
          const sealed = await store.take(name)
          first ??= sealed
        }
        return open(model, id, first)
      },
      async add(model, id, value, ttl) {
        const [name, ...others] = names(model, id)
        if (!(await store.add(name, seal(model, id, value), ttl))) return false
        // Looked at afterwards: of two gateways whose first keys differ, not both can have missed the other.
        for (const other of others) {
          if ((await store.get(other)) === undefined) continue
          await store.delete(name)
          return false
        }
        return true
      },
      async update(model, id, change, ttl) {
        for (const name of names(model, id)) {
          const { found, changed } = await updateAt(name, { model, id, change, ...(ttl !== undefined && { ttl }) })
          if (found) return changed
        }
        return undefined
      },
      async delete(model, id) {
        for (const name of names(model, id)) await store.delete(name)
      },
    }
  }

  return {
    forTenant(tenantId) {
      const known = rooms.get(tenantId) ?? room(tenantId)
      rooms.set(tenantId, known)
      return known
    },
    queue(name) {
      const key = `{q:${name}}`
      return {
        schedule: (member, due) => store.schedule(key, member, due),
        claim: (claim) => store.claim(key, claim),
        done: (member) => store.unschedule(key, member),
      }
    },
  }
}
