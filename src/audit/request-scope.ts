/** Which request is being answered: what is reported meanwhile carries its number, the one on the citizen's page. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface RequestScope {
  /** Everything that `work` does, also later, belongs to this request. */
  run<T>(requestId: string, work: () => T): T
  /** Absent at the start, in timers and on the operations listener. */
  current(): string | undefined
}

export const createRequestScope = (): RequestScope => {
  const storage = new AsyncLocalStorage<string>()
  return { run: (requestId, work) => storage.run(requestId, work), current: () => storage.getStore() }
}
