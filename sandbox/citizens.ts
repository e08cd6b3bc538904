/** The family of test citizens. Nobody of that name and tax code is known to exist; everything else is invented. */
import { createHash } from 'node:crypto'
import { type Birth, fiscalCode } from './fiscal-code.ts'

export type Level = 1 | 2 | 3

export interface Company {
  readonly name: string
  /** Without prefix: tax code and VAT number are the same 11 digits. */
  readonly number: string
  readonly registeredOffice: string
}

export interface TestCitizen extends Birth {
  readonly id: string
  readonly name: string
  readonly familyName: string
  /** Italian: what this person is there to test. */
  readonly special: string
  /** Without `TINIT-`; empty for people of other countries who have none. */
  readonly fiscalNumber: string
  /** Province plate, `EE` abroad. */
  readonly birthCounty: string
  readonly email: string
  /** With `+39`. */
  readonly mobilePhone: string
  readonly address: string
  /** The highest level of this person's credentials. */
  readonly levels: { readonly spid: Level; readonly cie: Level }
  /** The CNS: its number, and whether name and surname stand in the certificate (docs/rules/cns.md 2). */
  readonly card?: { readonly number: string; readonly hasNames: boolean }
  /** Whom their professional identity acts for. */
  readonly company?: Company
  /** By which their own country knows people of other countries: what the eIDAS node sends as spidCode. */
  readonly eidasIdentifier?: string
}

interface Draft extends Birth {
  readonly id: string
  readonly name: string
  readonly familyName: string
  readonly special: string
  readonly birthCounty: string
  readonly address?: string
  readonly omocode?: number
  readonly fiscalNumber?: string
  readonly spidLevel?: Level
  readonly card?: 'with names' | 'without names' | 'none'
  readonly company?: Company
}

const drafts: readonly Draft[] = [
  {
    id: 'ada',
    name: 'Ada',
    familyName: 'Rossi',
    birthDate: '1980-05-12',
    gender: 'F',
    birthPlace: 'L378',
    birthCounty: 'TN',
    special: 'una cittadina come tante, con un’identità anche per la sua impresa',
    company: {
      name: 'Falegnameria Rossi S.r.l.',
      number: '01234567897',
      registeredOffice: 'Via della Prova 7, 38061 Ala (TN)',
    },
  },
  {
    id: 'mario',
    name: 'Mario',
    familyName: 'Rossi',
    birthDate: '1980-01-01',
    gender: 'M',
    birthPlace: 'H501',
    birthCounty: 'RM',
    omocode: 1,
    special: 'omocodia: una cifra del codice fiscale è una lettera, perché un altro ha già il codice normale',
  },
  {
    id: 'noemi',
    name: 'Noemi Zoë',
    familyName: "Dell'Agnolo Weißsteiner-Kössler",
    birthDate: '1972-10-31',
    gender: 'F',
    birthPlace: 'A952',
    birthCounty: 'BZ',
    special: 'doppio cognome lungo, con apostrofo, trattino, accenti e due nomi',
  },
  {
    id: 'oreste',
    name: 'Oreste',
    familyName: 'Pedrotti',
    birthDate: '1921-03-14',
    gender: 'M',
    birthPlace: 'A116',
    birthCounty: 'TN',
    special:
      'centenario: dal solo codice fiscale potrebbe anche essere un bambino, perciò con la CNS la data di nascita manca',
  },
  {
    id: 'oksana',
    name: 'Oksana',
    familyName: 'Shevchenko',
    birthDate: '1990-06-24',
    gender: 'F',
    birthPlace: 'Z138',
    birthCounty: 'EE',
    special: "nata all'estero (Ucraina): il luogo di nascita comincia con Z",
  },
  {
    id: 'lia',
    name: 'Lia',
    familyName: 'Ferrari',
    birthDate: '2001-02-28',
    gender: 'F',
    birthPlace: 'H612',
    birthCounty: 'TN',
    spidLevel: 1,
    special:
      'SPID di solo livello 1: dove serve il livello 2 il gestore risponde con errore nr20; la sua CIE è revocata (nr23)',
  },
  {
    id: 'bruno',
    name: 'Bruno',
    familyName: 'Defrancesco',
    birthDate: '1966-12-01',
    gender: 'M',
    birthPlace: 'F263',
    birthCounty: 'TN',
    card: 'without names',
    special: 'nella sua CNS non sono scritti nome e cognome, solo il codice fiscale',
  },
  {
    id: 'amina',
    name: 'Amina',
    familyName: 'El Idrissi',
    birthDate: '1995-07-08',
    gender: 'F',
    birthPlace: 'Z330',
    birthCounty: 'EE',
    fiscalNumber: '98765432103',
    card: 'none',
    special: 'codice fiscale provvisorio di 11 cifre, nessuna CNS',
  },
]

const plain = (text: string) =>
  text
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase()

export const citizens: readonly TestCitizen[] = drafts.map((draft, index) => ({
  id: draft.id,
  name: draft.name,
  familyName: draft.familyName,
  special: draft.special,
  birthDate: draft.birthDate,
  gender: draft.gender,
  birthPlace: draft.birthPlace,
  birthCounty: draft.birthCounty,
  fiscalNumber: draft.fiscalNumber ?? fiscalCode(draft.name, draft.familyName, draft, draft.omocode),
  email: `${plain(draft.name)}.${plain(draft.familyName)}@posta.example`,
  mobilePhone: `+39320555010${index}`,
  address: `Via della Prova ${index + 1} 38061 Ala TN`,
  levels: { spid: draft.spidLevel ?? 3, cie: 3 },
  ...(draft.company && { company: draft.company }),
  ...(draft.card === 'none'
    ? {}
    : { card: { number: `600100${String(index + 1).padStart(10, '0')}`, hasNames: draft.card !== 'without names' } }),
}))

const foreigner = (
  draft: Pick<TestCitizen, 'id' | 'name' | 'familyName' | 'birthDate' | 'gender' | 'birthPlace' | 'special'> & {
    readonly eidasIdentifier: string
    readonly fiscalNumber?: string
  },
): TestCitizen => ({
  fiscalNumber: '',
  ...draft,
  birthCounty: 'EE',
  email: `${draft.id}@post.example`,
  mobilePhone: '',
  address: 'Prüfweg 1, 80331 München',
  levels: { spid: 3, cie: 1 },
})

/** People of other European countries: they come by the eIDAS node only. */
export const foreigners: readonly TestCitizen[] = [
  foreigner({
    id: 'anna',
    name: 'Anna',
    familyName: 'Müller',
    birthDate: '1988-09-17',
    gender: 'F',
    birthPlace: 'München',
    eidasIdentifier: 'DE/IT/1234567890',
    special: 'dalla Germania, senza codice fiscale italiano',
  }),
  foreigner({
    id: 'jean',
    name: 'Jean',
    familyName: 'Lefèvre',
    birthDate: '1975-04-02',
    gender: 'M',
    birthPlace: 'Z110',
    eidasIdentifier: 'FR/IT/98765',
    fiscalNumber: fiscalCode('Jean', 'Lefevre', { birthDate: '1975-04-02', gender: 'M', birthPlace: 'Z110' }),
    special: 'dalla Francia, con un codice fiscale italiano',
  }),
]

export const citizenOf = (id: string): TestCitizen | undefined =>
  [...citizens, ...foreigners].find((citizen) => citizen.id === id)

/** By `id`, for tests: throws when there is no such person. */
export const theCitizen = (id: string): TestCitizen => {
  const citizen = citizenOf(id)
  if (citizen === undefined) throw new Error(`no test citizen ${id}`)
  return citizen
}

/** Four letters of the provider and ten characters that only this provider gives to this person: docs/rules/spid-saml.md 7. */
export const spidCode = (citizen: TestCitizen, idpCode: string): string =>
  citizen.eidasIdentifier ??
  idpCode + createHash('sha256').update(`${idpCode} ${citizen.id}`).digest('hex').slice(0, 10).toUpperCase()
