import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { idpOf, parseIdpMetadata } from '../../../../src/upstream/saml/idp-metadata.ts'
import { createSpid } from '../../../../src/upstream/spid/spid.ts'
import { selfSigned } from '../../../fixtures/saml/certificate.ts'

const now = Date.parse('2026-01-15T10:00:00Z')
const bare = (pem: string) => pem.replace(/-----.*-----|\s/g, '')
const key = (certificate: string, use = 'use="signing"') =>
  `<md:KeyDescriptor ${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n ${certificate}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
const sso = (binding: string, url: string) =>
  `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${url}"/>`
const entity = (entityId: string, content: string, after = '') =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${content}</md:IDPSSODescriptor>${after}</md:EntityDescriptor>`
const aggregate = (...entities: string[]) =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('')}</md:EntitiesDescriptor>`

const [one, two, encryption, old] = [
  selfSigned().certificate,
  selfSigned().certificate,
  selfSigned().certificate,
  selfSigned({ notAfter: '2024-02-19T00:00:00Z' }).certificate,
]
const redirect = sso('HTTP-Redirect', 'https://idp.example/redirect')
const post = sso('HTTP-POST', 'https://idp.example/post')

describe('metadata of a provider', () => {
  it('gives its addresses, the redirect first, and each certificate that may sign', () => {
    const content = key(bare(one)) + key(bare(two), '') + key(bare(encryption), 'use="encryption"') + post + redirect
    const names =
      '<md:Organization><md:OrganizationName xml:lang="it">Ente</md:OrganizationName><md:OrganizationDisplayName xml:lang="en">Body</md:OrganizationDisplayName><md:OrganizationDisplayName xml:lang="it">Ente ID</md:OrganizationDisplayName></md:Organization>'
    const [idp] = parseIdpMetadata(entity('https://idp.example', content, names), { now })
    expect(idp).toEqual({
      entityId: 'https://idp.example',
      sso: [
        { binding: 'redirect', url: 'https://idp.example/redirect' },
        { binding: 'post', url: 'https://idp.example/post' },
      ],
      certificates: [one, two],
      expiredCertificates: [],
      organizationName: 'Ente ID',
    })
    expect(idp && idpOf(idp)).toEqual({
      entityId: 'https://idp.example',
      binding: 'redirect',
      ssoUrl: 'https://idp.example/redirect',
      certificates: [one, two],
    })
  })

  it('[12 key size] leaves out an RSA key below 2048 bits, says so, and the provider when it has no other', () => {
    const weak = selfSigned({ modulusLength: 1024 }).certificate
    const said: string[] = []
    const read = (...certificates: string[]) =>
      parseIdpMetadata(entity('https://idp.example', certificates.map((pem) => key(bare(pem))).join('') + redirect), {
        now,
        leftOut: (idp, reason) => said.push(`${idp}: ${reason}`),
      })
    expect(read(weak, one)[0]?.certificates).toEqual([one])
    expect(said).toEqual(['https://idp.example: its signing key of 1024 bits: RSA has at least 2048'])
    expect(read(weak)).toEqual([])
  })

  it('gives where logout messages go, and where their answers; SOAP is not for browsers', () => {
    const slo = (binding: string, url: string, more = '') =>
      `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${url}"${more}/>`
    const services = [
      slo('SOAP', 'https://idp.example/soap'),
      slo('HTTP-POST', 'https://idp.example/slo', ' ResponseLocation="https://idp.example/slo/response"'),
      slo('HTTP-Redirect', 'https://idp.example/slo', ' ResponseLocation="javascript:alert(1)"'),
      slo('HTTP-Redirect', 'javascript:alert(1)'),
    ]
    const content = key(bare(one)) + services.join('') + redirect
    const [idp] = parseIdpMetadata(entity('https://idp.example', content), { now })
    expect(idp?.slo).toEqual([
      { binding: 'redirect', url: 'https://idp.example/slo' },
      { binding: 'post', url: 'https://idp.example/slo', responseUrl: 'https://idp.example/slo/response' },
    ])
  })

  it('takes POST where there is nothing else, and no other binding', () => {
    const others = sso('HTTP-POST-SimpleSign', 'https://idp.example/simple') + sso('SOAP', 'https://idp.example/soap')
    const [idp] = parseIdpMetadata(entity('https://idp.example', key(bare(one)) + others + post), { now })
    expect(idp?.sso).toEqual([{ binding: 'post', url: 'https://idp.example/post' }])
  })

  it('keeps an expired certificate and reports it (spid-saml.md 5.4)', () => {
    const [idp] = parseIdpMetadata(entity('https://idp.example', key(bare(old)) + key(bare(one)) + redirect), { now })
    expect(idp?.certificates).toEqual([old, one])
    expect(idp?.expiredCertificates).toEqual([{ notAfter: '2024-02-19T00:00:00.000Z' }])
  })

  it('leaves out a provider that cannot be used, says why, and keeps the others', () => {
    const leftOut: string[] = []
    const idps = parseIdpMetadata(
      aggregate(
        entity('https://no-key.example', redirect),
        entity('https://bad-key.example', key('AAAA') + redirect),
        entity('https://no-sso.example', key(bare(one))),
        entity('https://script.example', key(bare(one)) + sso('HTTP-POST', 'javascript:alert(1)')),
        aggregate(entity('https://idp.example', key(bare(one)) + redirect)),
      ),
      { now, leftOut: (entityId, reason) => leftOut.push(`${new URL(entityId).hostname}: ${reason}`) },
    )
    expect(idps.map(({ entityId }) => entityId)).toEqual(['https://idp.example'])
    expect(leftOut).toEqual([
      'no-key.example: no readable signing certificate',
      'bad-key.example: no readable signing certificate',
      'no-sso.example: no SingleSignOnService by HTTP-Redirect or HTTP-POST',
      'script.example: no SingleSignOnService by HTTP-Redirect or HTTP-POST',
    ])
  })

  it('finds no provider in the metadata of a service', () => {
    const service =
      '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><md:SPSSODescriptor/></md:EntityDescriptor>'
    expect(parseIdpMetadata(service, { now })).toEqual([])
  })
})

const folder = process.env.VARCO_DATA ?? ''
const absent = !existsSync(join(folder, 'spid-idps-all-2025-11-25.xml'))
const why = absent ? ' (skipped: VARCO_DATA does not name the folder with the real metadata)' : ''
const taken = Date.parse('2025-11-25T16:00:00Z')
const real = (file: string) => parseIdpMetadata(readFileSync(join(folder, file), 'utf8'), { now: taken })

describe(`real metadata${why}`, () => {
  it.skipIf(absent)(
    'AgID’s aggregate of 2025-11-25 has twelve providers, three of them with an expired certificate beside a valid one',
    () => {
      const idps = real('spid-idps-all-2025-11-25.xml')
      expect(idps).toHaveLength(12)
      expect(idps.every(({ sso: [first] }) => first?.binding === 'redirect')).toBe(true)
      // all take logout messages by Redirect; three want the answers at another address
      expect(idps.every(({ slo }) => slo?.[0]?.binding === 'redirect')).toBe(true)
      expect(idps.filter(({ slo }) => slo?.some(({ responseUrl }) => responseUrl !== undefined))).toHaveLength(3)
      expect(idps.flatMap(({ certificates }) => certificates)).toHaveLength(16)
      expect(
        idps.filter(({ expiredCertificates }) => expiredCertificates.length > 0).map(({ entityId }) => entityId),
      ).toEqual([
        'https://login.id.tim.it/affwebservices/public/saml2sso',
        'https://loginspid.aruba.it',
        'https://posteid.poste.it',
      ])
      expect(
        createSpid({ idps: () => idps, names: {} })
          .choices({ level: 2 })
          .every(({ name }) => !name.includes('://')),
      ).toBe(true)
    },
  )

  it.skipIf(absent)('the Ministry’s files have one provider each, with the same key', () => {
    const [production] = real('cie-idp-production.xml')
    const [preproduction] = real('cie-idp-preproduction.xml')
    expect(production && idpOf(production)).toMatchObject({
      entityId: 'https://idserver.servizicie.interno.gov.it/idp/profile/SAML2/POST/SSO',
      binding: 'redirect',
      ssoUrl: 'https://idserver.servizicie.interno.gov.it/idp/profile/SAML2/Redirect/SSO',
    })
    expect(preproduction?.certificates).toEqual(production?.certificates)
  })
})
