/** What the servers say of themselves every few seconds: how full they are, and how many replicas follow them. */
import type { Redis } from 'ioredis'

/** Milliseconds. */
const INTERVAL = 5000

export interface Observed {
  /** 0 empty, 1 full; 0 where no limit is set. */
  readonly fullness: number
  readonly replicas: number
  /** Whether a full server would rather throw away what is still needed than refuse more. */
  readonly evicts: boolean
}

export const readInfo = (info: string): Observed => {
  const field = (name: string) => new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1]
  const limit = Number(field('maxmemory') ?? 0)
  return {
    fullness: limit > 0 ? Number(field('used_memory') ?? 0) / limit : 0,
    replicas: Number(field('connected_slaves') ?? 0),
    evicts: limit > 0 && (field('maxmemory_policy') ?? 'noeviction') !== 'noeviction',
  }
}

/** Servers that do not answer are left out: whoever needs them finds out by himself. */
export const startObservation = (
  masters: () => readonly Redis[],
  told: (observed: ReadonlyMap<Redis, Observed>) => void,
) => {
  const observe = async () => {
    const connected = masters().filter(({ status }) => status === 'ready')
    const infos = await Promise.allSettled(
      connected.map(async (redis) => [redis, readInfo(await redis.info())] as const),
    )
    told(new Map(infos.flatMap((info) => (info.status === 'fulfilled' ? [info.value] : []))))
  }
  const timer = setInterval(observe, INTERVAL).unref()
  return { observe, stop: () => clearInterval(timer) }
}
