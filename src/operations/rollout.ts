/**
 * Which tenants shall run, as an operator said with `varco tenant apply`, and which do, as each gateway says: hashes only.
 * The files themselves every gateway reads from its own copy of the folder.
 */
import type { Records } from '../store/sealed.ts'

/** Tenant → hash. */
export type Hashes = Readonly<Record<string, string>>

export interface Wanted {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Name of the operator's account on the machine. */
  readonly by: string
  /** Hash by tenant; `null`: is to be gone. Of others nothing is said. */
  readonly tenants: Readonly<Record<string, string | null>>
}

export interface Rollout {
  want(wanted: Wanted): Promise<void>
  /** Of the last hour. */
  wanted(): Promise<Wanted | undefined>
  /** The tenants of a gateway, by the hash of them all that its presence names. */
  tenantsOf(all: string): Promise<Hashes | undefined>
}

const WANTED = 'Wanted'
const TENANTS = 'Tenants'
const LIFE = 3600

export const createRollout = (
  records: Records,
): Rollout & { publish(all: string, tenants: Hashes): Promise<void> } => ({
  want: (wanted) => records.put(WANTED, 'current', wanted, LIFE),
  wanted: () => records.get<Wanted>(WANTED, 'current'),
  tenantsOf: (all) => records.get<Hashes>(TENANTS, all),
  publish: (all, tenants) => records.put(TENANTS, all, tenants, LIFE),
})

/** Do these tenants fulfil what is wanted? */
export const fulfils = (tenants: Hashes, wanted: Wanted): boolean =>
  Object.entries(wanted.tenants).every(([id, hash]) => (Object.hasOwn(tenants, id) ? tenants[id] : null) === hash)
