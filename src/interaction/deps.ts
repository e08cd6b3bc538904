/** What the steps of one tenant's logins work with. */
import type { Audit } from '../audit/events.ts'
import type { Register } from '../audit/register/register.ts'
import type { UpstreamId } from '../citizen/citizen.ts'
import type { Pages } from '../http/pages.ts'
import type { TenantProvider } from '../oidc/provider.ts'
import type { Records } from '../store/sealed.ts'
import type { Region } from '../tenant/region.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { SigningIdentity, Upstream } from '../upstream/upstream.ts'

export interface InteractionDeps {
  readonly tenant: Tenant
  readonly region: Region
  readonly oidc: TenantProvider
  readonly upstreams: ReadonlyMap<UpstreamId, Upstream>
  /** The keys that sign requests; upstreams without signed requests need none. */
  readonly signing: Readonly<Partial<Record<UpstreamId, SigningIdentity>>>
  readonly records: Records
  readonly register: Register
  readonly pages: Pages
  readonly audit: Audit
  /** Has an operator switched this way in, or this provider of it, off for now? */
  readonly isPaused: (upstream: UpstreamId, idp?: string) => boolean
  /** How the last minutes' logins by a way in, or by a provider's entityID, went. */
  readonly standing: (target: string) => 'well' | 'partly' | 'trouble' | 'unknown'
  /** Told of each citizen who leaves for a provider, with the network they are in. */
  readonly departed: (upstream: UpstreamId, idp: string | undefined, network: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** 128 random bits or more, safe in a URL and as the tail of an NCName. */
  readonly randomId: () => string
}
