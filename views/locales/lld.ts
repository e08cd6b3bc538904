import type { PartialDictionary } from './dictionary.ts'

/**
 * Ladin, Fassa variety. NOT YET REVIEWED: the Comun General de Fascia has to read it before a tenant shows it to citizens.
 * Few strings on purpose. A wrong word in an official page is worse than the Italian one, which is shown for all others.
 */
export const lld: PartialDictionary = {
  frame: {
    language: 'Lengaz',
    phone: 'Telefon',
    email: 'E-mail',
    privacy: 'Privacy',
  },
  post: {
    button: 'Va inant',
  },
  claims: {
    given_name: 'Inom',
    family_name: 'Cognom',
    birthdate: 'Data de nasciuda',
    fiscal_number: 'Codesc fiscal',
    email: 'E-mail',
    phone_number: 'Numer de telefon',
  },
}
