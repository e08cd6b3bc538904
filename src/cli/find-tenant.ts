import type { GatewayConfig } from '../config/gateway-config.ts'
import type { Missing } from '../service-provider/missing.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { World } from './command.ts'

/** Undefined once the error output has said that there is none. */
export const findTenant = ({ tenants }: GatewayConfig, id: string, { err }: World): Tenant | undefined => {
  const tenant = tenants.find((one) => one.id === id)
  if (tenant === undefined) err(`No tenant is called ${id}. There are: ${tenants.map((one) => one.id).join(', ')}.\n`)
  return tenant
}

/** A line for each key that nothing needed until now. */
export const missingText = (missing: readonly Missing[], tenant: Tenant | undefined): string =>
  missing
    .map(({ file, path, fix }) => {
      const where = file === 'gateway' ? 'the gateway’s file' : `the file of ${tenant?.id}`
      return `  ✗ ${path}  is missing in ${where}\n           → add it: ${fix}\n`
    })
    .join('')
