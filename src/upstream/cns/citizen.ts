/** Who a verified card says one is: docs/rules/cns.md section 5. */
import type { Level } from '../../citizen/assurance.ts'
import type { Citizen } from '../../citizen/citizen.ts'
import { birthdateOf, birthplaceOf, genderOf } from '../../citizen/fiscal-code.ts'
import { type Card, fiscalCodeOf } from './checks.ts'

/** Only for a card that passed every check. Names are absent where the card bears none: there is no other source. */
export const citizenOf = ({ certificate, now }: Card, level: Level): Citizen => {
  const fiscalCode = fiscalCodeOf(certificate)
  const [givenName] = certificate.givenNames
  const [familyName] = certificate.surnames
  const birthdate = birthdateOf(fiscalCode, new Date(now).toISOString().slice(0, 10))
  const gender = genderOf(fiscalCode)
  const locality = birthplaceOf(fiscalCode)
  return {
    upstream: 'cns',
    idp: certificate.issuer,
    level,
    authTime: Math.floor(now / 1000),
    fiscalNumber: `TINIT-${fiscalCode}`,
    ...(givenName && { givenName }),
    ...(familyName && { familyName }),
    ...(birthdate && { birthdate, birthdateSource: 'derived' }),
    ...(gender && { gender }),
    ...(locality && { placeOfBirth: { locality } }),
  }
}
