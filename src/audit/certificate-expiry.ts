/** Certificates that come to their end: told at 60, 30 and 7 days, from then on every day. */
import { X509Certificate } from 'node:crypto'
import type { Audit } from './events.ts'

export interface WatchedCertificate {
  readonly use: 'spid' | 'cie' | 'cns'
  /** Absent for the region's. */
  readonly tenant?: string
  /** PEM. */
  readonly certificate: string
}

export const CHECK_EVERY = 24 * 60 * 60 * 1000

/** Days before the end; from the last on, and past the end, it is an alarm. */
const stages = [60, 30, 7] as const

/**
 * A function to call at the start and every day. A certificate is reported once at 60 and once at 30 days, then daily;
 * one that is found late is reported at once. `now` in milliseconds since 1970.
 */
export const createExpiryWatch = ({
  certificates,
  audit,
  now,
}: {
  /** Those in use at each look. */
  readonly certificates: () => readonly WatchedCertificate[]
  readonly audit: Audit
  readonly now: () => number
}): (() => void) => {
  const reported = new Map<string, number>()
  return () => {
    for (const { end, facts } of certificates().map(factsOf)) {
      const daysLeft = Math.floor((end.getTime() - now()) / CHECK_EVERY)
      const stage = stages.findLast((days) => daysLeft <= days)
      if (stage === undefined) continue
      const key = `${facts.tenant ?? ''} ${facts.use} ${facts.sha256}`
      if (stage !== stages.at(-1) && reported.get(key) === stage) continue
      reported.set(key, stage)
      audit({ type: 'certificate.expiring', ...facts, notAfter: end.toISOString(), daysLeft })
    }
  }
}

const factsOf = ({ certificate, ...facts }: WatchedCertificate) => {
  const { validToDate, fingerprint256 } = new X509Certificate(certificate)
  return { end: validToDate, facts: { ...facts, sha256: fingerprint256.replaceAll(':', '').toLowerCase() } }
}

/** Whether this is one that a human must see. */
export const isLast = (daysLeft: number): boolean => daysLeft <= (stages.at(-1) ?? 0)
