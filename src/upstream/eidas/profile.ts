/** The Italian eIDAS node (FICEP) as data for the SAML core: a SPID provider in all but the people. docs/rules/spid-saml.md section 11. */
import type { Citizen } from '../../citizen/citizen.ts'
import { anomalies } from '../saml/anomalies.ts'
import { type AttributeValues, property, readMinimumDataSet } from '../saml/attributes.ts'
import type { SamlProfile } from '../saml/profile.ts'

const genders: Readonly<Record<string, Citizen['gender']>> = { F: 'female', M: 'male' }

export const eidasProfile: SamlProfile = {
  id: 'eidas',
  // the node answers with SPID's classes for low, substantial and high; what it answers is what counts
  levels: [1, 2, 3],
  comparison: () => 'minimum',
  issuerFormat: { response: 'optional', assertion: 'required' },
  anomalies,
  // every country sends these of a natural person; `spidCode` carries its identifier, by which we know the person again
  mandatoryAttributes: ['spidCode', 'name', 'familyName', 'dateOfBirth'],
  readAttributes: (value) => ({
    ...readMinimumDataSet((name) => (name === 'fiscalNumber' ? italianFiscalNumber(value) : value(name))),
    ...property('gender', genders[value('gender') ?? '']),
    ...property('placeOfBirth', localityOf(value)),
    ...property('address', addressOf(value)),
    ...property('spidCode', value('spidCode')),
  }),
}

/** Never assume an Italian tax code: another country's number is left out. One that says to be Italian must be right, as in SPID. */
const italianFiscalNumber = (value: AttributeValues): string | undefined => {
  const number = value('fiscalNumber')
  return number?.startsWith('TINIT-') ? number : undefined
}

const localityOf = (value: AttributeValues): Citizen['placeOfBirth'] => {
  const locality = value('placeOfBirth')
  return locality === undefined ? undefined : { locality }
}

const addressOf = (value: AttributeValues): Citizen['address'] => {
  const formatted = value('address')
  return formatted === undefined ? undefined : { formatted }
}
