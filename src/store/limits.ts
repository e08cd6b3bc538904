/**
 * How often somebody may do something, counted in the store that all gateways share. While that does not answer, each
 * gateway counts for itself: nobody is locked out by a fault of ours, and nobody may guess secrets meanwhile.
 */
import { createHmac } from 'node:crypto'
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import { type MasterKey, subkey } from '../sealing.ts'
import { createMemoryStore } from './memory.ts'
import type { Count, Store } from './store.ts'

/** Seconds, from the first use that is counted. */
export const WINDOW = 600

/** For what a gateway counts while the shared store does not answer. Full of other people's counts, it lets everybody pass. */
const FALLBACK_BYTES = 16 * 1024 * 1024

/** The package's limiter, counting by what every store of ours can do. */
class StoreLimiter extends RateLimiterStoreAbstract {
  readonly #store: Store
  constructor(store: Store, options: { points: number; insuranceLimiter?: RateLimiterAbstract }) {
    super({ ...options, duration: WINDOW, keyPrefix: '', storeClient: store })
    this.#store = store
  }
  _upsert(key: string, points: number): Promise<Count> {
    return this.#store.count(key, points, WINDOW)
  }
  _get(key: string): Promise<Count> {
    return this.#store.count(key, 0, WINDOW)
  }
  _getRateLimiterRes(_key: string, changed: number, { value, left }: Count): RateLimiterRes {
    return new RateLimiterRes(Math.max(this.points - value, 0), left, value, value === changed)
  }
}

/** Who does it: where, and from which network. */
export interface Who {
  /** Absent: at all tenants together. */
  readonly tenant?: string
  readonly network: string
}

export interface Verdict {
  /** Seconds after which it is allowed again; absent: it is allowed. */
  readonly wait?: number
  /** This use was the first that is not. */
  readonly crossed: boolean
}

export interface Limit {
  /** Counts a use. Never rejects. */
  use(who: Who): Promise<Verdict>
  /** Takes a use back that was counted and did not come to pass. Never rejects. */
  back(who: Who): Promise<void>
  /** Whether a use would be allowed now, without counting one. Never rejects. */
  look(who: Who): Promise<Verdict>
}

const ALLOWED: Verdict = { crossed: false }

const refused = ({ msBeforeNext, consumedPoints }: RateLimiterRes, most: number): Verdict => ({
  wait: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  crossed: consumedPoints === most + 1,
})

/** @param now milliseconds since 1970, for the counts of a gateway that counts for itself. */
export const createLimits = ({ store, masterKey, now }: { store: Store; masterKey: MasterKey; now: () => number }) => {
  const alone = createMemoryStore({ now, maxBytes: FALLBACK_BYTES })
  const nameKey = subkey(masterKey, 'limit-name')

  /** The name tells nobody who it was; a tenant's counts stand beside its other records. */
  const nameOf = (what: string, { tenant, network }: Who): string => {
    const name = createHmac('sha256', nameKey)
      .update(`${what}\0${tenant ?? ''}\0${network}`)
      .digest('base64url')
      .slice(0, 22)
    return tenant === undefined ? `Limit:${name}` : `{t:${tenant}}:Limit:${name}`
  }

  /** @param most uses in a window. */
  return (what: string, most: number): Limit => {
    const insuranceLimiter = new StoreLimiter(alone, { points: most })
    const limiter = new StoreLimiter(store, { points: most, insuranceLimiter })
    return {
      use: (who) =>
        limiter.consume(nameOf(what, who)).then(
          () => ALLOWED,
          (reason: unknown) => (reason instanceof RateLimiterRes ? refused(reason, most) : ALLOWED),
        ),
      back: (who) =>
        limiter.reward(nameOf(what, who)).then(
          () => undefined,
          () => undefined,
        ),
      look: async (who) => {
        const counted = await limiter.get(nameOf(what, who)).catch(() => null)
        return counted !== null && counted.consumedPoints >= most
          ? { ...refused(counted, most), crossed: false }
          : ALLOWED
      },
    }
  }
}
export type Limits = ReturnType<typeof createLimits>
