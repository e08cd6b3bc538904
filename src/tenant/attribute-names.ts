/** What may be asked of an upstream, by its SAML names. */

/** The attributes of docs/rules/spid-saml.md section 7, and no others. */
export const spidAttributeNames = [
  'spidCode',
  'name',
  'familyName',
  'placeOfBirth',
  'countyOfBirth',
  'dateOfBirth',
  'gender',
  'companyName',
  'companyFiscalNumber',
  'registeredOffice',
  'fiscalNumber',
  'ivaCode',
  'idCard',
  'mobilePhone',
  'email',
  'address',
  'domicileStreetAddress',
  'domicilePostalCode',
  'domicileMunicipality',
  'domicileProvince',
  'domicileNation',
  'expirationDate',
  'digitalAddress',
] as const

/** CIE has four, and is always asked for all of them. */
export const cieAttributeNames = ['name', 'familyName', 'dateOfBirth', 'fiscalNumber'] as const

const eidasMinimum = ['fiscalNumber', 'spidCode', 'name', 'familyName', 'dateOfBirth'] as const

/** What the eIDAS node may say of a person, by index: docs/rules/spid-saml.md section 11. */
export const eidasAttributeNames = {
  99: eidasMinimum,
  100: [...eidasMinimum, 'placeOfBirth', 'address', 'gender'],
} as const

/** What SPID is asked for where the tenant's file names no set: the least that a municipal service works with. */
export const defaultSpidAttributes = ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] as const
