/** One line for each request: no query, no address of a person, nothing that identifies. And the request's id. */
import type { Logger } from 'pino'
import type { Handler } from './request-context.ts'
import { requestIdOf } from './request-id.ts'

/** Login and interaction ids are live credentials of a browser: the log gets the shape of the path. */
const shapeOf = (path: string) => path.replace(/\/(login|authorize)\/[^/]+/, '/$1/…')

export const requestLog =
  ({ log, randomId, now }: { log: Logger; randomId: () => string; now: () => number }): Handler =>
  async (ctx, next) => {
    const requestId = requestIdOf(randomId())
    const started = now()
    // the provider's own routes are handed on with a shorter path
    const path = shapeOf(ctx.path)
    ctx.state.requestId = requestId
    ctx.state.log = log.child({ requestId })
    ctx.set('X-Request-Id', requestId)
    ctx.res.once('close', () => {
      const { method } = ctx
      const status = ctx.res.statusCode
      ctx.state.log.info({ method, path, status, ms: now() - started }, 'request')
    })
    await next()
  }
