/** What the discovery document says beyond what oidc-provider derives from its configuration. OpenID Connect Discovery 3, RFC 8414 2. */
import { clientSigningAlgorithms } from '../tenant/jwk-set.ts'
import { authMethods } from '../tenant/presets.ts'
import type { Tenant } from '../tenant/tenant.ts'

export const discoveryOf = ({ languages }: Pick<Tenant, 'languages'>): Record<string, unknown> => ({
  claim_types_supported: ['normal'],
  // by default these two would be `client_secret_basic` alone
  introspection_endpoint_auth_methods_supported: authMethods.filter((method) => method !== 'none'),
  introspection_endpoint_auth_signing_alg_values_supported: [...clientSigningAlgorithms],
  revocation_endpoint_auth_methods_supported: [...authMethods],
  revocation_endpoint_auth_signing_alg_values_supported: [...clientSigningAlgorithms],
  // request objects are not taken (OpenID Connect Core 6): they come by PAR instead
  request_parameter_supported: false,
  ui_locales_supported: [...languages],
})
