/** The citizen gives up: the service is told, and told why when an error came before. */
import { errorTable, isErrorCode } from '../errors.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { InteractionDeps } from './deps.ts'

export const createAbort =
  ({ tenant, oidc, audit }: InteractionDeps) =>
  async (ctx: Ctx, login: LoginUnderWay): Promise<void> => {
    const { after } = ctx.query
    const code = isErrorCode(after) ? after : undefined
    const said = code === undefined ? 'access_denied' : errorTable[code].oauth
    const next = await oidc.refuse(ctx.req, ctx.res, said === 'none' ? 'access_denied' : said)
    audit({
      type: 'login.abandoned',
      tenant: tenant.id,
      client: login.client.id,
      uid: login.uid,
      ...(code === undefined ? {} : { code }),
    })
    ctx.status = 303
    ctx.redirect(next)
  }
