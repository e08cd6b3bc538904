/** CIE, "Entra con CIE", by SAML: SPID's protocol with one provider, four attributes and fewer anomalies. docs/rules/cie.md A1–A5. */
import { rejectedRequests } from '../saml/anomalies.ts'
import { minimumDataSet, readMinimumDataSet } from '../saml/attributes.ts'
import { type IdpMetadata, idpOf } from '../saml/idp-metadata.ts'
import type { SamlProfile } from '../saml/profile.ts'
import { SamlStrategy } from '../saml/strategy.ts'
import { type VerifySignature, verifySignature } from '../saml/verify-signature.ts'
import type { Upstream } from '../upstream.ts'

/** @param comparison sent with level 3 only: A3.1 lists `SpidL1` and `SpidL2` with `minimum` alone. */
export const cieProfile = (comparison: 'minimum' | 'exact'): SamlProfile => ({
  id: 'cie',
  levels: [1, 2, 3],
  comparison: (level) => (level === 3 ? comparison : 'minimum'),
  issuerFormat: { response: 'optional', assertion: 'optional' },
  anomalies: {
    ...rejectedRequests,
    21: 'idp_timeout',
    22: 'idp_consent_refused',
    23: 'idp_identity_blocked',
    25: 'idp_cancelled',
  },
  mandatoryAttributes: minimumDataSet,
  readAttributes: readMinimumDataSet,
})

/** @param idp the one provider, of production or of pre-production: both publish the same keys, so never both. */
export const createCie = ({
  idp,
  comparison,
  verify = verifySignature,
}: {
  idp: IdpMetadata
  comparison: 'minimum' | 'exact'
  verify?: VerifySignature
}): Upstream => {
  const profile = cieProfile(comparison)
  return {
    id: profile.id,
    levels: profile.levels,
    choices: () => [{ upstream: 'cie', idp: idp.entityId, name: 'CIE' }],
    resolve: (entityId) => (entityId === undefined || entityId === idp.entityId ? { idp: idpOf(idp) } : undefined),
    answer: 'form',
    strategy: (pending, sp) => new SamlStrategy({ profile, pending, sp, verify }),
  }
}
