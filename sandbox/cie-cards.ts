/** The identity cards of the test citizens: what is printed on them and what their owners know. */
import { citizens, type TestCitizen } from './citizens.ts'

export interface IdentityCard {
  readonly citizen: TestCitizen
  /** Number at the top right of the card, which the guides call its serial number: `CA00001AA`. */
  readonly number: string
  readonly revoked: boolean
}

/** Of all test cards. The app asks for the last four digits only. */
export const CARD_PIN = '12345678'
export const APP_PIN = CARD_PIN.slice(-4)

/** Whose card was reported as stolen. */
const REVOKED = 'lia'

export const identityCards: readonly IdentityCard[] = citizens.map((citizen, index) => ({
  citizen,
  number: `CA${String(index + 1).padStart(5, '0')}AA`,
  revoked: citizen.id === REVOKED,
}))

const plain = (text: string) => text.replace(/\s/g, '').toUpperCase()

export const cardNumbered = (number: string): IdentityCard | undefined =>
  identityCards.find((card) => card.number === plain(number))

/** By number of the card, tax code or e-mail, as the national page lets people write it. */
export const cardOfUser = (user: string): IdentityCard | undefined =>
  identityCards.find(({ number, citizen }) =>
    [number, citizen.fiscalNumber, citizen.email].some((name) => plain(name) === plain(user)),
  )
