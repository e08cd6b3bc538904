/** From a client of a tenant file to the Client that the rest of the program knows. */
import { attributesNeeded, claimsWithout, smallestSet } from './attributes-needed.ts'
import { presets } from './presets.ts'
import type { TenantFile } from './schema.ts'
import { scopePresets } from './scope-presets.ts'
import type { AttributeSet, Client, ClientSecret } from './tenant.ts'

type ClientFile = TenantFile['clients'][number]
/** `path` is below the client. */
type Report = (path: readonly string[], reason: string, fix: string) => void

/** @param sets that the tenant has registered for SPID; `undefined` where nobody enters by SPID. */
export const readClient = (
  client: ClientFile,
  {
    sets,
    secrets,
    report,
  }: { sets: readonly AttributeSet[] | undefined; secrets: readonly ClientSecret[]; report: Report },
): Client => {
  const preset = presets[client.preset]
  const stateLifetime = client.state_lifetime ?? preset.stateLifetime
  return {
    id: client.id,
    names: client.names,
    url: client.url,
    initiateLoginUri: client.initiate_login_uri ?? client.url,
    redirectUris: client.redirect_uris,
    postLogoutRedirectUris: client.post_logout_redirect_uris,
    ...(client.backchannel_logout_uri !== undefined && {
      backchannelLogout: {
        uri: client.backchannel_logout_uri,
        sessionRequired: client.backchannel_logout_session_required,
      },
    }),
    minLevel: client.min_level,
    claims: [...new Set([...client.claims, ...preset.claims])],
    idTokenClaims: client.id_token_claims,
    scopeClaims:
      client.scopes_preset === undefined ? {} : { ...scopePresets[client.scopes_preset], ...client.scope_claims },
    emailFallback: client.email_fallback ?? 'none',
    nameFallback: client.name_fallback ?? preset.nameFallback,
    acrResponse: client.acr_response ?? preset.acrResponse,
    ...(stateLifetime !== undefined && { stateLifetime }),
    attributeSet: sets === undefined ? 0 : attributeSetOf(client, sets, report),
    ...(client.purpose !== undefined && { purpose: client.purpose }),
    ...(client.cofog !== undefined && { cofog: client.cofog }),
    ...(client.other_access !== undefined && { otherAccess: client.other_access }),
    preset: client.preset,
    auth: client.auth ?? preset.auth,
    secrets,
    idTokenSignedResponseAlg: client.id_token_signed_response_alg,
    ...(client.jwks !== undefined && { jwks: client.jwks }),
    ...(client.jwks_uri !== undefined && { jwksUri: client.jwks_uri }),
    pkce: client.pkce ?? (client.auth === 'none' ? 'required' : preset.pkce),
    refreshTokens: client.refresh_tokens,
    ...(client.userinfo_signed_response_alg !== undefined && {
      userinfoSignedResponseAlg: client.userinfo_signed_response_alg,
    }),
  }
}

/** Without a word in the file: least data. */
const attributeSetOf = (
  { claims, attribute_set: named }: ClientFile,
  sets: readonly AttributeSet[],
  report: Report,
): number => {
  const known = sets.map(({ index, name }) => `${index} (${name})`).join(', ')
  const set =
    named === undefined
      ? smallestSet(sets, claims)
      : sets.find(({ index, name }) => (typeof named === 'number' ? index === named : name === named))
  if (set !== undefined) {
    const empty = claimsWithout(set, claims)
    if (empty.length > 0) {
      const attributes = attributesNeeded(empty).filter((name) => !set.attributes.includes(name))
      report(
        ['attribute_set'],
        `names a set without ${attributes.join(', ')}: ${empty.join(', ')} would always be missing`,
        'choose another set, leave the choice to Varco by removing this key, or take those claims away',
      )
    }
    return set.index
  }
  if (named !== undefined) {
    report(['attribute_set'], 'is no set of this tenant', `write one of ${known}`)
  } else {
    const free = Math.max(-1, ...sets.map(({ index }) => index)) + 1
    report(
      ['claims'],
      `need more than any SPID attribute set of this tenant asks for: ${known}`,
      `add under federation.spid.attribute_sets: { index: ${free}, name: …, attributes: [${attributesNeeded(claims).join(', ')}] }; AgID must approve it before it is used`,
    )
  }
  return 0
}
