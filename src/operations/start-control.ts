/** A gateway's side of the control: it follows the switches, says that it is there, and listens where it must. */
import type { Audit } from '../audit/events.ts'
import type { SealedStore } from '../store/sealed.ts'
import { createControl } from './control.ts'
import { listenForControl } from './control-socket.ts'
import { BEAT_EVERY, type Presence } from './presence.ts'
import type { Hashes, Wanted } from './rollout.ts'
import { type Counts, type Standing, standingOf, together } from './standing.ts'
import { type Followed, followSwitches } from './switches.ts'

/** Milliseconds: how soon a gateway does what an operator switched. */
const LOOK_EVERY = 1000

export interface RunningControl {
  readonly switches: Followed
  /** Of a way in (`spid`) or a provider (its entityID), at all gateways together. */
  standing(target: string): Standing
  /** Says at once what `presence` says, rather than in a few seconds. */
  announce(): Promise<void>
  stop(): Promise<void>
}

export const startControl = async ({
  store,
  now,
  audit,
  presence,
  tenants,
  want,
  ownCounts,
  socketIn,
}: {
  store: SealedStore
  now: () => number
  audit: Audit
  presence: () => Omit<Presence, 'seenAt'>
  /** Those that run, under the hash that `presence` names. */
  tenants: () => Hashes
  /** Told once of what an operator wants after the start of this gateway. Resolves when it is done, or cannot be. */
  want: (wanted: Wanted) => Promise<void>
  /** How a way in, or a provider, has been doing here: asked for every entry of every login page. */
  ownCounts: (target: string) => Counts | undefined
  /** Where the socket stands, for a store that the command cannot reach by itself. */
  socketIn?: string
}): Promise<RunningControl> => {
  const { control, presences, publish } = createControl({ store, now })
  const switches = followSwitches({ board: control, audit, now })
  const { id: own } = presence()
  let seen: readonly Presence[] = []
  const announce = () => beat().catch(() => undefined)
  const beat = async () => {
    const self = presence()
    if (self.tenantsHash !== undefined) await publish(self.tenantsHash, tenants())
    await presences.beat({ ...self, seenAt: now() })
    seen = await presences.gateways()
  }
  const countsOf = (target: string): Counts => {
    // the own counts are of this moment, the others' of a few seconds ago
    const others = seen.flatMap(({ id, counts }) => (id === own ? [] : (counts[target] ?? [])))
    return together([ownCounts(target) ?? [], others].flat())
  }
  // what was wanted before it came its folder has told it
  const heard = new Set(await control.wantedIds().catch(() => []))
  const listen = async () => {
    for (const id of await control.wantedIds().catch(() => [])) {
      if (heard.has(id)) continue
      const wanted = await control.wanted(id).catch(() => undefined)
      if (wanted === undefined || heard.has(id)) continue
      heard.add(id)
      await want(wanted)
      // who waits for it need not wait for the next beat
      await announce()
    }
  }
  await Promise.all([switches.refresh(), announce()])
  const socket = socketIn === undefined ? undefined : await listenForControl(socketIn, control)
  const timers = [
    setInterval(() => void switches.refresh(), LOOK_EVERY).unref(),
    setInterval(() => void listen(), LOOK_EVERY).unref(),
    setInterval(() => void announce(), BEAT_EVERY).unref(),
  ]
  return {
    switches,
    standing: (target) => standingOf(countsOf(target)),
    announce,
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      socket?.closeAllConnections()
      socket?.close()
      await presences.leave(own).catch(() => undefined)
    },
  }
}
