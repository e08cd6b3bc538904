/** Which gateways run, as each says of itself: for `varco status`, from one place. */
import type { Records } from '../store/sealed.ts'
import type { Hashes } from './rollout.ts'
import type { Counts } from './standing.ts'

export interface Presence {
  /** Host, process and a random tail. */
  readonly id: string
  readonly version: string
  readonly node: string
  /** Milliseconds since 1970, as all times here. */
  readonly startedAt: number
  readonly seenAt: number
  readonly tenants: number
  /** Hash of all of them: `tenantsOf` says which. Absent from gateways of an older version. */
  readonly tenantsHash?: string
  /** Tenants whose file is broken, with the reason: they are served as they last were, or not at all. */
  readonly broken?: Readonly<Record<string, string>>
  /** What was wanted and its folder does not have: tenants whose files differ. */
  readonly differs?: { readonly wanted: string; readonly tenants: readonly string[] }
  /** Digests of what the gateway's and the region's file said when it started, by their keys. */
  readonly atStart?: Readonly<Record<'gateway' | 'region', Hashes>>
  readonly draining: boolean
  /** When each national list was last read and believed. */
  readonly lists: Readonly<Record<string, number | undefined>>
  /** When each way in, and each provider by its entityID, last let somebody in. */
  readonly lastLogins: Readonly<Record<string, number>>
  /** How the last minutes' logins went, by the same keys. */
  readonly counts: Readonly<Record<string, Counts>>
}

export const BEAT_EVERY = 5000
/** After three missed ones a gateway is gone. */
const GONE = 4 * BEAT_EVERY

const MODEL = 'Presence'
const ID = 'gateways'
const LIFE = 3600

type All = Readonly<Record<string, Presence>>

export interface Presences {
  beat(presence: Presence): Promise<void>
  leave(id: string): Promise<void>
  gateways(): Promise<readonly Presence[]>
}

export const createPresences = ({ records, now }: { records: Records; now: () => number }): Presences => {
  const alive = (all: All): All =>
    Object.fromEntries(Object.entries(all).filter(([, { seenAt }]) => seenAt > now() - GONE))
  const change = async (change: (all: All) => All): Promise<void> => {
    const changed = (all: All) => change(alive(all))
    if ((await records.update<All>(MODEL, ID, changed, LIFE)) !== undefined) return
    if (!(await records.add(MODEL, ID, changed({}), LIFE))) await records.update<All>(MODEL, ID, changed, LIFE)
  }
  return {
    beat: (presence) => change((all) => ({ ...all, [presence.id]: presence })),
    leave: (id) => change(({ [id]: _, ...others }) => others),
    gateways: async () => Object.values(alive((await records.get<All>(MODEL, ID)) ?? {})),
  }
}
