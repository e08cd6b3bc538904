/** eIDAS: people of other European countries, by way of the one Italian node, which asks each person's own country. */
import { type IdpMetadata, idpOf } from '../saml/idp-metadata.ts'
import { SamlStrategy } from '../saml/strategy.ts'
import { type VerifySignature, verifySignature } from '../saml/verify-signature.ts'
import type { Upstream } from '../upstream.ts'
import { eidasProfile } from './profile.ts'

/** @param idp the node, of production or of pre-production. */
export const createEidas = ({
  idp,
  verify = verifySignature,
}: {
  idp: IdpMetadata
  verify?: VerifySignature
}): Upstream => ({
  id: eidasProfile.id,
  levels: eidasProfile.levels,
  choices: () => [{ upstream: 'eidas', idp: idp.entityId, name: 'eIDAS' }],
  resolve: (entityId) => (entityId === undefined || entityId === idp.entityId ? { idp: idpOf(idp) } : undefined),
  answer: 'form',
  strategy: (pending, sp) => new SamlStrategy({ profile: eidasProfile, pending, sp, verify }),
})
