/** What of a login one client is given, in one of its two places. Pure; the library still leaves out what was not asked for. */
import type { Citizen } from '../citizen/citizen.ts'
import type { ScopeClaims } from '../tenant/scope-presets.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { type AcrRequest, acrAsAsked } from './acr.ts'
import { catalogue } from './catalogue.ts'
import { type Claims, claimsOfLogin, claimsOfPerson } from './map.ts'
import { opaqueUsername, substituteEmail } from './substitutes.ts'

interface Release {
  readonly sub: string
  readonly citizen: Citizen
  /** What the client declared when the person logged in: later it may be more. */
  readonly declared: readonly string[]
  readonly client: Client
  readonly tenant: Pick<Tenant, 'id' | 'ipaCode'>
  /** For `acr` in the request, as the library keeps it with codes and tokens. */
  readonly acr: AcrRequest | null | undefined
  /** Granted. */
  readonly scopes: ReadonlySet<string>
}

/** What the client's software cannot do without, where the person has none. */
const substituted = ({ sub, client, tenant, declared }: Release, person: Claims): Claims => {
  const holder = { sub, client: client.id, tenant: tenant.id }
  const noEmail = client.emailFallback === 'synthetic' && person.email === undefined
  const noName = client.nameFallback === 'opaque' && declared.includes('name') && person.name === undefined
  return {
    ...person,
    ...(declared.includes('preferred_username') && { preferred_username: opaqueUsername(holder) }),
    ...(noEmail && { email: substituteEmail(holder), email_verified: false }),
    ...(noName && { name: opaqueUsername(holder) }),
  }
}

const login = (release: Release): Claims => {
  const { citizen, client, tenant, acr } = release
  const claims: Claims = { sub: release.sub, ...claimsOfLogin(citizen, tenant) }
  if (client.acrResponse === 'actual') return claims
  return { ...claims, acr: acrAsAsked(citizen.level, acr), acr_actual: claims.acr }
}

/** A declared name stands for the first of the claims that it becomes. */
const claimAt = (claims: Claims, source: string): unknown => claims[source] ?? claims[catalogue[source]?.names[0] ?? '']

/** The claims of the granted scopes of another system, under their names there. */
const renamed = ({ client, scopes }: Release, claims: Claims): Claims => {
  const named = (claimsOfScope: ScopeClaims): Claims =>
    known(
      Object.fromEntries(
        Object.entries(claimsOfScope).map(([name, source]) => [
          name,
          typeof source === 'string' ? claimAt(claims, source) : nonEmpty(members(claims, source)),
        ]),
      ),
    )
  return Object.assign(
    {},
    ...Object.entries(client.scopeClaims).map(([scope, own]) => (scopes.has(scope) ? named(own) : {})),
  )
}

const members = (claims: Claims, sources: Readonly<Record<string, string>>): Claims =>
  known(Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, claimAt(claims, source)])))

const known = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

const nonEmpty = (claims: Claims): Claims | undefined => (Object.keys(claims).length === 0 ? undefined : claims)

export const forUserinfo = (release: Release): Claims => {
  const claims = { ...login(release), ...substituted(release, claimsOfPerson(release.citizen, release.declared)) }
  return { ...claims, ...renamed(release, claims) }
}

/** It travels in logout addresses, and so through logs and histories: of the person only what the client's file names. */
export const forIdToken = (release: Release): Claims => {
  const { client, citizen } = release
  const declared = release.declared.filter((name) => client.idTokenClaims.includes(name))
  const emailFallback = declared.includes('email') ? client.emailFallback : 'none'
  const allowed = { ...release, declared, client: { ...client, emailFallback } }
  return { ...login(release), ...substituted(allowed, claimsOfPerson(citizen, declared)) }
}
