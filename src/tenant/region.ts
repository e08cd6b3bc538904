/** What is the same at every tenant of the region; a tenant file may say more for itself. */
import type { Lifetimes } from './lifetimes.ts'
import type { Notice } from './notices.ts'
import type { Localised, Tenant } from './tenant.ts'

export interface Region {
  readonly name: Localised
  readonly helpdesk: Tenant['helpdesk']
  readonly legal: Tenant['legal']
  /** What citizens call the card here: "CPS / CNS", "TS-CNS". */
  readonly cnsLabel: Localised
  /** Order of the ways in on every login page. */
  readonly methodOrder: readonly ('spid' | 'cie' | 'cns' | 'eidas')[]
  readonly lifetimes: Lifetimes
  readonly notices: readonly Notice[]
}
