/** A memory with an end: what was put longest ago goes first. */
export const createRecent = <T>(most: number) => {
  const entries = new Map<string, T>()
  return {
    get: (key: string): T | undefined => entries.get(key),
    put: (key: string, value: T): void => {
      entries.delete(key)
      entries.set(key, value)
      for (const oldest of entries.keys()) {
        if (entries.size <= most) return
        entries.delete(oldest)
      }
    },
  }
}
