/** Every claim about a person that Varco can release, the scope that asks for it, and where it comes from. docs/rules/oidc-claims.md 1 and 3.1. */
import { type Citizen, nameOf } from '../citizen/citizen.ts'
import type { Client } from '../tenant/tenant.ts'

const NATIONAL = 'https://attributes.eid.gov.it/'

interface Claim {
  /** Any of them asks for it. */
  readonly scopes: readonly string[]
  /** The claims that it becomes in the token: one declared name may carry a national twin or a marker. Absent values are left out. */
  readonly values: (citizen: Citizen) => Readonly<Record<string, unknown>>
  /** The names that `values` can produce. */
  readonly names: readonly string[]
}

const single = (name: string, scope: string, value: (citizen: Citizen) => unknown): Claim => ({
  scopes: [scope],
  names: [name],
  values: (citizen) => ({ [name]: value(citizen) }),
})

/** Of the company that a person acts for: absent where the identity is nobody's but their own. */
const ofCompany = (name: string, value: (company: NonNullable<Citizen['company']>) => unknown): Claim => ({
  scopes: ['profile', 'company'],
  names: [`${NATIONAL}${name}`],
  values: ({ company }) => ({ [`${NATIONAL}${name}`]: company && value(company) }),
})

/** Keyed by the name that a tenant file declares. */
export const catalogue: Readonly<Record<string, Claim>> = {
  given_name: single('given_name', 'profile', (citizen) => citizen.givenName),
  family_name: single('family_name', 'profile', (citizen) => citizen.familyName),
  name: single('name', 'profile', nameOf),
  birthdate: {
    scopes: ['profile'],
    names: ['birthdate', 'birthdate_source'],
    values: (citizen) => ({ birthdate: citizen.birthdate, birthdate_source: citizen.birthdateSource }),
  },
  gender: single('gender', 'profile', (citizen) => citizen.gender),
  place_of_birth: single('place_of_birth', 'profile', (citizen) => citizen.placeOfBirth),
  fiscal_number: {
    scopes: ['profile', 'fiscal_number'],
    names: ['fiscal_number', `${NATIONAL}fiscal_number`],
    values: ({ fiscalNumber }) => ({
      // only the prefix, and only that one: docs/rules/oidc-claims.md 3.1, rules
      fiscal_number: fiscalNumber?.startsWith('TINIT-') ? fiscalNumber.slice('TINIT-'.length) : fiscalNumber,
      [`${NATIONAL}fiscal_number`]: fiscalNumber,
    }),
  },
  email: {
    scopes: ['email'],
    names: ['email', 'email_verified'],
    // SPID does not assert that the address was verified
    values: ({ email }) => ({ email, email_verified: email === undefined ? undefined : false }),
  },
  phone_number: single('phone_number', 'phone', (citizen) => citizen.mobilePhone),
  address: single('address', 'address', ({ address }) =>
    address === undefined
      ? undefined
      : {
          formatted: address.formatted,
          street_address: address.street,
          postal_code: address.postalCode,
          locality: address.locality,
          region: address.region,
          country_code: address.country,
        },
  ),
  // on explicit grant: a scope of its own, and that of the evidence, to which it belongs
  spid_code: {
    scopes: ['spid_code', 'authn_evidence'],
    names: [`${NATIONAL}spid_code`],
    values: ({ spidCode }) => ({ [`${NATIONAL}spid_code`]: spidCode }),
  },
  eid_exp_date: single(`${NATIONAL}eid_exp_date`, 'eid_exp_date', (citizen) => citizen.expirationDate),
  e_delivery_service: single(`${NATIONAL}e_delivery_service`, 'email', (citizen) => citizen.digitalAddress),
  company_name: ofCompany('company_name', (company) => company.name),
  company_fiscal_number: ofCompany('company_fiscal_number', (company) => company.fiscalNumber),
  registered_office: ofCompany('registered_office', ({ registeredOffice }) =>
    registeredOffice === undefined ? undefined : { formatted: registeredOffice },
  ),
  vat_number: ofCompany('vat_number', (company) => company.vatNumber),
  // made from `sub`: substitutes.ts
  preferred_username: single('preferred_username', 'profile', () => undefined),
  // what a protocol register writes down of a login, beside `auth_time`, `acr`, `amr` and `idp`
  authn_evidence: {
    scopes: ['authn_evidence'],
    names: ['assertion_id', 'cns_issuer', 'cns_serial', 'cns_not_before', 'cns_not_after', 'cns_sha256'],
    values: ({ proof: { assertionId, certificate } = {} }) => ({
      assertion_id: assertionId,
      cns_issuer: certificate?.issuer,
      cns_serial: certificate?.serial,
      cns_not_before: certificate?.notBefore,
      cns_not_after: certificate?.notAfter,
      cns_sha256: certificate?.sha256,
    }),
  },
}

/** Claims about the login itself: in every ID token and userinfo answer, whoever the client is. */
export const loginClaims = ['sub', 'acr', 'acr_actual', 'amr', 'auth_time', 'idp_type', 'idp', 'tenant'] as const

/**
 * scope → claim names, in the form that discovery and oidc-provider want.
 * @param clients that may ask for scopes of another system.
 */
export const claimsByScope = (clients: readonly Pick<Client, 'scopeClaims'>[] = []): Record<string, string[]> => {
  const scopes = new Map<string, Set<string>>([['openid', new Set(loginClaims)]])
  const add = (scope: string, names: readonly string[]) =>
    scopes.set(scope, new Set([...(scopes.get(scope) ?? []), ...names]))
  for (const claim of Object.values(catalogue)) for (const scope of claim.scopes) add(scope, claim.names)
  for (const { scopeClaims } of clients) {
    for (const [scope, claims] of Object.entries(scopeClaims)) add(scope, Object.keys(claims))
  }
  return Object.fromEntries([...scopes].map(([scope, names]) => [scope, [...names]]))
}
