/** The number that a citizen reads out to the help desk, and that the log carries. */
import { hash } from 'node:crypto'

/** Small letters and digits of which none looks or sounds like another: no i, l, o, u. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** From any unique text: 60 bits in three groups, as `7k2m-x9dp-4trq`. */
export const requestIdOf = (unique: string): string => {
  let letters = ''
  for (const byte of hash('sha256', unique, 'buffer').subarray(0, 12)) letters += ALPHABET[byte % ALPHABET.length]
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
}

/** One that was given out, as far as its form says. */
export const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/.test(value)
