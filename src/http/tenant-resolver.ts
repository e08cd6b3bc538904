/** Which tenant a request is for: by its own host, or by `/t/{tenant}` on the regional one. */
import { GatewayError } from '../errors.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Handler } from './request-context.ts'

/** What stays on the regional hosts even for a tenant that has one of its own: registered once, they never change. */
const REGIONAL = /^\/(saml\/|cns$)/

/**
 * Sets `tenant` and `tenantPath`; leaves both unset for paths of no tenant.
 *
 * @param servesDrafts only before test providers: what is being written is nobody's yet
 * @param isForPrograms of a path of the tenant: who asks there is answered as one, whatever its HTTP library says that it likes
 * @throws GatewayError `tenant_unknown`, `tenant_draft`, `tenant_suspended`, `tenant_succeeded`
 */
export const tenantResolver =
  ({
    byId,
    byHost,
    servesDrafts,
    isForPrograms,
  }: {
    byId: (id: string) => Tenant | undefined
    byHost: (host: string) => Tenant | undefined
    servesDrafts: boolean
    isForPrograms: (path: string) => boolean
  }): Handler =>
  (ctx, next) => {
    const own = byHost(ctx.request.host)
    const [prefix, id] = /^\/t\/([^/]*)/.exec(ctx.path) ?? []
    const tenant = own ?? (id === undefined ? undefined : byId(id))
    const path = own ? ctx.path : ctx.path.slice(prefix?.length ?? 0)
    // one issuer, one address: never the same pages twice
    const elsewhere = tenant?.host !== undefined && (own !== undefined) === REGIONAL.test(path)
    if (tenant !== undefined && !elsewhere) {
      if (tenant.state === 'draft' && !servesDrafts) throw new GatewayError('tenant_draft', tenant.id)
      ctx.state.tenant = tenant
      ctx.state.tenantPath = path
      if (tenant.state === 'suspended') {
        if (isForPrograms(path)) ctx.req.headers.accept = 'application/json'
        throw new GatewayError(tenant.succeededBy === undefined ? 'tenant_suspended' : 'tenant_succeeded')
      }
    } else if (id !== undefined) {
      throw new GatewayError('tenant_unknown')
    }
    return next()
  }
