/** The tenant's durable keys in the form that oidc-provider takes. They are fixed when an instance is built: rotation is a new instance. */
import type { JWK } from 'oidc-provider'
import type { TenantKeys } from '../keyring/keyring.ts'

export const jwksOf = (keys: TenantKeys): { keys: JWK[] } => ({ keys: keys.signing as unknown as JWK[] })
