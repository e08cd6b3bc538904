import type { PartialDictionary } from './dictionary.ts'

/**
 * Which office has read and signed the texts below, and when. Until one has, every Ladin page says that none did.
 * The Comun General de Fascia would be the one.
 */
export const review: { readonly office: string; readonly date: string } | undefined = undefined

/**
 * Ladin, Fassa variety.
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
