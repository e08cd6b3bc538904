/** SPID: many providers behind one profile; the citizen chooses. */
import { type IdpMetadata, idpOf } from '../saml/idp-metadata.ts'
import { SamlStrategy } from '../saml/strategy.ts'
import type { Upstream } from '../upstream.ts'
import { spidProfile } from './profile.ts'

/**
 * @param idps from the registry's metadata; the last of two with the same entityID counts.
 * @param names entityID → the name that citizens know.
 */
export const createSpid = ({
  idps,
  names,
}: {
  idps: readonly IdpMetadata[]
  names: Readonly<Record<string, string>>
}): Upstream => {
  const byEntityId = new Map(idps.map((idp) => [idp.entityId, idp]))
  const choices = [...byEntityId.values()].map(({ entityId, organizationName }) => ({
    upstream: 'spid' as const,
    idp: entityId,
    name: names[entityId] ?? organizationName ?? hostOf(entityId),
  }))
  return {
    id: spidProfile.id,
    levels: spidProfile.levels,
    // at every level the whole list: a provider is never hidden (docs/rules/oidc-claims.md 3.2)
    choices: () => choices,
    resolve: (entityId) => {
      const idp = entityId === undefined ? undefined : byEntityId.get(entityId)
      return idp && { idp: idpOf(idp) }
    },
    answer: 'form',
    strategy: (pending, sp) => new SamlStrategy({ profile: spidProfile, pending, sp }),
  }
}

/** A page never shows an address as a name; the host of it is the least bad that is left. */
const hostOf = (entityId: string) => (URL.canParse(entityId) ? new URL(entityId).hostname : entityId)
