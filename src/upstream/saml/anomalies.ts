/**
 * The national table of anomalies, `ErrorCode nrNN` → our code (docs/rules/spid-saml.md section 8, docs/rules/cie.md A5).
 * A scheme that uses fewer leaves them out. 2 to 7 and 10 are shown by the provider and never reach us; 24 is reserved.
 */
import type { ErrorCode } from '../../errors.ts'

/** Ours, not the citizen's: the operators must look. */
export const rejectedRequests: Readonly<Record<number, ErrorCode>> = Object.fromEntries(
  [8, 9, 11, 12, 13, 14, 15, 16, 17, 18].map((code) => [code, 'idp_request_rejected' as const]),
)

export const anomalies: Readonly<Record<number, ErrorCode>> = {
  ...rejectedRequests,
  19: 'idp_too_many_attempts',
  20: 'idp_level_not_available',
  21: 'idp_timeout',
  22: 'idp_consent_refused',
  23: 'idp_identity_blocked',
  25: 'idp_cancelled',
  30: 'idp_identity_type',
}
