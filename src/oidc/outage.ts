/** A store that does not answer is nobody's mistake in the request and none of the library's, which would say 500. */
import type Provider from 'oidc-provider'
import { GatewayError } from '../errors.ts'

/** 503 and when to come again: to browsers with our own page, to servers in the words of RFC 6749 4.1.2.1. */
export const answerOutages = (provider: Provider): void => {
  provider.on('server_error', (ctx, error: unknown) => {
    if (!(error instanceof GatewayError) || error.retryAfter === undefined) return
    ctx.status = error.row.status
    ctx.set('Retry-After', String(error.retryAfter))
    // of a page there is no body yet
    if (ctx.body !== undefined && ctx.type === 'application/json') {
      ctx.body = { error: 'temporarily_unavailable', error_description: error.code }
    }
  })
}
