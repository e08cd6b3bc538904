/** One line for each request: no query, no address of a person, nothing that identifies. And the request's id. */
import type { Logger } from 'pino'
import type { RequestScope } from '../audit/request-scope.ts'
import type { Handler } from './request-context.ts'
import { requestIdOf } from './request-id.ts'

/** Login and interaction ids are live credentials of a browser: the log gets the shape of the path. */
const shapeOf = (path: string) => path.replace(/\/(login|authorize)\/[^/]+/, '/$1/…')

export interface Answer {
  readonly method: string
  /** Without ids of logins. */
  readonly path: string
  readonly status: number
  readonly ms: number
}

/** Told of each request when it comes and when it was answered, or its connection ended. */
export interface RequestObserver {
  began?(requestId: string): void
  answered(requestId: string, answer: Answer): void
}

export const requestLog =
  ({
    log,
    randomId,
    now,
    scope,
    observers,
  }: {
    log: Logger
    randomId: () => string
    now: () => number
    scope: RequestScope
    observers: readonly RequestObserver[]
  }): Handler =>
  async (ctx, next) => {
    const requestId = requestIdOf(randomId())
    const started = now()
    // the provider's own routes are handed on with a shorter path
    const path = shapeOf(ctx.path)
    ctx.state.requestId = requestId
    ctx.state.log = log.child({ requestId })
    ctx.set('X-Request-Id', requestId)
    for (const observer of observers) observer.began?.(requestId)
    ctx.res.once('close', () => {
      const answer = { method: ctx.method, path, status: ctx.res.statusCode, ms: now() - started }
      ctx.state.log.info(answer, 'request')
      for (const observer of observers) observer.answered(requestId, answer)
    })
    await scope.run(requestId, next)
  }
