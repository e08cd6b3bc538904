/** What a provider says about a citizen. Sources: docs/rules/spid-saml.md 7, docs/rules/cie.md A4. */
import { spidCode, type TestCitizen } from '../citizens.ts'

/** How a provider writes names; CIE and several SPID providers use capitals. */
export type NameStyle = 'as registered' | 'upper case'

interface AttributeKind {
  /** Italian, for the consent page and as FriendlyName. */
  readonly label: string
  readonly type?: 'xs:date'
  readonly value: (citizen: TestCitizen, idpCode: string) => string
}

const kinds: Readonly<Record<string, AttributeKind>> = {
  spidCode: { label: 'Codice identificativo SPID', value: spidCode },
  name: { label: 'Nome', value: ({ name }) => name },
  familyName: { label: 'Cognome', value: ({ familyName }) => familyName },
  placeOfBirth: { label: 'Luogo di Nascita', value: ({ birthPlace }) => birthPlace },
  countyOfBirth: { label: 'Provincia di Nascita', value: ({ birthCounty }) => birthCounty },
  dateOfBirth: { label: 'Data di Nascita', type: 'xs:date', value: ({ birthDate }) => birthDate },
  gender: { label: 'Sesso', value: ({ gender }) => gender },
  fiscalNumber: { label: 'Codice Fiscale', value: ({ fiscalNumber }) => fiscalNumber && `TINIT-${fiscalNumber}` },
  companyName: { label: 'Ragione o denominazione sociale', value: ({ company }) => company?.name ?? '' },
  companyFiscalNumber: {
    label: 'Codice fiscale persona giuridica',
    value: ({ company }) => (company ? `TINIT-${company.number}` : ''),
  },
  registeredOffice: { label: 'Sede legale', value: ({ company }) => company?.registeredOffice ?? '' },
  ivaCode: { label: 'Partita IVA', value: ({ company }) => (company ? `VATIT-${company.number}` : '') },
  idCard: {
    label: "Documento d'identità",
    value: ({ card }) => `cartaIdentita CA${card?.number.slice(-5) ?? '00000'}AA Comune 2022-01-10 2032-01-10`,
  },
  mobilePhone: { label: 'Telefono cellulare', value: ({ mobilePhone }) => mobilePhone },
  email: { label: 'Indirizzo e-mail', value: ({ email }) => email },
  address: { label: 'Indirizzo', value: ({ address }) => address },
  domicileStreetAddress: { label: 'Domicilio: via', value: ({ address }) => address.replace(/ \d{5} .*$/, '') },
  domicilePostalCode: { label: 'Domicilio: CAP', value: ({ address }) => /\d{5}/.exec(address)?.[0] ?? '' },
  domicileMunicipality: {
    label: 'Domicilio: Comune',
    value: ({ address }) => /\d{5} (.+) \w\w$/.exec(address)?.[1] ?? '',
  },
  domicileProvince: { label: 'Domicilio: provincia', value: ({ address }) => address.slice(-2) },
  domicileNation: { label: 'Domicilio: nazione', value: () => 'IT' },
  expirationDate: { label: "Scadenza dell'identità", type: 'xs:date', value: () => '2032-01-10' },
  digitalAddress: { label: 'Domicilio digitale', value: ({ email }) => email.replace('@', '@pec.') },
}

/** The four of the CIE, in the order of its consent page. */
export const cieAttributes: readonly string[] = ['name', 'familyName', 'dateOfBirth', 'fiscalNumber']

export const attributeLabel = (name: string): string => kinds[name]?.label ?? name

export interface AttributeValue {
  readonly name: string
  readonly type: 'xs:string' | 'xs:date'
  readonly value: string
}

/** What a person has not, a company for one, is left out, and so are unknown names. */
export const attributeValues = (
  names: readonly string[],
  citizen: TestCitizen,
  { idpCode, style }: { idpCode: string; style: NameStyle },
): readonly AttributeValue[] =>
  names.flatMap((name) => {
    const kind = kinds[name]
    if (kind === undefined) return []
    const value = kind.value(citizen, idpCode)
    if (value === '') return []
    const isName = name === 'name' || name === 'familyName'
    return [
      { name, type: kind.type ?? 'xs:string', value: isName && style === 'upper case' ? value.toUpperCase() : value },
    ]
  })
