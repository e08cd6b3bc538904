/** A service of the Comune that lets citizens in: one client of the tenant's OpenID provider. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { secretReference } from '../config/references.ts'
import { always, block, distinct, localised, text, webUrl } from '../config/rules.ts'
import { claimNames } from './claim-names.ts'
import { purposes } from './tenant.ts'

const clientId = z
  .string()
  .regex(/^[\w.~-]{1,64}$/, told('is not a client id', 'write up to 64 letters, digits, dots, dashes and underscores'))

/** The secret itself never stands here: where it is, or what it hashes to. */
const secret = z.union(
  [
    secretReference,
    block({ sha256: z.string().regex(/^[0-9a-f]{64}$/i) }).transform(({ sha256 }) => ({
      sha256: sha256.toLowerCase(),
    })),
  ],
  told(
    'is not a reference to a secret',
    'write env:NAME, file:path or { sha256: 64 hex digits }; change the secret if this was one',
  ),
)

const uris = z.array(webUrl).superRefine(distinct(), always)
const level = z.union([z.literal(1), z.literal(2), z.literal(3)], told('is not a level', 'write 1, 2 or 3'))

/** Of `federation.spid.attribute_sets`; which ones there are is read.ts. */
const attributeSet = z.union(
  [z.int(), text],
  told('is not a set of attributes', 'write the index or the name of one under federation.spid.attribute_sets'),
)

export const clientSchema = block({
  id: clientId,
  names: localised(text),
  url: webUrl,
  initiate_login_uri: webUrl.exactOptional(),
  redirect_uris: uris.min(1, told('is empty', 'name the address to which the service wants its citizens back')),
  post_logout_redirect_uris: uris.default([]),
  min_level: level.default(2),
  claims: z.array(z.enum(claimNames)).superRefine(distinct(), always).default([]),
  attribute_set: attributeSet.exactOptional(),
  purpose: z.enum(purposes).exactOptional(),
  other_access: block({ label: localised(text), url: webUrl }).exactOptional(),
  auth: z.enum(['client_secret_basic', 'client_secret_post', 'none']).default('client_secret_basic'),
  secrets: z.array(secret).default([]),
  userinfo_signed_response_alg: z.enum(['RS256']).exactOptional(),
}).superRefine((client: { readonly auth?: unknown; readonly secrets?: unknown }, context) => {
  const count = Array.isArray(client.secrets) ? client.secrets.length : 0
  const report = (reason: string, fix: string) =>
    context.addIssue({ code: 'custom', path: ['secrets'], message: told(reason, fix) })
  if (client.auth === 'none' && count > 0) {
    report('stands beside auth: none, which has no secret', 'remove the secrets, or choose auth: client_secret_basic')
  }
  if (client.auth !== 'none' && count === 0) {
    report(
      'names no secret',
      'add one as env:NAME, file:path or { sha256: … }; a client that cannot keep one has auth: none',
    )
  }
}, always)
