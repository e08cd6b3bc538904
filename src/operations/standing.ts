/**
 * How each way in, and each provider, is doing: from the real logins of the last quarter of an hour. What a stranger can
 * send counts for little: an answer only when the provider signed it, and who left without coming back once a network.
 */
import type { Listener } from '../audit/log.ts'
import type { ErrorCode } from '../errors.ts'

/** Of the last minutes. `away`: networks from which somebody left for the provider. */
export interface Counts {
  readonly away: number
  readonly good: number
  readonly bad: number
}

export type Standing = 'well' | 'partly' | 'trouble' | 'unknown'

const MINUTE = 60_000
const WINDOW = 15
/** Fewer answers say nothing (experience of public status pages: a minimum sample). */
const ENOUGH = 20
/** So many networks without one good answer: it does not answer at all. */
const MANY_AWAY = 10

/** The citizen decided so or has a problem of their own: the provider works. */
const theirs: ReadonlySet<ErrorCode> = new Set([
  'idp_too_many_attempts',
  'idp_level_not_available',
  'idp_timeout',
  'idp_consent_refused',
  'idp_identity_blocked',
  'idp_cancelled',
  'idp_identity_type',
])

export const standingOf = ({ away, good, bad }: Counts): Standing => {
  if (good + bad < ENOUGH) {
    if (good === 0 && away >= MANY_AWAY) return 'trouble'
    return good > bad ? 'well' : 'unknown'
  }
  const share = bad / (good + bad)
  return share > 0.5 ? 'trouble' : share > 0.2 ? 'partly' : 'well'
}

export const together = (all: readonly Counts[]): Counts => ({
  away: all.reduce((sum, { away }) => sum + away, 0),
  good: all.reduce((sum, { good }) => sum + good, 0),
  bad: all.reduce((sum, { bad }) => sum + bad, 0),
})

interface Minute {
  readonly start: number
  readonly away: Set<string>
  good: number
  bad: number
}

/** One process's own counts, by way in and by entityID. */
export const createCounting = (now: () => number) => {
  const minutes = new Map<string, Minute[]>()

  const minuteOf = (key: string): Minute => {
    const start = Math.floor(now() / MINUTE) * MINUTE
    const kept = (minutes.get(key) ?? []).filter((minute) => minute.start > start - WINDOW * MINUTE)
    const last = kept.at(-1)
    const current = last?.start === start ? last : { start, away: new Set<string>(), good: 0, bad: 0 }
    minutes.set(key, current === last ? kept : [...kept, current])
    return current
  }
  const each = (upstream: string, idp: string | undefined, change: (minute: Minute) => void) => {
    change(minuteOf(upstream))
    if (idp !== undefined) change(minuteOf(idp))
  }

  const countsIn = (kept: readonly Minute[]): Counts => {
    const oldest = now() - WINDOW * MINUTE
    const recent = kept.filter(({ start }) => start > oldest)
    const away = new Set(recent.flatMap((minute) => [...minute.away])).size
    return { ...together(recent.map(({ good, bad }) => ({ away: 0, good, bad }))), away }
  }

  const listener: Listener = (event) => {
    if (event.type === 'login.returned')
      each(event.upstream, event.idp, (minute) => {
        minute.good += 1
      })
    if (event.type === 'login.refused' && event.authenticated && event.upstream !== undefined)
      each(event.upstream, event.idp, (minute) => {
        if (theirs.has(event.code)) minute.good += 1
        else minute.bad += 1
      })
  }

  return {
    listener,
    /** Somebody leaves for a provider. @param network where they are: what one person cannot have many of. */
    departed: (upstream: string, idp: string | undefined, network: string): void =>
      each(upstream, idp, ({ away }) => {
        // more of them say nothing more
        if (away.size < MANY_AWAY) away.add(network)
      }),
    /** Of one way in or provider; undefined where nobody has been lately. */
    of: (target: string): Counts | undefined => {
      const kept = minutes.get(target)
      return kept && countsIn(kept)
    },
    counts: (): Readonly<Record<string, Counts>> =>
      Object.fromEntries([...minutes].map(([key, kept]) => [key, countsIn(kept)])),
  }
}
export type Counting = ReturnType<typeof createCounting>
