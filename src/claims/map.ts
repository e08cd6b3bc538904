/** The one bridge from a verified Citizen to the claims of a token. Pure. */
import { classOfLevel } from '../citizen/assurance.ts'
import type { Citizen } from '../citizen/citizen.ts'
import { amrOf } from './acr.ts'
import { catalogue } from './catalogue.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What the login was: no personal data, so it may stand in an ID token (which travels through logs and histories). */
export const claimsOfLogin = (citizen: Citizen, tenant: { readonly ipaCode: string }): Claims => ({
  acr: classOfLevel(citizen.level),
  amr: amrOf(citizen),
  auth_time: citizen.authTime,
  idp_type: citizen.upstream,
  idp: citizen.idp,
  tenant: tenant.ipaCode,
})

/** Who the person is: only what the client declared. Unknown values are left out, never `""` or `null`. */
export const claimsOfPerson = (citizen: Citizen, declared: readonly string[]): Claims => {
  const claims: Record<string, unknown> = {}
  for (const name of declared) {
    for (const [key, value] of Object.entries(catalogue[name]?.values(citizen) ?? {})) {
      if (value !== undefined && value !== '') claims[key] = value
    }
  }
  return claims
}
