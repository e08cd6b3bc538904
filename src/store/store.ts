/**
 * Ephemeral state: interactions, pending logins, outcomes, sessions, grants, codes, tokens. Every value has a life.
 * Values are opaque bytes here; sealing is `sealed.ts`, one floor up. Memory and Redis pass the same suite:
 * test/conformance/store.ts.
 */
export interface Store {
  get(key: string): Promise<Buffer | undefined>
  /** `ttl` in seconds, a whole number of at least 1. */
  put(key: string, value: Buffer, ttl: number): Promise<void>
  /** Reads and deletes in one step: of many callers at most one gets the value. */
  take(key: string): Promise<Buffer | undefined>
  /** Puts only where nothing is: of many callers exactly one gets `true`. */
  add(key: string, value: Buffer, ttl: number): Promise<boolean>
  /** Compare-and-set: puts `next` only while the value is still byte for byte `expected`. The remaining life is kept. */
  replace(key: string, expected: Buffer, next: Buffer): Promise<boolean>
  delete(key: string): Promise<void>
  /** Resolves when the store answers, rejects with `store_unavailable` otherwise: for /readyz. */
  ping(): Promise<void>
  close(): Promise<void>
}
