/** One tenant: its OpenID Provider and the steps of its logins, below its path. */
import { GatewayError } from './errors.ts'
import { fieldsOf, readForm } from './http/form-body.ts'
import type { Ctx } from './http/request-context.ts'
import { allowFormTo } from './http/security-headers.ts'
import type { InteractionDeps } from './interaction/deps.ts'
import { createInteractionRoutes } from './interaction/routes.ts'
import { routes } from './oidc/configuration.ts'
import { createTenantProvider, type TenantProvider } from './oidc/provider.ts'

export interface TenantApp {
  readonly oidc: TenantProvider
  /** Throws `page_not_found` for what is no path of a tenant. */
  regional(ctx: Ctx): Promise<void>
  card(ctx: Ctx): Promise<void>
}

export type TenantDeps = Omit<InteractionDeps, 'oidc'> & Omit<Parameters<typeof createTenantProvider>[0], 'renderError'>

export const createTenantApp = async (deps: TenantDeps): Promise<TenantApp> => {
  const { tenant, pages } = deps
  const oidc = await createTenantProvider({
    ...deps,
    renderError: (req, res, code, client) =>
      // a wrong link names nobody and leads nowhere: whose it is cannot be known
      pages.error(req, {
        code,
        requestId: String(res.getHeader('X-Request-Id')),
        tenant,
        client: code === 'oidc_request_invalid' ? undefined : client,
      }),
  })
  const interaction = createInteractionRoutes({ ...deps, oidc })
  const clientOrigins = [
    ...new Set(tenant.clients.flatMap((client) => client.redirectUris.map((uri) => new URL(uri).origin))),
  ]

  const logout = async (ctx: Ctx): Promise<void> => {
    const params = ctx.method === 'POST' ? await readForm(ctx.req) : fieldsOf(ctx.URL.searchParams)
    const step = await oidc.logout(ctx.req, ctx.res, params)
    if (step.kind === 'redirect') {
      ctx.status = 303
      return ctx.redirect(step.url)
    }
    const language = pages.languageOf(ctx.req, tenant, params.ui_locales)
    const action = `${tenant.mountPath}${routes.end_session}`
    const view =
      step.kind === 'ask'
        ? ({ step: 'ask', form: { action, fields: step.fields } } as const)
        : ({ step: 'done' } as const)
    // the button's answer leads back to the service
    if (step.kind === 'ask') allowFormTo(ctx.res, clientOrigins)
    ctx.type = 'html'
    ctx.body = pages.render('logout', view, { tenant, language })
  }

  const provide = async (ctx: Ctx, path: string): Promise<void> => {
    // `response_mode=form_post` posts to a client; the redirect after it is governed by form-action too
    allowFormTo(ctx.res, clientOrigins)
    const { req, res } = ctx
    Object.assign(req, { originalUrl: req.url })
    req.url = `${path}${ctx.search}`
    ctx.respond = false
    await oidc.handle(req, res)
  }

  return {
    oidc,
    regional: async (ctx) => {
      const path = ctx.state.tenantPath ?? ''
      if (await interaction.regional(ctx, path)) return
      if (path === routes.end_session) return logout(ctx)
      if (oidc.handles(path)) return provide(ctx, path)
      throw new GatewayError('page_not_found')
    },
    card: async (ctx) => {
      if (!(await interaction.card(ctx, ctx.state.tenantPath ?? ''))) throw new GatewayError('page_not_found')
    },
  }
}
