/** The only gate between a person's data and a token. */
import type { FindAccount } from 'oidc-provider'
import type { AcrRequest } from '../claims/acr.ts'
import { forIdToken, forUserinfo } from '../claims/release.ts'
import type { Records } from '../store/sealed.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { loginRecords } from './login-record.ts'
import type { SingleSignOn } from './single-sign-on.ts'

/** What a code or token keeps of its authorization request. */
interface Kept {
  readonly grantId?: string
  readonly claims?: { readonly id_token?: { readonly acr?: AcrRequest | null } }
}

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
    const kept = token as Kept | undefined
    const grantId = kept === undefined ? ctx.oidc.result?.consent?.grantId : kept.grantId
    if (grantId === undefined && kept === undefined) {
      const present = await singleSignOn.of(ctx)
      return present?.sub === sub ? { accountId: sub, claims: async () => ({ sub }) } : undefined
    }
    const login = grantId === undefined ? undefined : await logins.get(grantId)
    const client = ctx.oidc.client && clientOf(ctx.oidc.client.clientId)
    if (client === undefined || login?.sub !== sub) return undefined
    // a floor that was raised meanwhile counts for who comes again too
    if (token?.kind === 'RefreshToken' && login.citizen.level < client.minLevel) return undefined
    return {
      accountId: sub,
      level: login.citizen.level,
      claims: async (use, scope) => {
        const { acr } = kept?.claims?.id_token ?? {}
        const release = { ...login, client, tenant, acr, scopes: new Set(scope.split(' ')) }
        return { sub, ...(use === 'userinfo' ? forUserinfo(release) : forIdToken(release)) }
      },
    }
  }
}
