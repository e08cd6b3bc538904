/** Which SPID attributes a client's claims need, and which of the tenant's sets asks for the least. docs/rules/oidc-claims.md 3.1, docs/rules/spid-saml.md 7. */
import type { spidAttributeNames } from './attribute-names.ts'
import type { claimNames } from './claim-names.ts'
import type { AttributeSet } from './tenant.ts'

type ClaimName = (typeof claimNames)[number]
type Attributes = readonly (typeof spidAttributeNames)[number][]

/** Each claim may be filled in several ways; the first is the one to ask for in a new set. */
const ways: Readonly<Record<ClaimName, readonly [Attributes, ...Attributes[]]>> = {
  given_name: [['name']],
  family_name: [['familyName']],
  name: [['name', 'familyName']],
  birthdate: [['dateOfBirth']],
  gender: [['gender']],
  place_of_birth: [['placeOfBirth', 'countyOfBirth']],
  fiscal_number: [['fiscalNumber']],
  email: [['email']],
  phone_number: [['mobilePhone']],
  // Avviso 25 replaces the one line by five parts; providers still know both
  address: [
    ['domicileStreetAddress', 'domicilePostalCode', 'domicileMunicipality', 'domicileProvince', 'domicileNation'],
    ['address'],
  ],
  spid_code: [['spidCode']],
  eid_exp_date: [['expirationDate']],
  e_delivery_service: [['digitalAddress']],
  company_name: [['companyName']],
  company_fiscal_number: [['companyFiscalNumber']],
  registered_office: [['registeredOffice']],
  vat_number: [['ivaCode']],
  // no data of the person: made from `sub`, and what every login leaves
  preferred_username: [[]],
  authn_evidence: [[]],
}

/** The least that fills these claims. Always with `fiscalNumber`: it makes the `sub`. */
export const attributesNeeded = (claims: readonly ClaimName[]): Attributes => [
  ...new Set<Attributes[number]>(['fiscalNumber', ...claims.flatMap((claim) => ways[claim][0])]),
]

/** Claims that a login with this set could never fill. */
export const claimsWithout = <Name extends string>(
  { attributes }: Pick<AttributeSet, 'attributes'>,
  claims: readonly Name[],
): readonly Name[] => {
  const known: { readonly [claim in string]?: readonly Attributes[] } = ways
  return claims.filter((claim) => !known[claim]?.some((way) => way.every((name) => attributes.includes(name))))
}

/** Least data: of the sets that fill all claims the one with the fewest attributes, of two equal ones the lower index. */
export const smallestSet = (sets: readonly AttributeSet[], claims: readonly ClaimName[]): AttributeSet | undefined =>
  sets
    .filter((set) => set.attributes.includes('fiscalNumber') && claimsWithout(set, claims).length === 0)
    .toSorted((one, other) => one.attributes.length - other.attributes.length || one.index - other.index)[0]
