/** Random bytes for ids and nonces. To ask the system for a few costs more than what is done with them. */
import { randomFillSync } from 'node:crypto'

const POOL = 4096

/** Takes many at a time. Each byte is given out once, as a copy of its own, and not kept. `size`: at most 4096. */
export const createRandomBytes = (fill: (bytes: Buffer) => unknown = randomFillSync): ((size: number) => Buffer) => {
  const pool = Buffer.alloc(POOL)
  let next = POOL
  return (size) => {
    if (size > POOL) throw new RangeError(`${size} random bytes at once`)
    if (next + size > POOL) {
      fill(pool)
      next = 0
    }
    const given = pool.subarray(next, next + size)
    const bytes = Buffer.from(given)
    given.fill(0)
    next += size
    return bytes
  }
}
