/** Who a verified card says one is: docs/rules/cns.md section 5. */
import { createHash } from 'node:crypto'
import type { Level } from '../../citizen/assurance.ts'
import type { Citizen, Proof } from '../../citizen/citizen.ts'
import { birthdateOf, birthplaceOf, genderOf } from '../../citizen/fiscal-code.ts'
import type { Certificate } from './certificate.ts'
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
    proof: { certificate: proofOf(certificate) },
  }
}

const proofOf = ({ x509, issuer }: Certificate): NonNullable<Proof['certificate']> => ({
  issuer,
  serial: x509.serialNumber,
  notBefore: Math.floor(x509.validFromDate.getTime() / 1000),
  notAfter: Math.floor(x509.validToDate.getTime() / 1000),
  sha256: createHash('sha256').update(x509.raw).digest('hex'),
})
