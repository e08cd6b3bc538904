/** What a source of revocation says of one certificate. */
import type { Certificate } from './certificate.ts'

export interface Asked {
  readonly certificate: Certificate
  /** Its issuer, whose signature on it is verified. */
  readonly issuer: Certificate
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How far another clock may be ahead. */
export const SKEW = 60_000

/** Throws Error for an answer that is not of now: made later, or meant to be replaced by now. */
export const assertCurrent = (thisUpdate: number, nextUpdate: number | undefined, now: number): void => {
  if (thisUpdate > now + SKEW) throw new Error(`it is of ${isoOf(thisUpdate)}, which has not come yet`)
  if (nextUpdate !== undefined && nextUpdate <= now) throw new Error(`it was to be replaced at ${isoOf(nextUpdate)}`)
}

export const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString()
