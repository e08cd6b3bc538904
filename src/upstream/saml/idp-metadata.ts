/** The identity providers, as their metadata describe them: one EntityDescriptor, or the registry's aggregate of all. */
import { X509Certificate } from 'node:crypto'
import type { Pending } from '../upstream.ts'
import { attributeOf, childElements, childrenNamed, isNamed, namespaces, parseXml, textOf } from './xml.ts'

export interface IdpMetadata {
  readonly entityId: string
  /** At least one, `redirect` before `post`. */
  readonly sso: readonly { readonly binding: 'redirect' | 'post'; readonly url: string }[]
  /** PEM, every one that may sign; several while a provider changes keys. Expired ones too: docs/rules/spid-saml.md 5.4. */
  readonly certificates: readonly string[]
  /** Which of them are past their notAfter (ISO 8601), to be reported. */
  readonly expiredCertificates: readonly { readonly notAfter: string }[]
  /** What the organisation calls itself, in Italian where it says so. */
  readonly organizationName?: string
}

/** The national aggregate has 140 KB. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024

const bindings: Readonly<Record<string, 'redirect' | 'post'>> = {
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect': 'redirect',
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST': 'post',
}

/**
 * @param now milliseconds since 1970, to tell which certificates are past.
 * @param leftOut told of each provider that cannot be used, and why; the others are returned all the same.
 * @throws GatewayError as parseXml does, for a file that is not metadata at all.
 */
export const parseIdpMetadata = (
  xml: string,
  { now, leftOut = () => {} }: { now: number; leftOut?: (entityId: string, reason: string) => void },
): readonly IdpMetadata[] =>
  entitiesOf(parseXml(xml, { maxBytes: MAX_METADATA_BYTES }).root).flatMap((entity) => {
    const entityId = attributeOf(entity, 'entityID') ?? ''
    const role = children(entity, 'IDPSSODescriptor').find((descriptor) =>
      attributeOf(descriptor, 'protocolSupportEnumeration')?.split(/\s+/).includes(namespaces.protocol),
    )
    if (role === undefined) return []
    const sso = ssoOf(role)
    const certificates = signingCertificates(role)
    const reason =
      (entityId === '' && 'no entityID') ||
      (sso.length === 0 && 'no SingleSignOnService by HTTP-Redirect or HTTP-POST') ||
      (certificates.length === 0 && 'no readable signing certificate')
    if (reason) {
      leftOut(entityId, reason)
      return []
    }
    const organizationName = organizationOf(entity)
    return [
      {
        entityId,
        sso,
        certificates: certificates.map(String),
        expiredCertificates: certificates
          .filter(({ validToDate }) => validToDate.getTime() < now)
          .map(({ validToDate }) => ({ notAfter: validToDate.toISOString() })),
        ...(organizationName && { organizationName }),
      },
    ]
  })

/** The provider as a login is begun with it: the preferred address and every certificate. */
export const idpOf = ({ entityId, sso, certificates }: IdpMetadata): NonNullable<Pending['idp']> => {
  const [preferred] = sso
  if (preferred === undefined) throw new Error(`${entityId} has no SingleSignOnService`)
  return { entityId, binding: preferred.binding, ssoUrl: preferred.url, certificates }
}

const entitiesOf = (element: Element): Element[] => {
  if (isNamed(element, namespaces.metadata, 'EntityDescriptor')) return [element]
  return isNamed(element, namespaces.metadata, 'EntitiesDescriptor') ? childElements(element).flatMap(entitiesOf) : []
}

const ssoOf = (role: Element): IdpMetadata['sso'] =>
  children(role, 'SingleSignOnService')
    .flatMap((service) => {
      const binding = bindings[attributeOf(service, 'Binding') ?? '']
      const url = attributeOf(service, 'Location') ?? ''
      return binding !== undefined && /^https?:/i.test(url) && URL.canParse(url) ? [{ binding, url }] : []
    })
    .sort((a, b) => (a.binding === b.binding ? 0 : a.binding === 'redirect' ? -1 : 1))

/** A KeyDescriptor without `use` serves both (SAML metadata 2.4.1.1). */
const signingCertificates = (role: Element): X509Certificate[] =>
  children(role, 'KeyDescriptor')
    .filter((descriptor) => (attributeOf(descriptor, 'use') ?? 'signing') === 'signing')
    .flatMap((descriptor) => keyChildren(descriptor, 'KeyInfo'))
    .flatMap((keyInfo) => keyChildren(keyInfo, 'X509Data'))
    .flatMap((data) => keyChildren(data, 'X509Certificate'))
    .flatMap((certificate) => {
      try {
        return [new X509Certificate(Buffer.from(textOf(certificate), 'base64'))]
      } catch {
        return []
      }
    })

const organizationOf = (entity: Element): string | undefined => {
  const [organization] = children(entity, 'Organization')
  if (organization === undefined) return undefined
  const names = ['OrganizationDisplayName', 'OrganizationName'].flatMap((name) => {
    const all = children(organization, name)
    return [...all.filter((element) => attributeOf(element, 'xml:lang') === 'it'), ...all]
  })
  // one of the twelve real providers has its address for a display name
  return names.map(textOf).find((name) => name !== '' && !URL.canParse(name))
}

const children = (parent: Element, localName: string) => childrenNamed(parent, namespaces.metadata, localName)
const keyChildren = (parent: Element, localName: string) => childrenNamed(parent, namespaces.signature, localName)
