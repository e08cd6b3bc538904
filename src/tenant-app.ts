/** One tenant: its OpenID Provider and the steps of its logins, below its path. */
import { GatewayError } from './errors.ts'
import { browserOf, nameBrowser } from './http/browser.ts'
import { fieldsOf, readFields, readForm } from './http/form-body.ts'
import { inLanguage } from './http/pages.ts'
import type { Ctx } from './http/request-context.ts'
import { allowFormTo } from './http/security-headers.ts'
import type { InteractionDeps } from './interaction/deps.ts'
import { createInteractionRoutes } from './interaction/routes.ts'
import { isForBrowsers, methodsAt, routes } from './oidc/endpoints.ts'
import { createTenantProvider, type TenantProvider } from './oidc/provider.ts'
import { stillRegistered } from './oidc/registered.ts'
import type { Limits } from './store/limits.ts'
import type { Client } from './tenant/tenant.ts'

export interface TenantApp {
  readonly oidc: TenantProvider
  /** Throws `page_not_found` for what is no path of a tenant. */
  regional(ctx: Ctx): Promise<void>
  card(ctx: Ctx): Promise<void>
}

export type TenantDeps = Omit<InteractionDeps, 'oidc'> &
  Omit<Parameters<typeof createTenantProvider>[0], 'renderError' | 'renderPost' | 'browserOf'> & {
    /** When maintenance ends, milliseconds since 1970; undefined when there is none. */
    readonly maintenanceUntil: () => number | undefined
    readonly limits: Limits
  }

/** Times in ten minutes that one browser may come from one service: a person does not, a site that sends them back does. */
const MOST_RETURNS = 20

/** Characters of an authorization request's query: its `state` is kept for as long as the login may take. */
const LONGEST_QUERY = 8192

/** Where a form that goes to this client may lead: `form-action` also governs the redirects that the client answers. */
const originsOf = ({ redirectUris, postLogoutRedirectUris, url }: Client): readonly string[] => [
  ...new Set([...redirectUris, ...postLogoutRedirectUris, url].map((uri) => new URL(uri).origin)),
]

export const createTenantApp = async (deps: TenantDeps): Promise<TenantApp> => {
  const { tenant, pages, randomId } = deps
  const https = tenant.issuer.startsWith('https:')
  const oidc = await createTenantProvider({
    ...deps,
    browserOf: (req) => browserOf(req, https),
    renderError: (req, res, code, client) =>
      // a wrong link names nobody and leads nowhere: whose it is cannot be known
      pages.error(req, {
        code,
        requestId: String(res.getHeader('X-Request-Id')),
        tenant,
        client: code === 'oidc_request_invalid' ? undefined : client,
      }),
    renderPost: (req, res, { clientId, action, fields, uiLocales }) => {
      const client = oidc.clientOf(clientId)
      if (client === undefined) throw new GatewayError('internal_error', 'a response for no client')
      const language = pages.languageOf(req, tenant, uiLocales)
      allowFormTo(res, originsOf(client))
      // without a referrer the form would come with `Origin: null`, which firewalls refuse
      res.setHeader('Referrer-Policy', 'strict-origin')
      return pages.render('post', { action, fields, to: inLanguage(client.names, language) }, { tenant, language })
    },
  })
  const interaction = createInteractionRoutes({ ...deps, oidc })
  const clientOrigins = [...new Set(tenant.clients.flatMap(originsOf))]

  const logout = async (ctx: Ctx): Promise<void> => {
    const { method } = ctx
    if (method !== 'GET' && method !== 'POST') throw new GatewayError('method_not_allowed')
    const params = method === 'POST' ? await readForm(ctx.req) : fieldsOf(ctx.URL.searchParams)
    const step = await oidc.logout(ctx.req, ctx.res, { method, params })
    if (step.kind === 'again') {
      ctx.status = 303
      ctx.redirect(`${tenant.issuer}${routes.end_session}?${new URLSearchParams({ ...step.params })}`)
      return
    }
    if (step.kind === 'done') {
      const { kind: _, ...ended } = step
      return interaction.leave(ctx, { ...ended, partial: false })
    }
    // the button's answer leads back to the service, perhaps by way of the identity provider
    // sites send their citizens on to hosts that they did not register
    allowFormTo(ctx.res, [...clientOrigins, 'https:', ...interaction.logoutTargets(step.sessions)])
    const form = { action: `${tenant.mountPath}${routes.end_session}`, fields: step.fields }
    const language = pages.languageOf(ctx.req, tenant, step.uiLocales)
    const name = await oidc.nameOfPresent(ctx.req, ctx.res)
    const view = { step: 'ask', form, services: interaction.servicesOf(step.clients, language) } as const
    ctx.type = 'html'
    ctx.body = pages.render('logout', { ...view, ...(name !== undefined && { name }) }, { tenant, language })
  }

  /**
   * An authorization request by POST (OpenID Connect Core 3.1.2.1) becomes one by GET: with a form from another site come
   * no cookies that are `SameSite=Lax`, so neither the session nor the browser's name.
   */
  const authorizeByGet = async (ctx: Ctx): Promise<void> => {
    const query = String(await readFields(ctx.req))
    if (query.length >= LONGEST_QUERY) throw new GatewayError('request_too_large', 'query')
    ctx.status = 303
    ctx.redirect(`${tenant.mountPath}${routes.authorization}?${query}`)
  }

  const returns = deps.limits('return', MOST_RETURNS)
  const stopLoop = async (ctx: Ctx): Promise<void> => {
    const browser = browserOf(ctx.req, https)
    // who asks silently is answered silently, and bounces nobody
    if (browser === undefined || ctx.query.prompt === 'none') return
    const who = `${browser} ${ctx.query.client_id}`
    if ((await returns.use({ tenant: tenant.id, network: who })).wait !== undefined)
      throw new GatewayError('login_loop')
  }

  const provide = async (ctx: Ctx, path: string): Promise<void> => {
    const { req, res } = ctx
    // RFC 6749 5.2: a server is answered in JSON, whatever its HTTP library says that it likes
    if (!isForBrowsers(path)) req.headers.accept = 'application/json'
    const methods = methodsAt(path) ?? []
    if (!methods.includes(ctx.method)) {
      ctx.set('Allow', methods.join(', '))
      throw new GatewayError('method_not_allowed')
    }
    // who is on the way may arrive
    if (path === routes.authorization && deps.maintenanceUntil() !== undefined) {
      ctx.state.clientId = String(ctx.query.client_id)
      throw new GatewayError('maintenance')
    }
    if (path === routes.authorization && ctx.method === 'POST') return authorizeByGet(ctx)
    if (ctx.search.length > LONGEST_QUERY) throw new GatewayError('request_too_large', 'query')
    // anybody may push, and what is pushed is kept like a request in an address: so it is no longer than one
    const isPushed = path === routes.pushed_authorization_request && ctx.method === 'POST'
    if (isPushed && (ctx.request.length ?? LONGEST_QUERY + 1) > LONGEST_QUERY)
      throw new GatewayError('request_too_large', 'form')
    const [, uid] = /^\/authorize\/([\w-]+)$/.exec(path) ?? []
    if (uid !== undefined) {
      const asked = await oidc.resumedFor(req, res, uid)
      ctx.state.clientId = asked.client
      // here a code, or an error, leaves for an address that the library believes since the beginning
      stillRegistered(asked, oidc.clientOf)
    }
    if (path === routes.authorization) {
      await stopLoop(ctx)
      nameBrowser(ctx, https, randomId)
    }
    Object.assign(req, { originalUrl: req.url })
    // a login is resumed by its cookie: no parameter has a meaning there
    req.url = uid === undefined ? `${path}${ctx.search}` : path
    ctx.respond = false
    await oidc.handle(req, res)
  }

  return {
    oidc,
    regional: async (ctx) => {
      const path = ctx.state.tenantPath ?? ''
      if (await interaction.regional(ctx, path)) return
      if (path === routes.end_session) return logout(ctx)
      if (methodsAt(path) !== undefined) return provide(ctx, path)
      throw new GatewayError('page_not_found')
    },
    card: async (ctx) => {
      if (!(await interaction.card(ctx, ctx.state.tenantPath ?? ''))) throw new GatewayError('page_not_found')
    },
  }
}
