/** Identity provider metadata, alone or as an aggregate like the one of the SPID registry. */

import type { Binding } from './read-request.ts'
import { certificateBody, escapeXml } from './xml.ts'

const BINDINGS = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const satisfies Record<Binding, string>

export interface MetadataParts {
  readonly entityId: string
  readonly name: string
  readonly certificate: string
  readonly sso: Readonly<Partial<Record<Binding, string>>>
  readonly slo: Readonly<Partial<Record<Binding, string>>>
}

const entityXml = ({ entityId, name, certificate, sso, slo }: MetadataParts): string => {
  const endpoint = (element: string, binding: Binding, location: string) =>
    `<md:${element} Binding="${BINDINGS[binding]}" Location="${escapeXml(location)}"/>`
  const endpoints = (element: string, locations: MetadataParts['sso']) =>
    (['redirect', 'post'] as const).flatMap((binding) => {
      const location = locations[binding]
      return location === undefined ? [] : [endpoint(element, binding, location)]
    })
  const organization = ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL'].map(
    (element) =>
      `<md:${element} xml:lang="it">${escapeXml(element === 'OrganizationURL' ? entityId : name)}</md:${element}>`,
  )
  return [
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${escapeXml(entityId)}">`,
    '<md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificateBody(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    ...endpoints('SingleLogoutService', slo),
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>',
    ...endpoints('SingleSignOnService', sso),
    '</md:IDPSSODescriptor>',
    `<md:Organization>${organization.join('')}</md:Organization>`,
    '</md:EntityDescriptor>',
  ].join('')
}

export const idpMetadata = (parts: MetadataParts): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${entityXml(parts)}\n`

export const aggregateMetadata = (all: readonly MetadataParts[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${all.map(entityXml).join('\n')}</md:EntitiesDescriptor>\n`
