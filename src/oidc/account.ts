/** The only gate between a person's data and a token. */
import type { FindAccount } from 'oidc-provider'
import { claimsOfLogin, claimsOfPerson } from '../claims/map.ts'
import type { Records } from '../store/sealed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { loginRecords } from './login-record.ts'
import type { SingleSignOn } from './single-sign-on.ts'

/**
 * The account of a login is found through the grant: of the token, or of the result that ends this very request. Without
 * either, a session alone leads to a person only where single sign-on is on.
 */
export const createFindAccount = ({
  records,
  tenant,
  clientOf,
  singleSignOn,
}: {
  records: Records
  tenant: Tenant
  clientOf: (id: string) => Client | undefined
  singleSignOn: Pick<SingleSignOn, 'of'>
}): FindAccount => {
  const logins = loginRecords(records)
  return async (ctx, sub, token) => {
    const grantId = token && 'grantId' in token ? token.grantId : ctx.oidc.result?.consent?.grantId
    if (grantId === undefined && token === undefined) {
      const present = await singleSignOn.of(ctx)
      return present?.sub === sub ? { accountId: sub, claims: async () => ({ sub }) } : undefined
    }
    const login = grantId === undefined ? undefined : await logins.get(grantId)
    if (login?.sub !== sub) return undefined
    // a floor that was raised meanwhile counts for who comes again too
    if (token?.kind === 'RefreshToken' && login.citizen.level < (clientOf(token.clientId ?? '')?.minLevel ?? 3))
      return undefined
    return {
      accountId: sub,
      // The ID token travels in logout URLs and so into logs and histories: nothing personal in it, whatever `claims` asks.
      claims: async (use) => ({
        sub,
        ...claimsOfLogin(login.citizen, tenant),
        ...(use === 'userinfo' ? claimsOfPerson(login.citizen, login.declared) : {}),
      }),
    }
  }
}
