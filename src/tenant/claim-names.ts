/** Every name that a client may declare under `claims`: docs/rules/oidc-claims.md 1 and 3.1. What each means is src/claims. */
export const claimNames = [
  'given_name',
  'family_name',
  'name',
  'birthdate',
  'gender',
  'place_of_birth',
  'fiscal_number',
  'email',
  'phone_number',
  'address',
  'spid_code',
  'company_name',
  'company_fiscal_number',
  'registered_office',
  'vat_number',
] as const
