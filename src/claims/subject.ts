import { createHmac } from 'node:crypto'
import type { Citizen } from '../citizen/citizen.ts'

/**
 * Who a person is to us, by whatever way they came: the tax code with its country, or for people of another European
 * country without one `eidas:` and the identifier that the node sends as `spidCode`, a name space of its own. SPID's own
 * `spidCode` never counts: each provider gives another one. docs/rules/oidc-claims.md 3.4.
 */
export const userKeyOf = ({ upstream, fiscalNumber, spidCode }: Citizen): string | undefined => {
  if (fiscalNumber !== undefined) return fiscalNumber
  return upstream === 'eidas' && spidCode ? `eidas:${spidCode}` : undefined
}

/**
 * `sub`: the same person by SPID, CIE or CNS is the same subject at one tenant and an unrelated one at the next.
 * HMAC-SHA256(subject key, `varco-sub-v1` ‖ 0 ‖ sector ‖ 0 ‖ user key), base64url. docs/rules/oidc-claims.md 3.4, design 6.
 */
export const subjectOf = (subjectKey: Buffer, sector: string, userKey: string): string =>
  createHmac('sha256', subjectKey).update(`varco-sub-v1\0${sector}\0${userKey}`).digest('base64url')
