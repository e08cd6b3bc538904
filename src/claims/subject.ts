import { createHmac } from 'node:crypto'

/**
 * `sub`: the same person by SPID, CIE or CNS is the same subject at one tenant and an unrelated one at the next.
 * HMAC-SHA256(subject key, `varco-sub-v1` ‖ 0 ‖ sector ‖ 0 ‖ `TINIT-` + tax code), base64url. docs/rules/oidc-claims.md 3.4, design 6.
 */
export const subjectOf = (subjectKey: Buffer, sector: string, fiscalNumber: string): string =>
  createHmac('sha256', subjectKey).update(`varco-sub-v1\0${sector}\0${fiscalNumber}`).digest('base64url')
