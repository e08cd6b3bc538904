/** SPID as data for the SAML core. docs/rules/spid-saml.md 4.2, 5, 7, 8. */
import type { Citizen } from '../../citizen/citizen.ts'
import { anomalies } from '../saml/anomalies.ts'
import { type AttributeValues, dayIn, minimumDataSet, property, readMinimumDataSet } from '../saml/attributes.ts'
import type { SamlProfile } from '../saml/profile.ts'

const SPID = 'https://spid.gov.it/saml-extensions'

const genders: Readonly<Record<string, Citizen['gender']>> = { F: 'female', M: 'male' }

export const spidProfile: SamlProfile = {
  id: 'spid',
  levels: [1, 2, 3],
  comparison: () => 'minimum',
  // rows 31 and 71
  issuerFormat: { response: 'optional', assertion: 'required' },
  anomalies,
  mandatoryAttributes: minimumDataSet,
  // 4.5; a provider that knows no Purpose ignores it (SAML core 3.2.1 wants extensions to be optional)
  extensions: ({ purpose }) =>
    purpose === undefined ? [] : [{ namespace: SPID, prefix: 'spid', name: 'Purpose', text: purpose }],
  readAttributes: (value) => ({
    ...readMinimumDataSet(value),
    ...property('gender', genders[value('gender') ?? '']),
    ...property(
      'placeOfBirth',
      filled({ ...property('locality', value('placeOfBirth')), ...property('region', value('countyOfBirth')) }),
    ),
    ...property('email', value('email')),
    ...property('mobilePhone', value('mobilePhone')),
    ...property('address', addressOf(value)),
    ...property('spidCode', value('spidCode')),
    ...property('expirationDate', dayIn(value('expirationDate'))),
    ...property('digitalAddress', value('digitalAddress')),
    ...property('company', companyOf(value)),
  }),
}

/** `address` is the older, one-line form of the five `domicile*` (Avviso 25). */
const addressOf = (value: AttributeValues): Citizen['address'] =>
  filled({
    ...property('formatted', value('address')),
    ...property('street', value('domicileStreetAddress')),
    ...property('postalCode', value('domicilePostalCode')),
    ...property('locality', value('domicileMunicipality')),
    ...property('region', value('domicileProvince')),
    ...property('country', value('domicileNation')),
  })

const companyOf = (value: AttributeValues): Citizen['company'] =>
  filled({
    ...property('name', value('companyName')),
    ...property('fiscalNumber', value('companyFiscalNumber')),
    ...property('registeredOffice', value('registeredOffice')),
    ...property('vatNumber', value('ivaCode')),
  })

const filled = <Value extends object>(value: Value): Value | undefined =>
  Object.keys(value).length > 0 ? value : undefined
