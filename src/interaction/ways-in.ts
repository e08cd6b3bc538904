/** What a login page can offer, and the addresses at which each way begins. */
import type { UpstreamId } from '../citizen/citizen.ts'
import { inLanguage } from '../http/pages.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { Region } from '../tenant/region.ts'
import type { Language } from '../tenant/tenant.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { InteractionDeps } from './deps.ts'

/** The scheme's own name, in every language. */
const names = { spid: 'SPID', cie: 'CIE', eidas: 'eIDAS' } as const

export const labelOf = (region: Region, id: UpstreamId, language: Language): string =>
  id === 'cns' ? inLanguage(region.cnsLabel, language) : names[id]

/** The upstreams that this tenant offers, that can reach the level and lead somewhere, in the region's order. */
export const waysIn = (
  { tenant, region, upstreams }: Pick<InteractionDeps, 'tenant' | 'region' | 'upstreams'>,
  level: LoginUnderWay['level'],
): Upstream[] =>
  region.methodOrder
    .filter((id) => tenant.methods[id])
    .flatMap((id) => upstreams.get(id) ?? [])
    .filter((upstream) => upstream.levels.some((reachable) => reachable >= level))
    // SPID has none as long as no list of its providers could be had
    .filter((upstream) => upstream.choices({ level }).length > 0)

/** No way in that this tenant has could ever reach the level: another attempt would change nothing. */
export const isOutOfReach = (
  { tenant, upstreams }: Pick<InteractionDeps, 'tenant' | 'upstreams'>,
  level: LoginUnderWay['level'],
): boolean => {
  const on = [...upstreams.values()].filter(({ id }) => tenant.methods[id])
  return on.length > 0 && !on.some(({ levels }) => levels.some((reachable) => reachable >= level))
}
