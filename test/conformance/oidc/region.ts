/** Two Comuni as the plans want a provider: with single sign-on, and clients that may leave PKCE out. */
import type { Options } from '../../fixtures/gateway/start.ts'

const everything = [
  'given_name',
  'family_name',
  'name',
  'birthdate',
  'gender',
  'place_of_birth',
  'fiscal_number',
  'email',
  'phone_number',
  'address',
]

/** SPID is asked for these: the set with this index is known to the test providers. */
const attributeSets = `
    attribute_sets:
      - index: 0
        name: base
        attributes: [fiscalNumber, name, familyName, dateOfBirth]
      - index: 8
        name: tutto
        attributes: [fiscalNumber, name, familyName, dateOfBirth, gender, placeOfBirth, countyOfBirth, email, mobilePhone, address]`

const client = (tenant: string, id: string, more: string) => `
  - id: ${id}
    names: { it: Servizio ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [https://${id}.${tenant}.example/callback]
    post_logout_redirect_uris: [https://${id}.${tenant}.example/post_logout_redirect]
    min_level: 1
    claims: [${everything.join(', ')}]
    secrets: [env:CLIENT_SECRET]
    pkce: optional
    refresh_tokens: true
    ${more}`

export const tenants = ['ala', 'moena'] as const
export type TenantId = (typeof tenants)[number]

/** `oidcc` is the suite's client, `oidcc2` its second, `oidcc-post` the one that sends its secret in the form. */
export const conformanceRegion = ({
  backchannelLogoutUri,
  singleSignOn = true,
}: {
  backchannelLogoutUri?: string
  singleSignOn?: boolean
} = {}): Options => {
  const clientsOf = (tenant: TenantId) =>
    [
      client(
        tenant,
        'oidcc',
        backchannelLogoutUri === undefined
          ? ''
          : `backchannel_logout_uri: ${backchannelLogoutUri}\n    backchannel_logout_session_required: true`,
      ),
      client(tenant, 'oidcc2', ''),
      client(tenant, 'oidcc-post', 'auth: client_secret_post'),
    ].join('')
  const lines = `${singleSignOn ? 'single_sign_on: { hours: 8 }' : ''}\nfederation:\n  spid:${attributeSets}`
  return {
    // the clock that modules move forward instead of waiting
    now: () => Date.now(),
    tenants: { ala: lines, moena: lines },
    clients: { ala: clientsOf('ala'), moena: clientsOf('moena') },
  }
}
