/** What the discovery document says beyond what oidc-provider derives from its configuration. OpenID Connect Discovery 3, RFC 8414 2. */
import type { Tenant } from '../tenant/tenant.ts'

export const clientAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const

export const discoveryOf = ({ languages }: Pick<Tenant, 'languages'>): Record<string, unknown> => ({
  claim_types_supported: ['normal'],
  // by default these two would be `client_secret_basic` alone
  introspection_endpoint_auth_methods_supported: clientAuthMethods.filter((method) => method !== 'none'),
  revocation_endpoint_auth_methods_supported: [...clientAuthMethods],
  // request objects are not taken (OpenID Connect Core 6): they come by PAR instead
  request_parameter_supported: false,
  ui_locales_supported: [...languages],
})
