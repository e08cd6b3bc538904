/**
 * Which browser this is, for the length of a login. The cookies of oidc-provider are bound to a path, so another host
 * below the same domain could plant its own in a victim's browser; a `__Host-` cookie it cannot plant (RFC 6265bis 4.1.3).
 */
import type { IncomingMessage } from 'node:http'
import type { Ctx } from './request-context.ts'

const nameOf = (https: boolean) => (https ? '__Host-varco_browser' : 'varco_browser')

/**
 * Only what a browser puts between cookies is white space (RFC 6265 4.2.1). `trim` would also remove a no-break space,
 * and to a browser `\u00a0__Host-…` is no name with a prefix: any host of the domain may set it.
 */
const SEPARATOR = /;[ \t]*/

export const cookieOf = (req: IncomingMessage, name: string): string | undefined =>
  req.headers.cookie
    ?.split(SEPARATOR)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** `https`: of the configured origin. */
export const browserOf = (req: IncomingMessage, https: boolean): string | undefined => {
  const value = cookieOf(req, nameOf(https))
  return value !== undefined && /^[\w-]{22,64}$/.test(value) ? value : undefined
}

/** Gives a browser its name, so that this very request already carries it. It ends with the browser. */
export const nameBrowser = (ctx: Ctx, https: boolean, randomId: () => string): void => {
  if (browserOf(ctx.req, https) !== undefined) return
  const value = randomId()
  ctx.cookies.set(nameOf(https), value, { path: '/', httpOnly: true, sameSite: 'lax', secure: https, signed: false })
  // in front: a value that is no name of ours may stand there
  ctx.req.headers.cookie = [`${nameOf(https)}=${value}`, ctx.req.headers.cookie].filter(Boolean).join('; ')
}
