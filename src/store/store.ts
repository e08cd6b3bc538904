/**
 * Ephemeral state: interactions, pending logins, outcomes, sessions, grants, codes, tokens. Every value has a life.
 * Values are opaque bytes here; sealing is `sealed.ts`, one floor up. Memory and Redis pass the same suite:
 * test/conformance/store.ts.
 */
export interface Count {
  readonly value: number
  /** Milliseconds until it begins anew. */
  readonly left: number
}

export interface Store {
  get(key: string): Promise<Buffer | undefined>
  /** `ttl` in seconds, a whole number of at least 1. */
  put(key: string, value: Buffer, ttl: number): Promise<void>
  /** Reads and deletes in one step: of many callers at most one gets the value. */
  take(key: string): Promise<Buffer | undefined>
  /** Puts only where nothing is: of many callers exactly one gets `true`. */
  add(key: string, value: Buffer, ttl: number): Promise<boolean>
  /** Compare-and-set: puts `next` only while the value is still byte for byte `expected`. Without `ttl` the remaining life is kept. */
  replace(key: string, expected: Buffer, next: Buffer, ttl?: number): Promise<boolean>
  delete(key: string): Promise<void>
  /** A queue under `key`: the member is due at `due` (milliseconds since 1970), later or earlier than before if it waits already. */
  schedule(key: string, member: string, due: number): Promise<void>
  /** Those due, the longest first. Of many callers one gets a member, and it is due again at `until`: who got it may die. */
  claim(key: string, claim: { readonly now: number; readonly until: number; readonly most: number }): Promise<string[]>
  /** What was claimed is done. */
  unschedule(key: string, member: string): Promise<void>
  /** Adds `by` (0: only looks) to a number that begins at 0 and is forgotten `ttl` seconds after its first use. */
  count(key: string, by: number, ttl: number): Promise<Count>
  /** From 0 (empty) to 1 (every write is refused), as it was seconds ago. 0 where there is no limit. */
  readonly fullness: number
  /** Resolves when the store takes what is written, rejects with `store_unavailable` otherwise: for /readyz. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Seconds that a queue outlives the last member that joined it. */
export const QUEUE_LIFE = 7 * 24 * 3600
