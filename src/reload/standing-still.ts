import type { Reload } from '../reload.ts'
import { hashesOf, hashOfAll } from '../tenant/hash.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** For a gateway that was given tenants and no files. */
export const standingStill = (tenants: readonly Tenant[]): Reload => {
  const hashes = hashesOf(tenants)
  const tenantsHash = hashOfAll(hashes)
  const nothing = async () => undefined
  return {
    take: nothing,
    want: nothing,
    hashes: () => hashes,
    standing: () => ({ tenantsHash, broken: {} }),
    settled: nothing,
  }
}
