/** What every answer says to the browser. A page that posts somewhere else widens `form-action` for itself alone. */
import type { ServerResponse } from 'node:http'
import type { Handler } from './request-context.ts'

/** `form-action` also governs the redirects after a form was sent. */
const policy = (formAction: string) =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

/** Of nearly every answer. */
const OWN = policy("'self'")

/** Lets this one page post to these origins too (CSP source expressions). */
export const allowFormTo = (res: ServerResponse, sources: readonly string[]): void => {
  res.setHeader('Content-Security-Policy', policy(["'self'", ...sources].join(' ')))
}

/** `https`: of the configured origin, not of the request. */
export const securityHeaders =
  ({ https }: { https: boolean }): Handler =>
  (ctx, next) => {
    ctx.set('Content-Security-Policy', OWN)
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.set('Cache-Control', 'no-store')
    if (https) ctx.set('Strict-Transport-Security', 'max-age=31536000')
    return next()
  }
