/** What the `varco` command and the gateways say to each other. */
import type { SealedStore } from '../store/sealed.ts'
import { createPresences, type Presences } from './presence.ts'
import { createRollout, type Rollout } from './rollout.ts'
import { createSwitchboard, type Switchboard } from './switches.ts'

export type Control = Switchboard & Rollout & Pick<Presences, 'gateways'>

/** A room of the store that no tenant can have: ids of tenants begin with a letter. */
const ROOM = '~operations'

/** Over the store itself: a gateway's own, or the command's where the store is Redis. */
export const createControl = ({ store, now }: { store: SealedStore; now: () => number }) => {
  const records = store.forTenant(ROOM)
  const presences = createPresences({ records, now })
  const { publish, ...rollout } = createRollout(records)
  const control: Control = { ...createSwitchboard({ records, now }), ...rollout, gateways: presences.gateways }
  return { control, presences, publish }
}
