/** The store of a gateway that runs alone. A restart empties it: every login under way starts again. */
import type { Store } from './store.ts'
import { checkTtl } from './ttl.ts'

interface Entry {
  readonly value: Buffer
  /** Milliseconds since 1970; at that moment it is gone. */
  readonly expires: number
}

/** Looked at on each write: more than the one that it can add, so the dead never pile up, and few enough to go unnoticed. */
const SWEPT_PER_WRITE = 8

export interface MemoryStore extends Store {
  /** Values held, the dead that were not swept yet among them. */
  readonly size: number
}

/** @param now milliseconds since 1970. */
export const createMemoryStore = ({ now }: { now: () => number }): MemoryStore => {
  const entries = new Map<string, Entry>()
  let sweep = entries.entries()

  // Instead of a timer. A Map's iterator sees what is added after it, and deleting under it is safe.
  const sweepSome = () => {
    for (let looked = 0; looked < SWEPT_PER_WRITE; looked++) {
      const next = sweep.next()
      if (next.done) {
        sweep = entries.entries()
        return
      }
      const [key, entry] = next.value
      if (entry.expires <= now()) entries.delete(key)
    }
  }

  const read = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || entry.expires > now()) return entry
    entries.delete(key)
    return undefined
  }

  const write = (key: string, value: Buffer, ttl: number) => {
    entries.set(key, { value: Buffer.from(value), expires: now() + checkTtl(ttl) * 1000 })
    sweepSome()
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
      entries.delete(key)
      return entry?.value
    },
    async add(key, value, ttl) {
      checkTtl(ttl)
      if (read(key) !== undefined) return false
      write(key, value, ttl)
      return true
    },
    async replace(key, expected, next) {
      const entry = read(key)
      if (entry === undefined || !entry.value.equals(expected)) return false
      entries.set(key, { value: Buffer.from(next), expires: entry.expires })
      return true
    },
    async delete(key) {
      entries.delete(key)
    },
    async ping() {},
    async close() {
      entries.clear()
    },
  }
}
