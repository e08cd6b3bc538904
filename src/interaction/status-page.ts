/**
 * `/status`: how the ways in are doing, for citizens and help desks. No login, nothing of a person, no figure of a Comune:
 * `tenant` only says whose site leads on from here.
 */
import { GatewayError } from '../errors.ts'
import type { Pages } from '../http/pages.ts'
import type { Handler } from '../http/request-context.ts'
import type { StatusView } from '../http/views.ts'
import type { Language, Tenant } from '../tenant/tenant.ts'
import type { InteractionDeps } from './deps.ts'
import { labelOf } from './ways-in.ts'

type Deps = Pick<InteractionDeps, 'region' | 'upstreams' | 'isPaused' | 'standing' | 'now'> & {
  readonly pages: Pages
  readonly maintenanceUntil: () => number | undefined
  readonly tenantOf: (id: string) => Tenant | undefined
}

export const createStatusPage = (deps: Deps): Handler => {
  const { region, upstreams, isPaused, standing, pages, now, maintenanceUntil, tenantOf } = deps

  const viewIn = (language: Language, tenant: Tenant | undefined): StatusView => {
    const maintenance = maintenanceUntil()
    return {
      at: now(),
      ...(maintenance !== undefined && { maintenanceUntil: maintenance }),
      ways: region.methodOrder
        .filter((id) => tenant === undefined || tenant.methods[id])
        .flatMap((id) => upstreams.get(id) ?? [])
        .map((upstream) => {
          const choices = upstream.choices({ level: 1 })
          return {
            label: labelOf(region, upstream.id, language),
            standing: isPaused(upstream.id) ? 'paused' : standing(upstream.id),
            // one provider has no list
            providers: (choices.length > 1 ? choices : []).map(({ name, idp }) => ({
              name,
              standing: isPaused(upstream.id, idp) ? 'paused' : standing(idp ?? upstream.id),
            })),
          }
        }),
    }
  }

  return async (ctx, next) => {
    if (ctx.path !== '/status') return next()
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new GatewayError('method_not_allowed')
    const tenant = typeof ctx.query.tenant === 'string' ? tenantOf(ctx.query.tenant) : undefined
    const language = pages.languageOf(ctx.req, tenant)
    const view = viewIn(language, tenant)
    ctx.set('Cache-Control', 'public, max-age=30')
    ctx.vary('Accept, Accept-Language, Cookie')
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.body = view
      return
    }
    ctx.type = 'html'
    ctx.body = pages.render('status', view, {
      tenant,
      language,
      sameAt: `/status${tenant ? `?tenant=${tenant.id}` : ''}`,
    })
  }
}
