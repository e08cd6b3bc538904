/**
 * The addresses of a login. Each names the service: when nobody remembers the login any more (a gateway started again, a page
 * left open for a day) the page still knows where to begin again.
 */
import type { UpstreamId } from '../citizen/citizen.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { Language, Tenant } from '../tenant/tenant.ts'

export interface Wishes {
  readonly lang?: Language
  readonly upstream?: UpstreamId
  readonly idp?: string | undefined
  /** Higher than the service asks: by reading the card. */
  readonly level?: '3'
  /** What went wrong before; see `failureIn`. */
  readonly after?: string
  readonly request?: string
  readonly from?: string | undefined
}

export type Step = 'begin' | 'continue' | 'abort' | 'other' | 'help'

/** Relative to the host. Without a step: the choice. */
export const addressesOf =
  (tenant: Pick<Tenant, 'mountPath'>, { uid, client }: Pick<LoginUnderWay, 'uid' | 'client'>) =>
  (step?: Step, wishes: Wishes = {}): string => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...wishes, c: client.id }))
      if (value !== undefined) query.set(name, value)
    return `${tenant.mountPath}/login/${step === undefined ? uid : `${uid}/${step}`}?${query}`
  }

export type Addresses = ReturnType<typeof addressesOf>
