/** The identity providers, as their metadata describe them: one EntityDescriptor, or the registry's aggregate of all. */
import { X509Certificate } from 'node:crypto'
import type { Pending } from '../upstream.ts'
import { millisecondsOf } from './checks/check.ts'
import { weakKeyBits } from './key-strength.ts'
import type { ElementNode } from './tree.ts'
import { attributeOf, childElements, childrenNamed, isNamed, namespaces, parseXml, textOf } from './xml.ts'

export interface IdpMetadata {
  readonly entityId: string
  /** At least one, `redirect` before `post`. */
  readonly sso: readonly { readonly binding: 'redirect' | 'post'; readonly url: string }[]
  /** Where it takes logout messages, `redirect` before `post`; absent when it takes none. `responseUrl`: for answers, where that differs. */
  readonly slo?: readonly SloEndpoint[]
  /** PEM, every one that may sign and is strong enough (section 12); several while a provider changes keys. Expired ones too: docs/rules/spid-saml.md 5.4. */
  readonly certificates: readonly string[]
  /** Which of them are past their notAfter (ISO 8601), to be reported. */
  readonly expiredCertificates: readonly { readonly notAfter: string }[]
  /** What the organisation calls itself, in Italian where it says so. */
  readonly organizationName?: string
  /** Milliseconds since 1970, the earlier of the provider's and its role's (SAML metadata 2.3.2): the registry honours it. */
  readonly validUntil?: number
}

export interface SloEndpoint {
  readonly binding: 'redirect' | 'post'
  readonly url: string
  readonly responseUrl?: string
}

/** The national aggregate has 140 KB. */
const LIMITS = { maxBytes: 8 * 1024 * 1024, maxNodes: 100_000 }

const bindings: Readonly<Record<string, 'redirect' | 'post'>> = {
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect': 'redirect',
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST': 'post',
}

interface ReadOptions {
  readonly now: number
  readonly leftOut?: (entityId: string, reason: string) => void
}

/**
 * @param now milliseconds since 1970, to tell which certificates are past.
 * @param leftOut told of each provider that cannot be used, and why; the others are returned all the same.
 * @throws GatewayError as parseXml does, for a file that is not metadata at all.
 */
export const parseIdpMetadata = (xml: string, options: ReadOptions): readonly IdpMetadata[] =>
  readIdpMetadata(parseXml(xml, LIMITS).root, options)

/** The same of a document that is parsed already: the registry's, from verified bytes. */
export const readIdpMetadata = (root: ElementNode, { now, leftOut = () => {} }: ReadOptions): readonly IdpMetadata[] =>
  entitiesOf(root).flatMap((entity) => {
    const entityId = attributeOf(entity, 'entityID') ?? ''
    const role = children(entity, 'IDPSSODescriptor').find((descriptor) =>
      attributeOf(descriptor, 'protocolSupportEnumeration')?.split(/\s+/).includes(namespaces.protocol),
    )
    if (role === undefined) return []
    const sso = endpointsOf(role, 'SingleSignOnService')
    const slo = endpointsOf(role, 'SingleLogoutService')
    const listed = signingCertificates(role)
    const certificates = listed.filter((certificate) => weakKeyBits(certificate) === undefined)
    for (const certificate of listed) {
      const bits = weakKeyBits(certificate)
      if (bits !== undefined) leftOut(entityId, `its signing key of ${bits} bits: RSA has at least 2048`)
    }
    const validUntil = [entity, role].flatMap((element) => attributeOf(element, 'validUntil') ?? []).map(millisecondsOf)
    const reason =
      (entityId === '' && 'no entityID') ||
      (sso.length === 0 && 'no SingleSignOnService by HTTP-Redirect or HTTP-POST') ||
      (certificates.length === 0 && 'no readable signing certificate') ||
      (validUntil.includes(undefined) && 'validUntil is no time')
    if (reason) {
      leftOut(entityId, reason)
      return []
    }
    const organizationName = organizationOf(entity)
    return [
      {
        entityId,
        sso,
        ...(slo.length > 0 && { slo }),
        certificates: certificates.map(String),
        expiredCertificates: expiredAmong(certificates, now),
        ...(organizationName && { organizationName }),
        ...(validUntil.length > 0 && { validUntil: Math.min(...validUntil.map(Number)) }),
      },
    ]
  })

/** A certificate in use may run out while its list stays the same. */
export const expiredAmong = (
  certificates: readonly X509Certificate[],
  now: number,
): IdpMetadata['expiredCertificates'] =>
  certificates
    .filter(({ validToDate }) => validToDate.getTime() < now)
    .map(({ validToDate }) => ({ notAfter: validToDate.toISOString() }))

/** The provider as a login is begun with it: the preferred address and every certificate. */
export const idpOf = ({ entityId, sso, certificates }: IdpMetadata): NonNullable<Pending['idp']> => {
  const [preferred] = sso
  if (preferred === undefined) throw new Error(`${entityId} has no SingleSignOnService`)
  return { entityId, binding: preferred.binding, ssoUrl: preferred.url, certificates }
}

const entitiesOf = (element: ElementNode): ElementNode[] => {
  if (isNamed(element, namespaces.metadata, 'EntityDescriptor')) return [element]
  return isNamed(element, namespaces.metadata, 'EntitiesDescriptor') ? childElements(element).flatMap(entitiesOf) : []
}

/** Those by the browser; SOAP, which one provider lists for logout, is not ours to speak. */
const endpointsOf = (role: ElementNode, localName: 'SingleSignOnService' | 'SingleLogoutService'): SloEndpoint[] =>
  children(role, localName)
    .flatMap((service) => {
      const binding = bindings[attributeOf(service, 'Binding') ?? '']
      const url = attributeOf(service, 'Location') ?? ''
      const responseUrl = attributeOf(service, 'ResponseLocation')
      if (binding === undefined || !isWebAddress(url)) return []
      return [{ binding, url, ...(responseUrl !== undefined && isWebAddress(responseUrl) && { responseUrl }) }]
    })
    .sort((a, b) => (a.binding === b.binding ? 0 : a.binding === 'redirect' ? -1 : 1))

const isWebAddress = (url: string) => /^https?:/i.test(url) && URL.canParse(url)

/** A KeyDescriptor without `use` serves both (SAML metadata 2.4.1.1). */
const signingCertificates = (role: ElementNode): X509Certificate[] =>
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

const organizationOf = (entity: ElementNode): string | undefined => {
  const [organization] = children(entity, 'Organization')
  if (organization === undefined) return undefined
  const names = ['OrganizationDisplayName', 'OrganizationName'].flatMap((name) => {
    const all = children(organization, name)
    return [...all.filter((element) => attributeOf(element, 'xml:lang') === 'it'), ...all]
  })
  // one of the twelve real providers has its address for a display name
  return names.map(textOf).find((name) => name !== '' && !URL.canParse(name))
}

const children = (parent: ElementNode, localName: string) => childrenNamed(parent, namespaces.metadata, localName)
const keyChildren = (parent: ElementNode, localName: string) => childrenNamed(parent, namespaces.signature, localName)
