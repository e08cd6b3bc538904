import type { Tenant } from './tenant.ts'

/**
 * Name of a cookie with the strongest prefix that its path and scheme allow (RFC 6265bis 4.1.3): `__Host-` wants the
 * path `/`, which a cookie for one login never has.
 */
export const cookieName = (tenant: Tenant, name: string, path: 'tenant' | 'login'): string => {
  if (!tenant.issuer.startsWith('https:')) return `varco_${name}`
  return tenant.mountPath === '' && path === 'tenant' ? `__Host-varco_${name}` : `__Secure-varco_${name}`
}
