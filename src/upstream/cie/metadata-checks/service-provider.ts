/** docs/rules/cie.md A2, rows 4 to 4.22: the SPSSODescriptor. */
import { type Check, unless } from '../../saml/finding.ts'
import { children, languageOf } from '../../saml/metadata-document.ts'
import {
  bindings,
  httpsFaults,
  indexFaults,
  keyDescriptorFaults,
  keyDescriptors,
  nameIdFormatFaults,
  roleAttributeFaults,
  roleFaults,
} from '../../saml/metadata-faults.ts'
import type { ElementNode } from '../../saml/tree.ts'
import { attributeOf, namespaces, textOf } from '../../saml/xml.ts'
import { type CheckedMetadata, OURS } from './document.ts'

const logoutBindings: ReadonlySet<string> = new Set(Object.values(bindings))
const answerBindings: ReadonlySet<string> = new Set([bindings.post, bindings.redirect])
const attributeNames = ['name', 'familyName', 'dateOfBirth', 'fiscalNumber']
const UUID_4 = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

const HOST = 'set public_url to the https:// address of the regional host'

export const serviceProviderChecks: readonly Check<CheckedMetadata>[] = [
  { id: '4, 4.1', faults: roleFaults, fix: OURS },
  {
    id: '4.2-4.5',
    faults: (metadata) => [
      ...roleAttributeFaults(metadata, 'AuthnRequestsSigned', 'true'),
      ...roleAttributeFaults(metadata, 'WantAssertionsSigned', 'true'),
    ],
    fix: OURS,
  },
  {
    id: '4.6',
    faults: (metadata) => roleAttributeFaults(metadata, 'protocolSupportEnumeration', namespaces.protocol),
    fix: OURS,
  },
  {
    id: '4.7-4.8',
    faults: (metadata) => [
      ...unless(keyDescriptors(metadata, 'signing').length > 0, 'there is no KeyDescriptor for signing'),
      ...keyDescriptorFaults(metadata, 'signing'),
      ...keyDescriptorFaults(metadata, 'encryption'),
    ],
    fix: OURS,
  },
  {
    id: '4.9-4.11',
    faults: ({ inRole }) => {
      const services = inRole('SingleLogoutService')
      return [
        ...unless(
          services.some((service) => attributeOf(service, 'Binding') === bindings.redirect),
          'no SingleLogoutService is HTTP-Redirect',
        ),
        ...bindingFaults(services, logoutBindings),
        ...locationFaults(services),
      ]
    },
    fix: HOST,
  },
  {
    id: '4.12-4.13',
    faults: (metadata) => [
      ...unless(metadata.inRole('NameIDFormat').length <= 1, 'there is more than one NameIDFormat'),
      ...nameIdFormatFaults(metadata),
    ],
    fix: OURS,
  },
  {
    id: '4.14-4.18',
    faults: ({ inRole }) => {
      const services = inRole('AssertionConsumerService')
      return [
        ...unless(services.length > 0, 'there is no AssertionConsumerService'),
        ...bindingFaults(services, answerBindings),
        ...locationFaults(services),
        ...indexFaults(services),
        ...unless(
          services.filter((service) => attributeOf(service, 'isDefault') === 'true').length === 1,
          'not exactly one AssertionConsumerService is the default',
        ),
      ]
    },
    fix: HOST,
  },
  {
    id: '4.19-4.20',
    faults: ({ inRole }) => {
      const services = inRole('AttributeConsumingService')
      return [...unless(services.length > 0, 'there is no AttributeConsumingService'), ...indexFaults(services)]
    },
    fix: OURS,
  },
  {
    id: '4.21',
    faults: ({ inRole }) => inRole('AttributeConsumingService').flatMap(nameFaults),
    fix: 'set federation.cie.service_uuid, and what people read in federation.cie.descriptions',
  },
  {
    id: '4.22',
    faults: ({ inRole }) => inRole('AttributeConsumingService').flatMap(requestFaults),
    fix: OURS,
  },
]

const bindingFaults = (services: readonly ElementNode[], allowed: ReadonlySet<string>): readonly string[] =>
  services
    .filter((service) => !allowed.has(attributeOf(service, 'Binding') ?? ''))
    .map((service) => `${service.localName} has the binding ${attributeOf(service, 'Binding')}`)

const locationFaults = (services: readonly ElementNode[]): readonly string[] =>
  services.flatMap((service) => httpsFaults(`the Location of ${service.localName}`, attributeOf(service, 'Location')))

/** An identifier without language as the name; what people read is the description. */
const nameFaults = (service: ElementNode): readonly string[] => {
  const names = children(service, 'ServiceName')
  return [
    ...unless(names.length === 1, `there are ${names.length} ServiceNames, not one`),
    ...names.flatMap((name) => [
      ...unless(UUID_4.test(textOf(name)), `ServiceName "${textOf(name)}" is not urn:uuid: and a UUID of version 4`),
      // present and empty: the schema wants the attribute
      ...unless(attributeOf(name, 'xml:lang') === '', 'the xml:lang of ServiceName is not empty'),
    ]),
    ...unless(
      children(service, 'ServiceDescription').every((one) => languageOf(one) !== '' && textOf(one) !== ''),
      'a ServiceDescription has no language or no text',
    ),
  ]
}

const requestFaults = (service: ElementNode): readonly string[] => {
  const names = children(service, 'RequestedAttribute').map((element) => attributeOf(element, 'Name') ?? '')
  return [
    ...attributeNames.filter((name) => !names.includes(name)).map((name) => `${name} is not requested`),
    ...names.filter((name) => !attributeNames.includes(name)).map((name) => `"${name}", which CIE lacks, is requested`),
    ...unless(new Set(names).size === names.length, 'an attribute is requested twice'),
  ]
}
