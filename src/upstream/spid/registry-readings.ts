/** When a registry is read: at the start, then daily, and sooner after a reading that failed. */

/** The list of SPID providers, or of card authorities: src/trust-list/registry.ts. */
export interface ReadRegistry {
  load(): Promise<void>
  refresh(): Promise<{ readonly result: 'updated' | 'unchanged' | 'refused' }>
  current(): readonly unknown[]
  close(): void
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A day without SPID, or with withdrawn keys, because the registry was away for one minute would be too long. */
const pauseAfter = { refused: HOUR, nothing: 5 * MINUTE } as const

export interface Readings {
  /** Takes no further reading, and ends one under way. */
  stop(): void
  /** When the source was last read and believed, milliseconds since 1970. */
  readAt(): number | undefined
}

/**
 * Resolves at once when there is a last good copy, else when the source has answered or failed: a failing source never
 * keeps the gateway from starting. Its timers keep no process alive.
 */
export const startReadings = async (
  registry: ReadRegistry,
  { refreshHours, now }: { readonly refreshHours: number; readonly now: () => number },
): Promise<Readings> => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let readAt: number | undefined
  const isEmpty = () => registry.current().length === 0
  const read = async (): Promise<void> => {
    const { result } = await registry.refresh()
    if (result !== 'refused') readAt = now()
    if (stopped) return
    const longest = isEmpty()
      ? pauseAfter.nothing
      : result === 'refused'
        ? pauseAfter.refused
        : Number.POSITIVE_INFINITY
    timer = setTimeout(read, Math.min(refreshHours * HOUR, longest)).unref()
  }
  await registry.load()
  const first = read()
  if (isEmpty()) await first
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      registry.close()
    },
    readAt: () => readAt,
  }
}
