/**
 * What operators switch while the gateways run: a way in or a provider that is paused, maintenance. In the store, so that
 * every gateway sees it within seconds, and never for ever: each switch ends by itself.
 */
import type { Audit } from '../audit/events.ts'
import type { Records } from '../store/sealed.ts'

/** Times in milliseconds since 1970. */
export interface Switch {
  readonly since: number
  readonly until: number
  /** Written by the operator, for the log: no person sees it. */
  readonly reason: string
  /** Name of the operator's account on the machine. */
  readonly by: string
}

/** `maintenance`, or what is paused: `spid`, `cie`, `cns`, `eidas` or the entityID of one provider. */
export type Switches = Readonly<Record<string, Switch>>

export const MAINTENANCE = 'maintenance'

/** The longest that something may be off without being switched off again. */
export const LONGEST_SWITCH = 7 * 24 * 3_600_000

const MODEL = 'Switches'
const ID = 'current'
/** Longer than any of them. */
const LIFE = 8 * 24 * 3600

export interface Switchboard {
  /** Without those that have ended. */
  switches(): Promise<Switches>
  set(target: string, value: Switch): Promise<void>
  /** `false` when it was not on. */
  clear(target: string): Promise<boolean>
}

const running = (all: Switches, now: number): Switches =>
  Object.fromEntries(Object.entries(all).filter(([, { until }]) => until > now))

/** @param records of a room that is no tenant's. */
export const createSwitchboard = ({ records, now }: { records: Records; now: () => number }): Switchboard => {
  const change = async (change: (all: Switches) => Switches): Promise<void> => {
    const changed = (all: Switches) => change(running(all, now()))
    if ((await records.update<Switches>(MODEL, ID, changed, LIFE)) !== undefined) return
    // nobody has switched anything yet; who comes second finds the first one's
    if (!(await records.add(MODEL, ID, changed({}), LIFE))) await records.update<Switches>(MODEL, ID, changed, LIFE)
  }
  return {
    switches: async () => running((await records.get<Switches>(MODEL, ID)) ?? {}, now()),
    set: (target, value) => change((all) => ({ ...all, [target]: value })),
    clear: async (target) => {
      let found = false
      await change(({ [target]: gone, ...others }) => {
        found = gone !== undefined
        return others
      })
      return found
    },
  }
}

export interface Followed {
  /** Is this way in, or this provider of it, switched off now? */
  isPaused(upstream: string, idp?: string): boolean
  /** When maintenance ends, milliseconds since 1970; undefined when there is none. */
  maintenanceUntil(): number | undefined
  /** Looks at what the operators switched. While the store is away, what was seen last counts. */
  refresh(): Promise<void>
}

/** One gateway's view of the switches: read at each request, so without waiting. */
export const followSwitches = ({
  board,
  audit,
  now,
}: {
  board: Pick<Switchboard, 'switches'>
  audit: Audit
  now: () => number
}): Followed => {
  let seen: Switches = {}
  const isOn = (target: string) => (seen[target]?.until ?? 0) > now()

  return {
    isPaused: (upstream, idp) => isOn(upstream) || (idp !== undefined && isOn(idp)),
    maintenanceUntil: () => (isOn(MAINTENANCE) ? seen[MAINTENANCE]?.until : undefined),
    refresh: async () => {
      const next = await board.switches().catch(() => running(seen, now()))
      for (const [target, { until, reason, by }] of Object.entries(next)) {
        if (seen[target]?.until === until) continue
        audit({ type: 'switch.on', target, until: new Date(until).toISOString(), reason, by })
      }
      for (const target of Object.keys(seen)) if (next[target] === undefined) audit({ type: 'switch.off', target })
      seen = next
    },
  }
}
