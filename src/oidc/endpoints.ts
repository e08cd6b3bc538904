/** The provider's own addresses below the tenant's path. They are in every client's configuration, so they never change. */

/** In the words of oidc-provider. */
export const routes = {
  authorization: '/authorize',
  pushed_authorization_request: '/par',
  token: '/token',
  userinfo: '/userinfo',
  introspection: '/introspection',
  revocation: '/revocation',
  jwks: '/jwks',
  end_session: '/end-session',
} as const

const DISCOVERY = /^\/\.well-known\/(openid-configuration|oauth-authorization-server)$/
const RESUME = /^\/authorize\/[\w-]+$/

const read = ['GET', 'HEAD', 'OPTIONS'] as const
const methods: Readonly<Record<string, readonly string[]>> = {
  [routes.authorization]: ['GET', 'POST'],
  [routes.pushed_authorization_request]: ['POST', 'OPTIONS'],
  [routes.token]: ['POST', 'OPTIONS'],
  [routes.userinfo]: ['GET', 'HEAD', 'POST', 'OPTIONS'],
  [routes.introspection]: ['POST', 'OPTIONS'],
  [routes.revocation]: ['POST', 'OPTIONS'],
  [routes.jwks]: read,
}

/** The methods of an endpoint that oidc-provider answers; undefined for any other path. */
export const methodsAt = (path: string): readonly string[] | undefined => {
  if (Object.hasOwn(methods, path)) return methods[path]
  if (DISCOVERY.test(path)) return read
  return RESUME.test(path) ? ['GET'] : undefined
}

/** What only the server of a site asks for. */
export const isForPrograms = (path: string): boolean => methodsAt(path) !== undefined && !isForBrowsers(path)

/** Endpoints that a citizen's browser visits; all others are for programs. */
export const isForBrowsers = (path: string): boolean => path === routes.authorization || RESUME.test(path)
