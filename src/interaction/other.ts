/** The citizen takes a way in that is not ours: the login here ends, without a word to the service that asked for it. */
import { GatewayError } from '../errors.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { InteractionDeps } from './deps.ts'

export const createOther =
  ({ tenant, oidc, audit }: InteractionDeps) =>
  async (ctx: Ctx, { client, uid }: LoginUnderWay): Promise<void> => {
    if (client.otherAccess === undefined) throw new GatewayError('page_not_found')
    await oidc.abandon(ctx.req, ctx.res)
    audit({ type: 'login.left', tenant: tenant.id, client: client.id, uid })
    ctx.status = 303
    ctx.redirect(client.otherAccess.url)
  }
