/** When each way in, and each provider of it, last let somebody in: of this process. */
import type { Listener } from '../audit/log.ts'

export const createLastLogins = (now: () => number) => {
  const last = new Map<string, number>()
  const listener: Listener = (event) => {
    if (event.type !== 'login.returned') return
    last.set(event.upstream, now())
    if (event.idp !== undefined) last.set(event.idp, now())
  }
  return { listener, all: (): Readonly<Record<string, number>> => Object.fromEntries(last) }
}
