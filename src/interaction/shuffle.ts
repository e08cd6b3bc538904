/** AgID wants the providers in random order (docs/rules/spid-saml.md section 10); people want it to hold still while they choose. */
import { createHash } from 'node:crypto'

/** Unbiased whole numbers below `bound` from SHA-256(seed ‖ counter): values in the uneven last stretch are thrown away. */
const numbersFrom = (seed: string) => {
  let counter = 0
  return (bound: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const value = createHash('sha256').update(`${seed}\0${counter++}`).digest().readUInt32BE(0)
      if (value < limit) return value % bound
    }
  }
}

/** Fisher–Yates. The same seed gives the same order. */
export const shuffled = <T>(items: readonly T[], seed: string): T[] => {
  const below = numbersFrom(seed)
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = below(last + 1)
    ;[result[last], result[other]] = [result[other] as T, result[last] as T]
  }
  return result
}
