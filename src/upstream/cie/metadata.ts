/** What the Ministry wants to read about a Comune: CIE's metadata over the SAML core. docs/rules/cie.md A2. */
import { type ContactPerson, type SpMetadata, signedMetadata, type Texts } from '../saml/sp-metadata.ts'
import { element, type XmlElement } from '../saml/write-xml.ts'
import type { SigningIdentity } from '../upstream.ts'

export const CIE_EXTENSIONS = 'https://www.cartaidentita.interno.gov.it/saml-extensions'

export interface CieServiceProvider extends Omit<SpMetadata, 'contacts' | 'prefixes' | 'attributeSets'> {
  readonly services: readonly CieService[]
  /** The Comune. Its Company is the Italian name of the organisation. */
  readonly body: Contact & PublicBody
  /** Who runs the gateway. */
  readonly operator: Contact & { readonly company: string } & (PublicBody | PrivateCompany)
}

export interface CieService {
  readonly index: number
  /** Version 4, without `urn:uuid:`. */
  readonly uuid: string
  /** What SPID calls a ServiceName. */
  readonly descriptions: Texts
}

/** Where it sits and how to reach it. */
export interface Contact {
  /** Belfiore code (`H501`); abroad the postal code. */
  readonly municipality: string
  /** As on number plates, `EE` abroad. */
  readonly province?: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** As given in the Ministry's portal for this very contact. */
  readonly email: string
  readonly phone?: string
}

export interface PublicBody {
  readonly kind: 'public'
  readonly ipaCode: string
  /** `L6`: municipalities. */
  readonly ipaCategory?: string
}

export interface PrivateCompany {
  readonly kind: 'private'
  /** With its country: `IT01234567890`. */
  readonly vatNumber: string
  readonly fiscalCode: string
  /** ATECO, `62.01.00`: one at least. */
  readonly nace2Codes: readonly string[]
}

/** Always all four: CIE has no others (4.22). */
const attributes = ['name', 'familyName', 'dateOfBirth', 'fiscalNumber'] as const

/** The whole file. Throws where the organisation has no Italian name. */
export const cieMetadata = (
  { services, body, operator, ...sp }: CieServiceProvider,
  signing: SigningIdentity,
): string => {
  const company = sp.organization.names.find(({ language }) => language === 'it')?.text
  if (company === undefined) throw new Error('an organisation without an Italian name')
  return signedMetadata(
    {
      ...sp,
      attributeSets: services.map(({ index, uuid, descriptions }) => ({
        index,
        // 4.21: no language, and nothing for people
        names: [{ language: '', text: `urn:uuid:${uuid}` }],
        descriptions,
        attributes,
      })),
      contacts: [contact('administrative', { ...body, company }), contact('technical', operator)],
      prefixes: { cie: CIE_EXTENSIONS },
    },
    signing,
  )
}

/**
 * A2.1, in an order that also the older versions of cie.xsd take. They have no place for a public body's VAT number, tax
 * code and activity, which are optional.
 */
const contact = (type: ContactPerson['type'], whose: CieServiceProvider['operator']): ContactPerson => {
  const { company, municipality, province, country, email, phone } = whose
  return {
    type,
    extensions: [
      ...(whose.kind === 'public' ? publicBody(whose) : privateCompany(whose)),
      text('Municipality', municipality),
      ...optional('Province', province),
      text('Country', country),
    ],
    company,
    email,
    ...(phone !== undefined && { phone }),
  }
}

const publicBody = ({ ipaCode, ipaCategory }: PublicBody): readonly XmlElement[] => [
  element('cie:Public', {}),
  text('IPACode', ipaCode),
  ...optional('IPACategory', ipaCategory),
]

const privateCompany = ({ vatNumber, fiscalCode, nace2Codes }: PrivateCompany): readonly XmlElement[] => [
  element('cie:Private', {}),
  text('VATNumber', vatNumber),
  text('FiscalCode', fiscalCode),
  ...nace2Codes.map((code) => text('NACE2Code', code)),
]

const text = (name: string, value: string): XmlElement => element(`cie:${name}`, {}, value)
const optional = (name: string, value: string | undefined): readonly XmlElement[] =>
  value === undefined ? [] : [text(name, value)]
