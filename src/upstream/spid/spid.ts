/** SPID: many providers behind one profile; the citizen chooses. */
import { type IdpMetadata, idpOf } from '../saml/idp-metadata.ts'
import { createSingleLogout } from '../saml/single-logout.ts'
import { SamlStrategy } from '../saml/strategy.ts'
import { type VerifySignature, verifySignature } from '../saml/verify-signature.ts'
import type { Upstream } from '../upstream.ts'
import { spidProfile } from './profile.ts'

/**
 * @param idps the providers of this moment, asked for at each call; the last of two with the same entityID counts.
 * @param names entityID → the name that citizens know.
 */
export const createSpid = ({
  idps,
  names,
  verify = verifySignature,
}: {
  idps: () => readonly IdpMetadata[]
  names: Readonly<Record<string, string>>
  verify?: VerifySignature
}): Upstream => {
  const byEntityId = () => new Map(idps().map((idp) => [idp.entityId, idp]))
  return {
    id: spidProfile.id,
    levels: spidProfile.levels,
    // at every level the whole list: a provider is never hidden (docs/rules/oidc-claims.md 3.2)
    choices: () =>
      [...byEntityId().values()].map((idp) => ({ upstream: 'spid', idp: idp.entityId, name: nameOf(idp, names) })),
    resolve: (entityId) => {
      const idp = entityId === undefined ? undefined : byEntityId().get(entityId)
      return idp && { idp: idpOf(idp) }
    },
    answer: 'form',
    strategy: (pending, sp) => new SamlStrategy({ profile: spidProfile, pending, sp, verify }),
    // levels 2 and 3 leave no session at the provider (docs/rules/spid-saml.md section 6)
    logout: createSingleLogout({ find: (entityId) => byEntityId().get(entityId), levels: [1], verify }),
  }
}

/** As citizens know the provider, else as it calls itself. */
export const nameOf = (
  { entityId, organizationName }: Pick<IdpMetadata, 'entityId' | 'organizationName'>,
  names: Readonly<Record<string, string>>,
): string => names[entityId] ?? organizationName ?? hostOf(entityId)

/** A page never shows an address as a name; the host of it is the least bad that is left. */
const hostOf = (entityId: string) => (URL.canParse(entityId) ? new URL(entityId).hostname : entityId)
