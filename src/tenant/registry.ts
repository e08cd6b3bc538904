/** All tenants of the gateway as they are now, found by what a request carries. */
import type { Tenant } from './tenant.ts'

export interface TenantRegistry {
  readonly all: () => readonly Tenant[]
  readonly byId: (id: string) => Tenant | undefined
  /** `host` with its port where that is not the scheme's, in any case of letters. Only tenants with a host of their own. */
  readonly byHost: (host: string) => Tenant | undefined
  /** In one step: nobody sees some of them changed and others not yet. */
  readonly replace: (tenants: readonly Tenant[]) => void
}

const indexOf = (all: readonly Tenant[]) => ({
  all,
  // maps, not objects: an id such as `constructor` must find nothing
  ids: new Map(all.map((tenant) => [tenant.id, tenant])),
  hosts: new Map(all.flatMap((tenant) => (tenant.host === undefined ? [] : [[tenant.host, tenant] as const]))),
})

export const createTenantRegistry = (tenants: readonly Tenant[]): TenantRegistry => {
  let now = indexOf(tenants)
  return {
    all: () => now.all,
    byId: (id) => now.ids.get(id),
    byHost: (host) => now.hosts.get(host.toLowerCase()),
    replace: (next) => {
      now = indexOf(next)
    },
  }
}
