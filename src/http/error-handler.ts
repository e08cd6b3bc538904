/** Turns whatever was thrown into a page or JSON with a code and an honest status. The citizen sees a sentence, the log the cause. */
import type { Audit } from '../audit/events.ts'
import { GatewayError } from '../errors.ts'
import type { Client } from '../tenant/tenant.ts'
import type { Pages } from './pages.ts'
import type { Handler } from './request-context.ts'

const known = (error: unknown): GatewayError =>
  error instanceof GatewayError ? error : new GatewayError('internal_error')

export const errorHandler =
  ({
    pages,
    clientOf,
    audit,
  }: {
    pages: Pages
    clientOf: (tenant: string, client: string) => Client | undefined
    audit: Audit
  }): Handler =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false)
        throw new GatewayError('page_not_found')
    } catch (error) {
      const { code, row, detail, retryAfter, wait } = known(error)
      const { tenant, requestId, clientId, language, log } = ctx.state
      const [, uid] = /\/(?:login|authorize)\/([^/]+)/.exec(ctx.path) ?? []
      // below 500 the alarm is an audit event's: it knows whether somebody vouched for what came
      if (row.alarm && row.status >= 500) log.error({ err: error, code }, code)
      audit({
        type: 'request.refused',
        code,
        status: row.status,
        ...(tenant !== undefined && { tenant: tenant.id }),
        ...(clientId !== undefined && { client: clientId }),
        ...(uid !== undefined && { uid }),
        ...(detail !== undefined && { detail }),
      })
      if (ctx.res.headersSent) return void ctx.res.destroy()

      ctx.status = row.status
      if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
      if (ctx.accepts('json', 'html') === 'html') {
        const client = tenant && clientId !== undefined ? clientOf(tenant.id, clientId) : undefined
        ctx.type = 'html'
        ctx.body = pages.error(ctx.req, { code, requestId, tenant, client, language, wait })
      } else {
        ctx.body = { error: code, request_id: requestId }
      }
    }
  }
