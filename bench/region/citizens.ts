/** Who logs in: as many different people as there are logins, with everything that SPID knows about one. */
import { fiscalCode } from '../../sandbox/fiscal-code.ts'

const names = ['Maria', 'Giuseppe', 'Anna', 'Antonio', 'Luca', 'Giulia', 'Francesca', 'Marco', 'Elena', 'Paolo']
const families = ['Rossi', 'Bianchi', 'Ferrari', 'Esposito', 'Romano', 'Colombo', 'Ricci', 'Marino', 'Greco', 'Bruno']

export interface BenchCitizen {
  readonly name: string
  readonly familyName: string
  readonly birthDate: string
  readonly fiscalNumber: string
}

/** The same number, the same person; after 1.8 million they come again. */
export const citizenOf = (number: number): BenchCitizen => {
  const name = names[number % 10] ?? ''
  const familyName = families[Math.floor(number / 10) % 10] ?? ''
  const day = new Date(Date.UTC(1950, 0, 1 + (Math.floor(number / 100) % 18_000)))
  const birthDate = day.toISOString().slice(0, 10)
  const gender = number % 2 === 0 ? 'F' : 'M'
  return {
    name,
    familyName,
    birthDate,
    fiscalNumber: fiscalCode(name, familyName, { birthDate, gender, birthPlace: 'L378' }),
  }
}

/** The set that the tenants of the bench ask for; with it a Response is as long as the real ones that were measured, 8.8 KB. */
export const attributesOf = ({ name, familyName, birthDate, fiscalNumber }: BenchCitizen) => ({
  fiscalNumber: `TINIT-${fiscalNumber}`,
  name,
  familyName,
  dateOfBirth: birthDate,
  spidCode: `ABCD${fiscalNumber.slice(0, 10)}`,
  placeOfBirth: 'L378',
  gender: 'F',
  mobilePhone: '+393331234567',
  email: `${name}.${familyName}@posta.example`.toLowerCase(),
})

export const attributeNames = Object.keys(attributesOf(citizenOf(0)))
