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
  /** Beside what others want: two at once are both heard. */
  want(wanted: Wanted): Promise<void>
  /** Of the last hour, the earliest first. */
  wantedIds(): Promise<readonly string[]>
  wanted(id: string): Promise<Wanted | undefined>
  /** The tenants of a gateway, by the hash of them all that its presence names. */
  tenantsOf(all: string): Promise<Hashes | undefined>
}

const WANTED = 'Wanted'
const ORDER = 'WantedOrder'
const TENANTS = 'Tenants'
const LIFE = 3600
/** Gateways look every second: more are never waiting. */
const MOST = 32

export const createRollout = (
  records: Records,
): Rollout & { publish(all: string, tenants: Hashes): Promise<void> } => ({
  want: async (wanted) => {
    await records.put(WANTED, wanted.id, wanted, LIFE)
    const after = (ids: readonly string[]) => [...ids, wanted.id].slice(-MOST)
    const append = () => records.update<readonly string[]>(ORDER, 'all', after, LIFE)
    if ((await append()) !== undefined) return
    // nobody wanted anything yet; who comes second finds the first one's
    if (!(await records.add(ORDER, 'all', after([]), LIFE))) await append()
  },
  wantedIds: async () => (await records.get<readonly string[]>(ORDER, 'all')) ?? [],
  wanted: (id) => records.get<Wanted>(WANTED, id),
  tenantsOf: (all) => records.get<Hashes>(TENANTS, all),
  publish: (all, tenants) => records.put(TENANTS, all, tenants, LIFE),
})

/** What is left to wait for, when others have wanted something since then: of each tenant the last word. */
export const withLater = (wanted: Wanted, later: readonly Wanted[]): Wanted => {
  const ofThese = (tenants: Wanted['tenants']) =>
    Object.fromEntries(Object.entries(tenants).filter(([id]) => Object.hasOwn(wanted.tenants, id)))
  return { ...wanted, tenants: Object.assign({ ...wanted.tenants }, ...later.map(({ tenants }) => ofThese(tenants))) }
}

/** Do these tenants fulfil what is wanted? */
export const fulfils = (tenants: Hashes, wanted: Wanted): boolean =>
  Object.entries(wanted.tenants).every(([id, hash]) => (Object.hasOwn(tenants, id) ? tenants[id] : null) === hash)
