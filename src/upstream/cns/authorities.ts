/** Every card CA that is trusted: those of files, fixed, and those of the national list, which change while the gateway runs. */
import { createTrustStore, type TrustStore } from './trust.ts'

export interface Authorities {
  store(): TrustStore
  /** PEM. */
  pems(): readonly string[]
  /** From now on the listed ones are these. */
  list(pems: readonly string[]): void
  /** Calls `told` after every change. */
  subscribe(told: () => void): void
}

/** Throws Error when a certificate of `fixed` cannot be read; one of the list that cannot must not cost the others. */
export const createAuthorities = (fixed: readonly string[]): Authorities => {
  const subscribers: (() => void)[] = []
  let pems = fixed
  let store = createTrustStore(fixed)
  return {
    store: () => store,
    pems: () => pems,
    list: (listed) => {
      const all = [...fixed, ...listed.filter(isReadable)]
      store = createTrustStore(all)
      pems = all
      for (const told of subscribers) told()
    },
    subscribe: (told) => void subscribers.push(told),
  }
}

const isReadable = (pem: string): boolean => {
  try {
    return createTrustStore([pem]).size === 1
  } catch {
    return false
  }
}
