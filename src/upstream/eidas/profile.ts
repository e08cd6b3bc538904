/** The Italian eIDAS node (FICEP) as data for the SAML core: a SPID provider in all but the people. docs/rules/spid-saml.md section 11. */
import type { Citizen } from '../../citizen/citizen.ts'
import { type AttributeValues, property, readMinimumDataSet } from '../saml/attributes.ts'
import type { SamlProfile } from '../saml/profile.ts'

const genders: Readonly<Record<string, Citizen['gender']>> = { F: 'female', M: 'male' }

export const eidasProfile: SamlProfile = {
  id: 'eidas',
  // the node answers with SPID's classes for low, substantial and high; what it answers is what counts
  levels: [1, 2, 3],
  comparison: () => 'minimum',
  issuerFormat: { response: 'optional', assertion: 'required' },
  anomalies: {
    8: 'idp_request_rejected',
    9: 'idp_request_rejected',
    11: 'idp_request_rejected',
    12: 'idp_request_rejected',
    13: 'idp_request_rejected',
    14: 'idp_request_rejected',
    15: 'idp_request_rejected',
    16: 'idp_request_rejected',
    17: 'idp_request_rejected',
    18: 'idp_request_rejected',
    19: 'idp_too_many_attempts',
    20: 'idp_level_not_available',
    21: 'idp_timeout',
    22: 'idp_consent_refused',
    23: 'idp_identity_blocked',
    25: 'idp_cancelled',
    30: 'idp_identity_type',
  },
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
