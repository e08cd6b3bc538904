/** What is the same at every tenant of the region; a tenant file may say more for itself. */
import type { Lifetimes } from './lifetimes.ts'
import type { Notice } from './notices.ts'
import type { Localised, Picture, Tenant } from './tenant.ts'

/** The official marks, where the region has fetched them. */
export interface Marks {
  readonly spid?: Picture
  readonly cie?: Picture
  readonly eidas?: Picture
  /** Of SPID and AgID, at the foot of every page. */
  readonly footer?: Picture
  /** By entityID. */
  readonly providers: Readonly<Record<string, Picture>>
}

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
  /** Absent: neutral pictograms. */
  readonly marks?: Marks
}
