/** What AgID wants to read about a Comune: SPID's three profiles over the SAML core. docs/rules/spid-saml.md 1, 2, 11. */
import {
  type AttributeConsumingService,
  type ContactPerson,
  type SpMetadata,
  signedMetadata,
} from '../saml/sp-metadata.ts'
import { element, type XmlElement } from '../saml/write-xml.ts'
import type { SigningIdentity } from '../upstream.ts'

/** Activity codes; `spid` is a public body that serves itself. */
export type SpidMetadataProfile = 'pub-ag-full' | 'pub-op-full' | 'spid'

/** Of a body as AgID knows it. */
export interface Identifiers {
  readonly ipaCode?: string
  /** With its country: `IT01234567890`. */
  readonly vatNumber?: string
  readonly fiscalCode?: string
}

/** The region that runs the gateway. */
export interface Aggregator extends Identifiers {
  readonly name: string
  readonly email: string
  readonly phone?: string
}

export interface SpidServiceProvider extends Omit<SpMetadata, 'contacts' | 'prefixes'> {
  readonly profile: SpidMetadataProfile
  /** Needed by `pub-ag-full` only. */
  readonly aggregator?: Aggregator
  /** The Comune; `email` is needed by all profiles but `pub-ag-full`. */
  readonly body: Identifiers & { readonly email?: string; readonly phone?: string }
  /** Publishes the two sets of the FICEP node (section 11); AgID must then validate again. */
  readonly eidas?: boolean
}

export const SPID_EXTENSIONS = 'https://spid.gov.it/saml-extensions'

/** The whole file. Throws where the profile's own requirements are not met: the caller checks them, and names the keys. */
export const spidMetadata = (sp: SpidServiceProvider, signing: SigningIdentity): string =>
  signedMetadata(
    {
      ...sp,
      attributeSets: [...sp.attributeSets, ...(sp.eidas === true ? eidasAttributeSets : [])],
      contacts: contactsOf(sp),
      prefixes: { spid: SPID_EXTENSIONS },
    },
    signing,
  )

const contactsOf = (sp: SpidServiceProvider): readonly ContactPerson[] => {
  const company = sp.organization.names.find(({ language }) => language === 'it')?.text
  if (company === undefined) throw new Error('an organisation without an Italian name')
  const { body, aggregator } = sp
  switch (sp.profile) {
    case 'pub-ag-full': {
      if (aggregator === undefined) throw new Error('pub-ag-full without an aggregator')
      return [
        contact('aggregator', 'PublicServicesFullAggregator', aggregator.name, aggregator),
        contact('aggregated', 'Public', company, body),
      ]
    }
    // it serves for itself, and stands where an aggregator would
    case 'pub-op-full':
      return [contact('aggregator', 'PublicServicesFullOperator', company, body)]
    case 'spid':
      return [contact(undefined, 'Public', company, body)]
  }
}

/** Inside Extensions the order of spid.xsd: IPACode, VATNumber, FiscalCode, marker. */
const contact = (
  entityType: 'aggregator' | 'aggregated' | undefined,
  marker: string,
  company: string,
  { ipaCode, vatNumber, fiscalCode, email, phone }: SpidServiceProvider['body'],
): ContactPerson => ({
  type: 'other',
  // the prefix is part of the value (2.4)
  ...(entityType !== undefined && { attributes: { 'spid:entityType': `spid:${entityType}` } }),
  extensions: [
    ...optional('spid:IPACode', ipaCode),
    ...optional('spid:VATNumber', vatNumber),
    ...optional('spid:FiscalCode', fiscalCode),
    element(`spid:${marker}`, {}),
  ],
  company,
  ...(email !== undefined && { email }),
  ...(phone !== undefined && { phone }),
})

const optional = (name: string, text: string | undefined): readonly XmlElement[] =>
  text === undefined ? [] : [element(name, {}, text)]

const naturalPerson = ['spidCode', 'name', 'familyName', 'dateOfBirth'] as const

/** Section 11: the English names stand under `it`, literally. Without fiscalNumber, as the reference metadata: a foreign citizen has none. */
const eidasAttributeSets: readonly AttributeConsumingService[] = [
  {
    index: 99,
    names: [{ language: 'it', text: 'eIDAS Natural Person Minimum Attribute Set' }],
    descriptions: [],
    attributes: naturalPerson,
  },
  {
    index: 100,
    names: [{ language: 'it', text: 'eIDAS Natural Person Full Attribute Set' }],
    descriptions: [],
    attributes: [...naturalPerson, 'placeOfBirth', 'address', 'gender'],
  },
]
