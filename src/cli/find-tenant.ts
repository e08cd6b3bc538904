import type { GatewayConfig } from '../config/gateway-config.ts'
import { formatProblems } from '../config/problem.ts'
import type { Missing } from '../service-provider/missing.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { World } from './command.ts'
import type { Around } from './configuration.ts'

/** Undefined once the error output has said that there is none, or that its file is broken. */
export const findTenant = (
  { config: { tenants }, problems = [], broken = [] }: { readonly config: GatewayConfig } & Partial<Around>,
  id: string,
  { err }: World,
): Tenant | undefined => {
  const tenant = tenants.find((one) => one.id === id)
  if (tenant !== undefined) return tenant
  const own = broken.filter((one) => one.id === id).map(({ file }) => file)
  if (own.length > 0) {
    err(`The file of ${id} is broken:\n${formatProblems(problems.filter(({ file }) => own.includes(file)))}`)
    return undefined
  }
  const known = tenants.length === 0 ? 'There is none yet.' : `There are: ${tenants.map((one) => one.id).join(', ')}.`
  const unknown = broken.length === 0 ? '' : ` Broken, and of whom else: ${broken.map(({ file }) => file).join(', ')}.`
  err(`No tenant is called ${id}. ${known}${unknown}\n`)
  return undefined
}

/** A line for each key that nothing needed until now. */
export const missingText = (missing: readonly Missing[], tenant: Tenant | undefined): string =>
  missing
    .map(({ file, path, fix }) => {
      const where = file === 'gateway' ? 'the gateway’s file' : `the file of ${tenant?.id}`
      return `  ✗ ${path}  is missing in ${where}\n           → add it: ${fix}\n`
    })
    .join('')
