/** docs/rules/spid-saml.md 2.3 and 2.4: whom AgID may call, by profile. SPT itself looks at little of this (2.4). */
import { type Check, unless } from '../../saml/finding.ts'
import { children } from '../../saml/metadata-document.ts'
import { organizationNameOf } from '../../saml/metadata-faults.ts'
import type { ElementNode } from '../../saml/tree.ts'
import { attributeOf, textOf } from '../../saml/xml.ts'
import type { SpidMetadataProfile } from '../metadata.ts'
import { entityTypeOf, extensionsOf, type SpidMetadataDocument } from './document.ts'

/** One contact as a profile wants it. */
interface Role {
  /** `spid:entityType`; null: without. */
  readonly entityType: 'spid:aggregator' | 'spid:aggregated' | null
  readonly marker: string
  /** Each of them must stand. */
  readonly identifiers: readonly string[]
  /** And one of these. */
  readonly oneOf?: readonly string[]
  readonly email: boolean
  readonly companyRequired: boolean
  readonly companyIsOrganization: boolean
}

const aggregator: Role = {
  entityType: 'spid:aggregator',
  marker: 'PublicServicesFullAggregator',
  identifiers: [],
  oneOf: ['IPACode', 'VATNumber', 'FiscalCode'],
  email: true,
  companyRequired: true,
  companyIsOrganization: false,
}
const aggregated: Role = {
  entityType: 'spid:aggregated',
  marker: 'Public',
  identifiers: ['IPACode'],
  email: false,
  companyRequired: true,
  companyIsOrganization: true,
}
const operator: Role = {
  entityType: 'spid:aggregator',
  marker: 'PublicServicesFullOperator',
  identifiers: ['IPACode', 'VATNumber', 'FiscalCode'],
  email: true,
  companyRequired: true,
  companyIsOrganization: true,
}
const publicBody: Role = {
  entityType: null,
  marker: 'Public',
  identifiers: ['IPACode'],
  email: true,
  companyRequired: false,
  companyIsOrganization: true,
}

const roles: Readonly<Record<SpidMetadataProfile, readonly Role[]>> = {
  'pub-ag-full': [aggregator, aggregated],
  'pub-op-full': [operator],
  spid: [publicBody],
}
const section = (profile: SpidMetadataProfile) => (profile === 'spid' ? '2.3' : '2.4')

/** Of spid.xsd; the marker comes last. */
const extensionOrder = ['IPACode', 'VATNumber', 'FiscalCode']
const EMAIL = /^(\w|\.|_|-)+@(\w|_|-|\.)+\.\w{2,8}$/
/** Avviso 22: the fictitious body of AgID's trials. */
const TRIAL = '__aggrsint'

type Fault = (contact: ElementNode, role: Role, metadata: SpidMetadataDocument) => readonly string[]

const byContact =
  (fault: Fault): Check<SpidMetadataDocument>['faults'] =>
  (metadata) =>
    roles[metadata.profile].flatMap((role, index) => {
      const contact = metadata.contacts[index]
      return contact === undefined ? [] : fault(contact, role, metadata)
    })

const checksOf = (s: '2.3' | '2.4'): readonly Check<SpidMetadataDocument>[] => [
  {
    id: `${s} ContactPerson`,
    faults: ({ profile, contacts }) => [
      ...unless(
        contacts.length === roles[profile].length,
        `there are ${contacts.length} ContactPersons, ${profile} has ${roles[profile].length}`,
      ),
      ...contacts
        .filter((contact) => attributeOf(contact, 'contactType') !== 'other')
        .map((contact) => `contactType is ${attributeOf(contact, 'contactType')}, not other`),
    ],
    fix: 'correct federation.spid.profile, or make the file again with varco spid metadata',
  },
  {
    id: `${s} spid:entityType`,
    faults: byContact((contact, { entityType }) =>
      unless(
        (entityTypeOf(contact) || null) === entityType,
        `spid:entityType is ${entityTypeOf(contact) || 'missing'}, not ${entityType ?? 'missing'}`,
      ),
    ),
    fix: 'correct federation.spid.profile, or make the file again with varco spid metadata',
  },
  {
    id: `${s} identifiers`,
    faults: byContact((contact, { identifiers, oneOf, marker }) => {
      const values = valuesOf(contact)
      return [
        ...identifiers
          .filter((name) => !values.get(name))
          .map((name) => `the contact with ${marker} has no spid:${name}`),
        ...unless(
          oneOf === undefined || oneOf.some((name) => values.get(name)),
          `the contact with ${marker} has none of ${oneOf?.map((name) => `spid:${name}`).join(', ')}`,
        ),
        ...unless(values.get('IPACode') !== TRIAL, `spid:IPACode is ${TRIAL}, which is for trials only`),
      ]
    }),
    fix: 'add ipa_code, vat_number or fiscal_code: under aggregator for the region, under organisation and federation.spid for the body',
  },
  {
    id: `${s} VATNumber`,
    faults: byContact((contact) =>
      [valuesOf(contact).get('VATNumber')]
        .filter((value) => value && !/^[A-Z]{2}\w+$/.test(value))
        .map((value) => `spid:VATNumber ${value} does not begin with its country`),
    ),
    fix: 'write vat_number as IT01234567890',
  },
  {
    id: `${s} marker`,
    faults: byContact((contact, { marker }) => {
      const markers = extensionsOf(contact).filter(({ localName }) => !extensionOrder.includes(localName))
      return [
        ...unless(
          markers.map(({ localName }) => localName).join() === marker,
          `the marker is ${markers.map(({ localName }) => localName).join(', ') || 'missing'}, not spid:${marker}`,
        ),
        ...unless(
          markers.every((element) => element.children.length === 0),
          'the marker is not empty',
        ),
      ]
    }),
    fix: 'correct federation.spid.profile, or make the file again with varco spid metadata',
  },
  {
    id: `${s} Extensions order`,
    faults: byContact((contact) => {
      const places = extensionsOf(contact).map(({ localName }) => {
        const place = extensionOrder.indexOf(localName)
        return place < 0 ? extensionOrder.length : place
      })
      return unless(
        places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0)),
        'the extensions are not in the order IPACode, VATNumber, FiscalCode, marker',
      )
    }),
    fix: 'the file was changed: make it again with varco spid metadata',
  },
  {
    id: `${s} Company`,
    faults: byContact((contact, { companyRequired, companyIsOrganization, marker }, metadata) => {
      const [company] = children(contact, 'Company').map(textOf)
      if (company === undefined || company === '') {
        return unless(!companyRequired, `the contact with ${marker} has no Company`)
      }
      const name = organizationNameOf(metadata)
      return unless(
        !companyIsOrganization || company === name,
        `Company is "${company}", not the OrganizationName "${name}"`,
      )
    }),
    fix: 'set aggregator.name; the Company of a body is its organisation.names.it',
  },
  {
    id: `${s} EmailAddress`,
    faults: byContact((contact, { email, marker }) => {
      const emails = children(contact, 'EmailAddress').map(textOf)
      return [
        ...unless(
          emails.length === 1 || (emails.length === 0 && !email),
          `the contact with ${marker} has ${emails.length} EmailAddresses`,
        ),
        ...emails
          .filter((address) => !EMAIL.test(address))
          .map((address) => `"${address}" is no address that AgID takes`),
      ]
    }),
    fix: 'set aggregator.email for the region, federation.spid.contact.email for the body; an office, no person',
  },
  {
    id: `${s} TelephoneNumber`,
    faults: byContact((contact) =>
      children(contact, 'TelephoneNumber')
        .map(textOf)
        .filter((phone) => !/^\+?\d+$/.test(phone))
        .map((phone) => `the telephone number "${phone}" has more than digits`),
    ),
    fix: 'write it as "+390461000000"',
  },
]

export const contactChecks = (profile: SpidMetadataProfile): readonly Check<SpidMetadataDocument>[] =>
  checksOf(section(profile))

const valuesOf = (contact: ElementNode): ReadonlyMap<string, string> =>
  new Map(extensionsOf(contact).map((element) => [element.localName, textOf(element)]))
