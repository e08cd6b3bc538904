/** A gateway's side of the control: it follows the switches, says that it is there, and listens where it must. */
import type { Audit } from '../audit/events.ts'
import type { SealedStore } from '../store/sealed.ts'
import { createControl } from './control.ts'
import { listenForControl } from './control-socket.ts'
import { BEAT_EVERY, type Presence } from './presence.ts'
import { type Followed, followSwitches } from './switches.ts'

/** Milliseconds: how soon a gateway does what an operator switched. */
const LOOK_EVERY = 1000

export interface RunningControl {
  readonly switches: Followed
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
  const beat = () => presences.beat({ ...presence(), seenAt: now() }).catch(() => undefined)
  await Promise.all([switches.refresh(), beat()])
  const socket = socketIn === undefined ? undefined : await listenForControl(socketIn, control)
  const timers = [
    setInterval(() => void switches.refresh(), LOOK_EVERY).unref(),
    setInterval(() => void beat(), BEAT_EVERY).unref(),
  ]
  return {
    switches,
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      socket?.closeAllConnections()
      socket?.close()
      await presences.leave(presence().id).catch(() => undefined)
    },
  }
}
