/** The `claims` parameter: OpenID Connect Core 5.5. The library has checked that it is JSON with the two members that it may have. */
import { type Configuration, errors } from 'oidc-provider'

type AssertClaims = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['claimsParameter']>['assertClaimsParameter']
>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const assertClaimsParameter: AssertClaims = async (_ctx, { userinfo = {}, id_token: idToken = {} }) => {
  for (const wish of [...Object.values(userinfo), ...Object.values(idToken)]) {
    if (wish !== null && !isObject(wish)) throw new errors.InvalidRequest('each claim must be null or an object')
  }
  const { acr } = idToken as { acr?: Readonly<Record<string, unknown>> | null }
  if (acr?.values !== undefined && !Array.isArray(acr.values)) {
    throw new errors.InvalidRequest('values of acr must be a list')
  }
}
