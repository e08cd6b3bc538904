/** Which key signs what a tenant sends. */
import { createPrivateKey } from 'node:crypto'
import type { UpstreamId } from '../citizen/citizen.ts'
import type { KeyPair } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { SigningIdentity } from '../upstream/upstream.ts'

export const identityOf = ({ key, certificate }: KeyPair): SigningIdentity => ({
  key: createPrivateKey(key),
  certificate,
})

type Signing = Readonly<Partial<Record<UpstreamId, SigningIdentity>>>

/** What signs this tenant's messages: its own pair where it has one, else the region's. */
export const signingOf = ({ spid, cie }: Tenant, regional: Signing): Signing => {
  const ownSpid = spid.signing && identityOf(spid.signing)
  return {
    ...regional,
    // the eIDAS node knows the tenant by its SPID metadata
    ...(ownSpid !== undefined && { spid: ownSpid, eidas: ownSpid }),
    ...(cie.signing !== undefined && { cie: identityOf(cie.signing) }),
  }
}
