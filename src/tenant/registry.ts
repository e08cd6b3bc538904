/** All tenants of the gateway, found by what a request carries. */
import type { Tenant } from './tenant.ts'

export interface TenantRegistry {
  readonly all: readonly Tenant[]
  readonly byId: (id: string) => Tenant | undefined
  /** `host` with its port where that is not the scheme's, in any case of letters. Only tenants with a host of their own. */
  readonly byHost: (host: string) => Tenant | undefined
}

export const createTenantRegistry = (tenants: readonly Tenant[]): TenantRegistry => {
  // maps, not objects: an id such as `constructor` must find nothing
  const ids = new Map(tenants.map((tenant) => [tenant.id, tenant]))
  const hosts = new Map(
    tenants.flatMap((tenant) => (tenant.host === undefined ? [] : [[tenant.host, tenant] as const])),
  )
  return {
    all: tenants,
    byId: (id) => ids.get(id),
    byHost: (host) => hosts.get(host.toLowerCase()),
  }
}
