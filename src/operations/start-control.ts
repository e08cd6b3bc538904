/** A gateway's side of the control: it follows the switches, says that it is there, and listens where it must. */
import type { Audit } from '../audit/events.ts'
import type { SealedStore } from '../store/sealed.ts'
import { createControl } from './control.ts'
import { listenForControl } from './control-socket.ts'
import { BEAT_EVERY, type Presence } from './presence.ts'
import { type Counts, type Standing, standingOf, together } from './standing.ts'
import { type Followed, followSwitches } from './switches.ts'

/** Milliseconds: how soon a gateway does what an operator switched. */
const LOOK_EVERY = 1000

export interface RunningControl {
  readonly switches: Followed
  /** Of a way in (`spid`) or a provider (its entityID), at all gateways together. */
  standing(target: string): Standing
  stop(): Promise<void>
}

export const startControl = async ({
  store,
  now,
  audit,
  presence,
  socketIn,
}: {
  store: SealedStore
  now: () => number
  audit: Audit
  presence: () => Omit<Presence, 'seenAt'>
  /** Where the socket stands, for a store that the command cannot reach by itself. */
  socketIn?: string
}): Promise<RunningControl> => {
  const { control, presences } = createControl({ store, now })
  const switches = followSwitches({ board: control, audit, now })
  let seen: readonly Presence[] = []
  const beat = async () => {
    await presences.beat({ ...presence(), seenAt: now() })
    seen = await presences.gateways()
  }
  const countsOf = (target: string): Counts => {
    const self = presence()
    // the own counts are of this moment, the others' of a few seconds ago
    const others = seen.filter(({ id }) => id !== self.id)
    return together([self, ...others].flatMap(({ counts }) => counts[target] ?? []))
  }
  await Promise.all([switches.refresh(), beat().catch(() => undefined)])
  const socket = socketIn === undefined ? undefined : await listenForControl(socketIn, control)
  const timers = [
    setInterval(() => void switches.refresh(), LOOK_EVERY).unref(),
    setInterval(() => void beat().catch(() => undefined), BEAT_EVERY).unref(),
  ]
  return {
    switches,
    standing: (target) => standingOf(countsOf(target)),
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      socket?.closeAllConnections()
      socket?.close()
      await presences.leave(presence().id).catch(() => undefined)
    },
  }
}
