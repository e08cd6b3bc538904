/** The store of a gateway that runs alone. A restart empties it: every login under way starts again. */
import { GatewayError } from '../errors.ts'
import type { Store } from './store.ts'
import { checkTtl } from './ttl.ts'

interface Entry {
  readonly value: Buffer
  /** Milliseconds since 1970; at that moment it is gone. */
  readonly expires: number
}

/** Looked at on each write: more than the one that it can add, so the dead never pile up, and few enough to go unnoticed. */
const SWEPT_PER_WRITE = 8
/** And when somebody asks how full it is: who is refused because of the dead writes nothing that would sweep them out. */
const SWEPT_PER_QUESTION = 256

export interface MemoryStore extends Store {
  /** Values held, the dead that were not swept yet among them. */
  readonly size: number
}

/** A copy of its own: `Buffer.from` would keep a whole slab of the pool alive for each small value. */
const copyOf = (value: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(value.length)
  value.copy(copy)
  return copy
}

/** What an entry costs beside its value: key, Map slot, Buffer object. */
const OVERHEAD = 512

/**
 * @param now milliseconds since 1970.
 * @param maxBytes at which writes are refused with `store_unavailable`: strangers must not be able to fill the machine.
 */
export const createMemoryStore = ({
  now,
  maxBytes = 512 * 1024 * 1024,
}: {
  now: () => number
  maxBytes?: number
}): MemoryStore => {
  const entries = new Map<string, Entry>()
  /** By key, each member with the time at which it is due. Whoever schedules bounds how long it tries. */
  const queues = new Map<string, Map<string, number>>()
  let held = 0
  let sweep = entries.entries()

  const remove = (key: string) => {
    const entry = entries.get(key)
    if (entry === undefined) return
    held -= entry.value.length + OVERHEAD
    entries.delete(key)
  }

  // Instead of a timer. A Map's iterator sees what is added after it, and deleting under it is safe.
  const sweepSome = (most = SWEPT_PER_WRITE) => {
    for (let looked = 0; looked < most; looked++) {
      const next = sweep.next()
      if (next.done) {
        sweep = entries.entries()
        return
      }
      const [key, entry] = next.value
      if (entry.expires <= now()) remove(key)
    }
  }

  const read = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || entry.expires > now()) return entry
    remove(key)
    return undefined
  }

  const set = (key: string, value: Buffer, expires: number) => {
    const size = (entry: Buffer | undefined) => (entry === undefined ? 0 : entry.length + OVERHEAD)
    const next = held - size(entries.get(key)?.value) + size(value)
    if (next > maxBytes) throw new GatewayError('store_unavailable', 'the memory store is full')
    held = next
    entries.set(key, { value: copyOf(value), expires })
  }

  const write = (key: string, value: Buffer, ttl: number) => {
    sweepSome()
    set(key, value, now() + checkTtl(ttl) * 1000)
  }

  // Each runs to its end before another begins: that alone makes it atomic.
  return {
    get size() {
      return entries.size
    },
    async get(key) {
      const entry = read(key)
      return entry && Buffer.from(entry.value)
    },
    async put(key, value, ttl) {
      write(key, value, ttl)
    },
    async take(key) {
      const entry = read(key)
      remove(key)
      return entry?.value
    },
    async add(key, value, ttl) {
      checkTtl(ttl)
      if (read(key) !== undefined) return false
      write(key, value, ttl)
      return true
    },
    async replace(key, expected, next, ttl) {
      const entry = read(key)
      if (entry === undefined || !entry.value.equals(expected)) return false
      set(key, next, ttl === undefined ? entry.expires : now() + checkTtl(ttl) * 1000)
      return true
    },
    async delete(key) {
      remove(key)
    },
    async schedule(key, member, due) {
      const queue = queues.get(key) ?? new Map<string, number>()
      queues.set(key, queue.set(member, due))
    },
    async claim(key, { now: moment, until, most }) {
      const queue = queues.get(key) ?? new Map<string, number>()
      const due = [...queue].filter(([, time]) => time <= moment).toSorted(([, one], [, other]) => one - other)
      const claimed = due.slice(0, most).map(([member]) => member)
      for (const member of claimed) queue.set(member, until)
      return claimed
    },
    async unschedule(key, member) {
      queues.get(key)?.delete(member)
    },
    async count(key, by, ttl) {
      checkTtl(ttl)
      sweepSome()
      const entry = read(key)
      const value = Number(entry?.value.toString() ?? 0) + by
      const expires = entry?.expires ?? now() + ttl * 1000
      set(key, Buffer.from(String(value)), expires)
      return { value, left: expires - now() }
    },
    get fullness() {
      if (held > maxBytes / 2) sweepSome(SWEPT_PER_QUESTION)
      return held / maxBytes
    },
    async ping() {},
    async close() {
      entries.clear()
      queues.clear()
      held = 0
    },
  }
}
