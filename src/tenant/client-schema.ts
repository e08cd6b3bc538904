/** A service of the Comune that lets citizens in: one client of the tenant's OpenID provider. docs/clients.md. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { always, block, distinct, localised, text, webOrStagingUrl } from '../config/rules.ts'
import { claimNames } from './claim-names.ts'
import { consistent } from './client-rules.ts'
import { jwkSet } from './jwk-set.ts'
import { authMethods, presetNames } from './presets.ts'
import { scopeClaimSources, scopePresetNames } from './scope-presets.ts'
import { clientSecret } from './secret-schema.ts'
import { purposes, responseAlgorithms } from './tenant.ts'

const clientId = z
  .string()
  .regex(/^[\w.~-]{1,64}$/, told('is not a client id', 'write up to 64 letters, digits, dots, dashes and underscores'))

const uris = z.array(webOrStagingUrl).superRefine(distinct(), always)
const level = z.union([z.literal(1), z.literal(2), z.literal(3)], told('is not a level', 'write 1, 2 or 3'))

const stateLifetime = z
  .int()
  .min(60, told('is shorter than any login', 'write the seconds for which the service keeps its state: 1800 is good'))
  .max(86_400, told('is longer than any login', 'remove it: a login here takes half an hour at most'))

/** Of `federation.spid.attribute_sets`; which ones there are is read.ts. */
const attributeSet = z.union(
  [z.int(), text],
  told('is not a set of attributes', 'write the index or the name of one under federation.spid.attribute_sets'),
)

/** Classification of the Functions of Government, for AgID's statistics. */
const cofog = z
  .string()
  .regex(/^(0[1-9]|10)(\.[1-9]){0,2}$/, told('is no COFOG category', 'write it in quotes, as "01.3" or "09.1.2"'))

const claims = z.array(z.enum(claimNames)).superRefine(distinct(), always).default([])

/** Scope → claim → what it is: scope-presets.ts. */
const source = z.enum(scopeClaimSources)
const scopeClaims = z.record(text, z.record(text, z.union([source, z.record(text, source)])))

/** A key without a default here takes that of the client's preset: presets.ts. */
export const clientSchema = block({
  id: clientId,
  preset: z.enum(presetNames).default('generic'),
  names: localised(text),
  url: webOrStagingUrl,
  initiate_login_uri: webOrStagingUrl.exactOptional(),
  redirect_uris: uris.min(1, told('is empty', 'name the address to which the service wants its citizens back')),
  post_logout_redirect_uris: uris.default([]),
  backchannel_logout_uri: webOrStagingUrl.exactOptional(),
  backchannel_logout_session_required: z.boolean().default(false),
  min_level: level.default(2),
  claims,
  id_token_claims: claims,
  scopes_preset: z.enum(scopePresetNames).exactOptional(),
  scope_claims: scopeClaims.exactOptional(),
  email_fallback: z.enum(['none', 'synthetic']).exactOptional(),
  name_fallback: z.enum(['none', 'opaque']).exactOptional(),
  acr_response: z.enum(['actual', 'requested']).exactOptional(),
  state_lifetime: stateLifetime.exactOptional(),
  attribute_set: attributeSet.exactOptional(),
  purpose: z.enum(purposes).exactOptional(),
  cofog: cofog.exactOptional(),
  other_access: block({ label: localised(text), url: webOrStagingUrl }).exactOptional(),
  auth: z.enum(authMethods).exactOptional(),
  secrets: z
    .array(clientSecret)
    .max(2, told('names more than two secrets', 'keep the new one and the one before it, and remove the others'))
    .default([]),
  jwks: jwkSet.exactOptional(),
  jwks_uri: webOrStagingUrl.exactOptional(),
  pkce: z.enum(['required', 'optional']).exactOptional(),
  refresh_tokens: z.boolean().default(false),
  id_token_signed_response_alg: z.enum(responseAlgorithms).default('RS256'),
  userinfo_signed_response_alg: z.enum(responseAlgorithms).exactOptional(),
}).superRefine(consistent, always)
