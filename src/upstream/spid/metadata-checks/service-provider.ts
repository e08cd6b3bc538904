/** docs/rules/spid-saml.md 2.1, second half, and section 11: the SPSSODescriptor. */
import { type Check, unless } from '../../saml/finding.ts'
import { children, indexOf } from '../../saml/metadata-document.ts'
import {
  bindings,
  indexFaults,
  keyDescriptorFaults,
  keyDescriptors,
  nameIdFormatFaults,
  roleAttributeFaults,
  roleFaults,
} from '../../saml/metadata-faults.ts'
import type { ElementNode } from '../../saml/tree.ts'
import { attributeOf, namespaces, textOf } from '../../saml/xml.ts'
import { addressFaults, type SpidMetadataDocument } from './document.ts'

const logoutBindings: ReadonlySet<string> = new Set(Object.values(bindings))

/** Section 7: exactly these 23. */
const attributeNames: ReadonlySet<string> = new Set(
  `spidCode name familyName placeOfBirth countyOfBirth dateOfBirth gender companyName companyFiscalNumber registeredOffice
  fiscalNumber ivaCode idCard mobilePhone email address domicileStreetAddress domicilePostalCode domicileMunicipality
  domicileProvince domicileNation expirationDate digitalAddress`.split(/\s+/),
)

/** Section 11. */
const eidasSets: Readonly<Record<number, { readonly name: string; readonly attributes: readonly string[] }>> = {
  99: {
    name: 'eIDAS Natural Person Minimum Attribute Set',
    attributes: ['fiscalNumber', 'spidCode', 'name', 'familyName', 'dateOfBirth'],
  },
  100: {
    name: 'eIDAS Natural Person Full Attribute Set',
    attributes: 'fiscalNumber spidCode name familyName dateOfBirth placeOfBirth address gender'.split(' '),
  },
}

const OURS = 'the file was changed, or this is a defect of Varco: make it again with varco spid metadata'
const SETS = 'correct federation.spid.attribute_sets in the tenant file'
const HOST = 'set public_url to the https:// address of the regional host'

export const serviceProviderChecks: readonly Check<SpidMetadataDocument>[] = [
  { id: '1.6.0', faults: roleFaults, fix: OURS },
  {
    id: '1.6.1-2',
    faults: (metadata) => roleAttributeFaults(metadata, 'protocolSupportEnumeration', namespaces.protocol),
    fix: OURS,
  },
  { id: '1.6.3-5', faults: (metadata) => roleAttributeFaults(metadata, 'AuthnRequestsSigned', 'true'), fix: OURS },
  { id: '01.06.07-09', faults: (metadata) => roleAttributeFaults(metadata, 'WantAssertionsSigned', 'true'), fix: OURS },
  {
    id: '1.4.0-1',
    faults: (metadata) => [
      ...unless(keyDescriptors(metadata, 'signing').length > 0, 'there is no KeyDescriptor for signing'),
      ...keyDescriptorFaults(metadata, 'signing'),
    ],
    fix: OURS,
  },
  { id: '1.4.2', faults: (metadata) => keyDescriptorFaults(metadata, 'encryption'), fix: OURS },
  {
    id: '1.8.x',
    faults: ({ inRole }) => {
      const services = inRole('SingleLogoutService')
      return [
        ...unless(services.length > 0, 'there is no SingleLogoutService'),
        ...services.flatMap((service) => [
          ...unless(
            logoutBindings.has(attributeOf(service, 'Binding') ?? ''),
            `SingleLogoutService has the binding ${attributeOf(service, 'Binding')}`,
          ),
          ...addressFaults('the Location of SingleLogoutService', attributeOf(service, 'Location')),
        ]),
      ]
    },
    fix: HOST,
  },
  { id: '2.1 NameIDFormat', faults: nameIdFormatFaults, fix: OURS },
  {
    id: '1.1.x',
    faults: ({ inRole }) => {
      const services = inRole('AssertionConsumerService')
      const defaults = services.filter((service) => attributeOf(service, 'isDefault') === 'true')
      return [
        ...unless(services.length > 0, 'there is no AssertionConsumerService'),
        ...indexFaults(services),
        ...services.flatMap((service) => [
          ...unless(attributeOf(service, 'Binding') === bindings.post, 'an AssertionConsumerService is not HTTP-POST'),
          ...addressFaults('the Location of AssertionConsumerService', attributeOf(service, 'Location')),
        ]),
        ...unless(
          defaults.length === 1 && defaults.every((service) => indexOf(service) === 0),
          'not exactly one AssertionConsumerService is the default, with index 0',
        ),
      ]
    },
    fix: HOST,
  },
  {
    id: '1.2.x',
    faults: ({ inRole }) => {
      const services = inRole('AttributeConsumingService')
      return [
        ...unless(services.length > 0, 'there is no AttributeConsumingService'),
        ...indexFaults(services),
        ...services.flatMap(setFaults),
      ]
    },
    fix: SETS,
  },
  {
    id: '11 eIDAS sets',
    faults: ({ inRole }) => inRole('AttributeConsumingService').flatMap(eidasFaults),
    fix: 'leave the indexes 99 and 100 to eIDAS',
  },
]

const setFaults = (service: ElementNode): readonly string[] => {
  const what = `the set with index ${attributeOf(service, 'index')}`
  const names = children(service, 'ServiceName')
  const attributes = children(service, 'RequestedAttribute').map((element) => attributeOf(element, 'Name') ?? '')
  return [
    ...unless(
      names.length > 0 && names.every((name) => textOf(name) !== '' && (attributeOf(name, 'xml:lang') ?? '') !== ''),
      `${what} has no ServiceName with xml:lang`,
    ),
    ...unless(attributes.length > 0, `${what} requests nothing`),
    ...unless(new Set(attributes).size === attributes.length, `${what} requests an attribute twice`),
    ...attributes
      .filter((name) => !attributeNames.has(name))
      .map((name) => `${what} requests "${name}", which SPID does not have`),
  ]
}

const eidasFaults = (service: ElementNode): readonly string[] => {
  const set = eidasSets[indexOf(service)]
  if (set === undefined) return []
  const [name] = children(service, 'ServiceName')
  const requested = children(service, 'RequestedAttribute').map((element) => attributeOf(element, 'Name') ?? '')
  return [
    ...unless(
      name !== undefined && textOf(name) === set.name && attributeOf(name, 'xml:lang') === 'it',
      `the set with index ${indexOf(service)} is not called "${set.name}"`,
    ),
    ...requested
      .filter((one) => !set.attributes.includes(one))
      .map((one) => `the set with index ${indexOf(service)} requests ${one}`),
  ]
}
