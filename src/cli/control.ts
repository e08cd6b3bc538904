/** How a command reaches the running gateways: through the store that they share, or the socket of the one that has its own. */
import { randomBytes } from 'node:crypto'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { type Control, createControl } from '../operations/control.ts'
import { controlBySocket } from '../operations/control-socket.ts'
import { createRedisStore } from '../store/redis.ts'
import { createSealedStore } from '../store/sealed.ts'

export const withControl = async <T>(
  { store: kept, masterKeys, stateDir }: GatewayConfig,
  now: () => number,
  work: (control: Control) => Promise<T>,
): Promise<T> => {
  if (kept.kind === 'memory') return work(controlBySocket(stateDir))
  const store = createRedisStore({ servers: kept })
  try {
    return await work(createControl({ store: createSealedStore({ store, masterKeys, randomBytes }), now }).control)
  } finally {
    await store.close()
  }
}
