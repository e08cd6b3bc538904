/**
 * Scopes of another system, with the claims that they gave there, for services that come from it and ask as they always did.
 * Nothing is released by them that the service does not also declare: they only give it other names.
 */
import { claimNames } from './claim-names.ts'

/** What a claim of such a scope can be: a claim of ours by the name that a service declares, or one about the login. */
export const scopeClaimSources = [
  ...claimNames,
  /** The tax code with its country: `TINIT-…`. */
  'https://attributes.eid.gov.it/fiscal_number',
  'sub',
  'acr',
  'auth_time',
  'idp',
  'idp_type',
  'tenant',
] as const
export type ScopeClaimSource = (typeof scopeClaimSources)[number]

/** Name of the claim → what it is, or the members of an object and what each is. */
export type ScopeClaims = Readonly<Record<string, ScopeClaimSource | { readonly [member: string]: ScopeClaimSource }>>

export const scopePresetNames = ['aac-migration'] as const

/**
 * AAC, whose model Trentino's is. Unverified: read in its public code and in a library of its services, never seen in an
 * answer of the running system. What is wrong is written otherwise in the client's entry, under `scope_claims`.
 */
const aac: Readonly<Record<string, ScopeClaims>> = {
  'profile.basicprofile.me': {
    name: 'given_name',
    surname: 'family_name',
    username: 'preferred_username',
    email: 'email',
  },
  'profile.accountprofile.me': {
    accounts: { authority: 'idp_type', provider: 'idp', username: 'preferred_username', userId: 'sub' },
  },
  'profile.aac.openid.me': {
    'aac.openid': {
      name: 'name',
      given_name: 'given_name',
      family_name: 'family_name',
      preferred_username: 'preferred_username',
      email: 'email',
      gender: 'gender',
      birthdate: 'birthdate',
      phone_number: 'phone_number',
    },
  },
  'profile.aac.spid.me': {
    'aac.spid': {
      spidCode: 'spid_code',
      name: 'given_name',
      familyName: 'family_name',
      fiscalNumber: 'https://attributes.eid.gov.it/fiscal_number',
      dateOfBirth: 'birthdate',
      gender: 'gender',
      email: 'email',
      mobilePhone: 'phone_number',
      companyName: 'company_name',
      ivaCode: 'vat_number',
    },
  },
  // Trentino's own, as the library of its services expects it
  'profile.codicefiscale.me': {
    'enti-codicefiscale': { fiscalCode: 'https://attributes.eid.gov.it/fiscal_number' },
    'enti-spid': { spidCode: 'spid_code' },
    'enti-acr': { acr: 'acr' },
    'enti-issuersource': { issuerSource: 'idp' },
  },
}

export const scopePresets: Readonly<Record<(typeof scopePresetNames)[number], Readonly<Record<string, ScopeClaims>>>> =
  { 'aac-migration': aac }
