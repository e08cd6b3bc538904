/**
 * The SAML metadata of a service provider, of no country: an EntityDescriptor with one SPSSODescriptor, its children in
 * the order of the schema, signed. Nothing in it depends on clock or chance: the same values make the same bytes.
 * Source: docs/rules/spid-saml.md 2.1 and 2.2, docs/rules/cie.md A2.
 */
import { createHash } from 'node:crypto'
import type { SigningIdentity } from '../upstream.ts'
import { derOf, envelopedSignature } from './sign.ts'
import { canonicalXml, documentXml, element, type Prefixes, type XmlElement } from './write-xml.ts'
import { namespaces } from './xml.ts'

/** In the order in which they are published. */
export type Texts = readonly { readonly language: string; readonly text: string }[]

export interface SpMetadata {
  readonly entityId: string
  /** PEM: the one that signs now, and during a rollover the other one. */
  readonly certificates: readonly string[]
  readonly logout: readonly { readonly binding: keyof typeof bindings; readonly location: string }[]
  /** By index; the first is the default. Answers come by HTTP-POST only (docs/rules/spid-saml.md 12). */
  readonly acsUrls: readonly string[]
  readonly attributeSets: readonly AttributeConsumingService[]
  /** Each list has the same languages: the schema's users want whole triples. */
  readonly organization: { readonly names: Texts; readonly displayNames: Texts; readonly urls: Texts }
  readonly contacts: readonly ContactPerson[]
  /** Of the extensions, declared at the root. */
  readonly prefixes: Prefixes
}

export interface AttributeConsumingService {
  readonly index: number
  /** CIE has one with an empty language. */
  readonly names: Texts
  readonly descriptions: Texts
  readonly attributes: readonly string[]
}

export interface ContactPerson {
  readonly type: 'other' | 'billing' | 'administrative' | 'technical'
  /** Of the element itself, with their prefix. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly extensions: readonly XmlElement[]
  readonly company: string
  readonly email?: string
  /** Without blanks. */
  readonly phone?: string
}

const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/** The whole file, beginning with its XML declaration. */
export const signedMetadata = (metadata: SpMetadata, signing: SigningIdentity): string => {
  const prefixes = { md: namespaces.metadata, ds: namespaces.signature, ...metadata.prefixes }
  const children = [serviceProvider(metadata), organization(metadata), ...metadata.contacts.map(contactPerson)]
  const entity = (id: string) => element('md:EntityDescriptor', { ID: id, entityID: metadata.entityId }, ...children)
  const id = `_${createHash('sha256')
    .update(canonicalXml(entity(''), prefixes))
    .digest('hex')}`
  const root = entity(id)
  const signature = envelopedSignature(id, canonicalXml(root, prefixes), signing)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${documentXml(root, prefixes, signature)}\n`
}

const serviceProvider = ({ certificates, logout, acsUrls, attributeSets }: SpMetadata): XmlElement =>
  element(
    'md:SPSSODescriptor',
    {
      AuthnRequestsSigned: 'true',
      WantAssertionsSigned: 'true',
      protocolSupportEnumeration: namespaces.protocol,
    },
    ...certificates.map(keyDescriptor),
    ...logout.map(({ binding, location }) =>
      element('md:SingleLogoutService', { Binding: bindings[binding], Location: location }),
    ),
    element('md:NameIDFormat', {}, TRANSIENT),
    ...acsUrls.map((location, index) =>
      element('md:AssertionConsumerService', {
        index: `${index}`,
        isDefault: index === 0 ? 'true' : undefined,
        Binding: bindings.post,
        Location: location,
      }),
    ),
    ...attributeSets.map(attributeConsumingService),
  )

const keyDescriptor = (certificate: string): XmlElement =>
  element(
    'md:KeyDescriptor',
    { use: 'signing' },
    element('ds:KeyInfo', {}, element('ds:X509Data', {}, element('ds:X509Certificate', {}, derOf(certificate)))),
  )

const attributeConsumingService = ({ index, names, descriptions, attributes }: AttributeConsumingService): XmlElement =>
  element(
    'md:AttributeConsumingService',
    { index: `${index}` },
    ...localised('md:ServiceName', names),
    ...localised('md:ServiceDescription', descriptions),
    ...attributes.map((name) => element('md:RequestedAttribute', { Name: name })),
  )

const organization = ({ organization: { names, displayNames, urls } }: SpMetadata): XmlElement =>
  element(
    'md:Organization',
    {},
    ...localised('md:OrganizationName', names),
    ...localised('md:OrganizationDisplayName', displayNames),
    ...localised('md:OrganizationURL', urls),
  )

const contactPerson = ({ type, attributes, extensions, company, email, phone }: ContactPerson): XmlElement =>
  element(
    'md:ContactPerson',
    { contactType: type, ...attributes },
    element('md:Extensions', {}, ...extensions),
    element('md:Company', {}, company),
    ...(email === undefined ? [] : [element('md:EmailAddress', {}, email)]),
    ...(phone === undefined ? [] : [element('md:TelephoneNumber', {}, phone)]),
  )

const localised = (name: string, texts: Texts): readonly XmlElement[] =>
  texts.map(({ language, text }) => element(name, { 'xml:lang': language }, text))
