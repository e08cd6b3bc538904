/** Redis would refuse a life of 0 or of half a second, memory would not: both refuse it here, as the defect it is. */
export const checkTtl = (ttl: number): number => {
  if (!Number.isSafeInteger(ttl) || ttl < 1) throw new RangeError(`a life of ${ttl} seconds`)
  return ttl
}
