/** docs/rules/cie.md A2 and A2.1: each row is broken in a file that was good, and found under its number. */
import { describe, expect, it } from 'vitest'
import { selfSigned as selfSignedBy } from '../../../../sandbox/pki/certificate.ts'
import { type CieServiceProvider, cieMetadata } from '../../../../src/upstream/cie/metadata.ts'
import { metadataFindings } from '../../../../src/upstream/cie/metadata-checks.ts'
import type { SigningIdentity } from '../../../../src/upstream/upstream.ts'
import { company, comune, NOW, region, signing, UUID } from '../../../fixtures/cie/service-provider.ts'
import { selfSigned } from '../../../fixtures/saml/certificate.ts'

const write = (change: Partial<CieServiceProvider> = {}, identity: SigningIdentity = signing) =>
  cieMetadata({ ...comune, ...change }, identity)
const idsOf = (xml: string) => [...new Set(metadataFindings(xml, NOW).map(({ id }) => id))]

type Edit = readonly [from: string | RegExp, to: string]
const edited = (xml: string, ...edits: readonly Edit[]) =>
  edits.reduce((text, [from, to]) => {
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`not in the file: ${from}`)
    return changed
  }, xml)

const [service] = comune.services
const services = (...changes: readonly Partial<typeof service>[]) =>
  changes.map((change) => ({ index: 0, uuid: UUID, descriptions: [], ...change }))
const operator = (change: object) => ({ operator: { ...company, ...change } })
const publicOperator = (change: object) => ({ operator: { ...region, ...change } })
const body = (change: object) => ({ body: { ...comune.body, ...change } })

describe('a file as Varco makes it', () => {
  it.each<[string, Partial<CieServiceProvider>]>([
    ['run by a company', {}],
    ['run by a public body', { operator: region }],
    ['run from abroad', operator({ municipality: '6020', province: 'EE', country: 'AT', vatNumber: 'ATU12345678' })],
    ['with two services', { services: services({}, { index: 7, uuid: UUID.replace('5b0c', '5b0d') }) }],
    ['while keys change', { certificates: [signing.certificate, selfSigned().certificate] }],
  ])('keeps every rule: %s', (_, change) => {
    expect(metadataFindings(write(change), NOW)).toEqual([])
  })
})

describe('values that the rules forbid', () => {
  it.each<[id: string, what: string, change: Partial<CieServiceProvider>]>([
    ['2.2', 'an entityID that is not https', { entityId: 'http://login.regione.example/cie/c_d704' }],
    ['2.2', 'an entityID that is too long', { entityId: `https://a.example/${'x'.repeat(1024)}` }],
    ['4.7-4.8', 'no certificate', { certificates: [] }],
    ['4.9-4.11', 'no logout service', { logout: [] }],
    ['4.9-4.11', 'no logout by Redirect', { logout: [{ binding: 'post', location: 'https://a.example/slo' }] }],
    ['4.9-4.11', 'a logout that is not https', { logout: [{ binding: 'redirect', location: 'http://a.example/' }] }],
    ['4.14-4.18', 'no assertion consumer', { acsUrls: [] }],
    ['4.14-4.18', 'an assertion consumer that is not https', { acsUrls: ['http://login.regione.example/acs'] }],
    ['4.19-4.20', 'no service', { services: [] }],
    ['4.19-4.20', 'two services of one index', { services: services({}, {}) }],
    ['4.19-4.20', 'a negative index', { services: services({ index: -1 }) }],
    ['4.21', 'a UUID of version 1', { services: services({ uuid: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' }) }],
    ['4.21', 'a name for people', { services: services({ uuid: 'Servizi online' }) }],
    [
      '4.21',
      'a description without a language',
      { services: services({ descriptions: [{ language: '', text: 'S' }] }) },
    ],
    ['5, 5.1, 5.2', 'a language without a page', organization({ urls: comune.organization.urls.slice(0, 1) })],
    ['5, 5.1, 5.2', 'a page that is no address', organization({ urls: named('www.forli.example') })],
    ['A2.1 IPACode', 'a public operator without its code', publicOperator({ ipaCode: '' })],
    ['A2.1 IPACategory', 'a category in words', body({ ipaCategory: 'Comuni' })],
    ['A2.1 VATNumber', 'a VAT number without its country', operator({ vatNumber: '01234567890' })],
    ['A2.1 FiscalCode', 'a tax code with its country', operator({ fiscalCode: 'IT01234567890' })],
    ['A2.1 NACE2Code', 'a company without an activity', operator({ nace2Codes: [] })],
    ['A2.1 NACE2Code', 'an activity in words', operator({ nace2Codes: ['software'] })],
    ['A2.1 Municipality', 'the number of ISTAT', body({ municipality: '040012' })],
    ['A2.1 Municipality', 'a Belfiore code in small letters', body({ municipality: 'd704' })],
    ['A2.1 Province', 'a province in words', body({ province: 'Forlì-Cesena' })],
    ['A2.1 Province', 'an Italian province abroad', operator({ country: 'AT', municipality: '6020' })],
    ['A2.1 Country', 'a country in words', body({ country: 'Italia', province: 'EE' })],
    ['A2.1 Company', 'an operator without a name', operator({ company: '' })],
    ['A2.1 EmailAddress', 'an address that is none', body({ email: 'ced' })],
    ['A2.1 TelephoneNumber', 'a number without its country', operator({ phone: '0461000000' })],
    ['A2.1 TelephoneNumber', 'blanks in a number', operator({ phone: '+39 0461 000000' })],
  ])('cie %s: %s', (id, _, change) => {
    expect(idsOf(write(change))).toEqual([id])
  })
})

describe('certificates that the rules forbid', () => {
  const signedBy = (identity: SigningIdentity) => write({ certificates: [identity.certificate] }, identity)

  it.each([
    ['SN', '2.5.4.4'],
    ['GN', '2.5.4.42'],
  ] as const)('cie 3.1: a subject with %s, that of a person', async (name, oid) => {
    const person = await selfSignedBy({
      subject: [
        ['CN', 'Regione'],
        [name, 'Rossi'],
      ],
      notBefore: new Date(NOW - 1),
      notAfter: new Date(NOW + 86_400_000),
      extensions: [],
    })
    expect(metadataFindings(signedBy(person), NOW)).toMatchObject([
      { id: '3.1', reason: `the subject of a certificate has ${oid}, which names a person` },
    ])
  })

  it.each([
    ['ended', { notAfter: '2026-01-14T00:00:00Z' }, 'a certificate ended on 2026-01-14'],
    ['not begun', { notBefore: '2026-01-16T00:00:00Z' }, 'a certificate begins on 2026-01-16'],
  ])('cie 3.2: a certificate that has %s', (_, validity, reason) => {
    expect(metadataFindings(signedBy(selfSigned(validity)), NOW)).toMatchObject([{ id: '3.2', reason }])
  })

  it('cie 3.4: a key of 1024 bits', () => {
    expect(idsOf(signedBy(selfSigned({ modulusLength: 1024 })))).toEqual(['3.4'])
  })
})

describe('a file that somebody changed', () => {
  const contact = (type: string) =>
    new RegExp(`  <md:ContactPerson contactType="${type}">[\\s\\S]*?</md:ContactPerson>\\n`)
  const second: Edit = [
    /( {4}<md:AssertionConsumerService[^>]*)index="0" isDefault="true"(.*\n)/,
    '$&$1index="1" isDefault="true"$2',
  ]

  it.each<[id: string, what: string, ...edits: Edit[]]>([
    ['1, 2', 'a blank before the declaration', ['<?xml', ' <?xml']],
    ['1, 2', 'another root', [/md:EntityDescriptor/g, 'md:EntitiesDescriptor']],
    ['1, 2', 'a NameIDFormat after the consumers', [/( *<md:NameIDFormat>.*\n)( *<md:AssertionConsumer.*\n)/, '$2$1']],
    [
      '2.1',
      'the namespace declared where it is used',
      [/ xmlns:cie="[^"]*"/, ''],
      [/<cie:(\w+)/g, '<cie:$1 xmlns:cie="https://www.cartaidentita.interno.gov.it/saml-extensions"'],
    ],
    ['3', 'no signature', [/<ds:Signature [\s\S]*<\/ds:Signature>/, '']],
    [
      '3',
      'a signature that is not the first child',
      [/(<ds:Signature [\s\S]*<\/ds:Signature>)([\s\S]*)(<\/md:Ent)/, '$2$1$3'],
    ],
    ['3', 'no certificate in the signature', [/<ds:KeyInfo>.*<\/ds:KeyInfo><\/ds:Signature>/, '</ds:Signature>']],
    ['3', 'another body', [/Comune di Forlì/g, 'Comune di Rimini']],
    ['3.3', 'a digest of SHA-1', ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1']],
    ['4, 4.1', 'two roles', [/( {2}<md:SPSSODescriptor[\s\S]*<\/md:SPSSODescriptor>\n)/, '$1$1']],
    ['4.2-4.5', 'requests that are not signed', ['AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"']],
    ['4.2-4.5', 'assertions that need not be signed', ['WantAssertionsSigned="true" ', '']],
    ['4.6', 'another protocol', [/protocolSupportEnumeration="[^"]*"/, 'protocolSupportEnumeration="urn:x"']],
    ['4.7-4.8', 'a key for encryption only', ['use="signing"', 'use="encryption"']],
    [
      '4.9-4.11',
      'a binding that does not exist',
      [
        'bindings:HTTP-POST" Location="https://login.regione.example/t/forli/saml/cie/slo',
        'bindings:Pigeon" Location="https://login.regione.example/t/forli/saml/cie/slo',
      ],
    ],
    ['4.12-4.13', 'another name format', ['nameid-format:transient', 'nameid-format:persistent']],
    ['4.12-4.13', 'two name formats', [/( *<md:NameIDFormat>.*\n)/, '$1$1']],
    ['4.14-4.18', 'answers by SOAP', [/(AssertionConsumerService Binding="[^"]*)HTTP-POST/, '$1SOAP']],
    ['4.14-4.18', 'no default', ['isDefault="true"', 'isDefault="false"']],
    ['4.14-4.18', 'two defaults', second],
    ['4.14-4.18', 'an index twice', second, ['index="1" isDefault="true"', 'index="0"']],
    ['4.21', 'a language', ['<md:ServiceName xml:lang="">', '<md:ServiceName xml:lang="it">']],
    ['4.21', 'no language attribute at all', ['<md:ServiceName xml:lang="">', '<md:ServiceName>']],
    ['4.21', 'two names', [/( *<md:ServiceName .*\n)/, '$1$1']],
    ['4.22', 'an attribute that CIE lacks', ['Name="fiscalNumber"', 'Name="fiscalCode"']],
    ['4.22', 'less than four attributes', [/ *<md:RequestedAttribute Name="dateOfBirth">.*\n/, '']],
    ['4.22', 'an attribute twice', [/( *<md:RequestedAttribute Name="name">.*\n)/, '$1$1']],
    ['5, 5.1, 5.2', 'no Organization', [/ {2}<md:Organization>[\s\S]*<\/md:Organization>\n/, '']],
    ['5, 5.1, 5.2', 'no Italian name', ['<md:OrganizationName xml:lang="it">', '<md:OrganizationName xml:lang="fr">']],
    ['6, 6.1', 'no contact', [contact('administrative'), ''], [contact('technical'), '']],
    ['6, 6.1', 'three contacts', [contact('technical'), '$&$&']],
    ['6.2, 6.3', 'no administrative contact', [contact('administrative'), '']],
    ['6.2, 6.3', 'two administrative contacts', ['contactType="technical"', 'contactType="administrative"']],
    ['6.2, 6.3', 'a contact as SPID has it', ['contactType="technical"', 'contactType="other"']],
    [
      'A2.1 Public, Private',
      'both markers',
      ['<cie:Private></cie:Private>', '<cie:Private></cie:Private><cie:Public></cie:Public>'],
    ],
    ['A2.1 Public, Private', 'no marker', ['<cie:Public></cie:Public>', '']],
    ['A2.1 Public, Private', 'a marker with a text', ['<cie:Private></cie:Private>', '<cie:Private>sì</cie:Private>']],
    ['A2.1 Public, Private', 'a private Comune', [/(?<=administrative[\s\S]*)cie:Public/g, 'cie:Private']],
    ['A2.1 IPACode', 'a Comune without it', [/ *<cie:IPACode>.*\n/, '']],
    ['A2.1 IPACode', 'a company with one', ['<cie:VATNumber>', '<cie:IPACode>x</cie:IPACode><cie:VATNumber>']],
    ['A2.1 VATNumber', 'a company without it', [/ *<cie:VATNumber>.*\n/, '']],
    ['A2.1 FiscalCode', 'a company without it', [/ *<cie:FiscalCode>.*\n/, '']],
    ['A2.1 Municipality', 'no municipality', [/ *<cie:Municipality>D704.*\n/, '']],
    ['A2.1 Municipality', 'two municipalities', [/( *<cie:Municipality>D704.*\n)/, '$1$1']],
    ['A2.1 Province', 'two provinces', [/( *<cie:Province>FC.*\n)/, '$1$1']],
    ['A2.1 Country', 'no country, which the manual allows', [/ *<cie:Country>IT<\/cie:Country>\n/, '']],
    ['A2.1 Company', 'the Company of another body', ['<md:Company>Comune di Forlì', '<md:Company>Comune di Rimini']],
    ['A2.1 Company', 'no Company', [/ *<md:Company>Aggr.*\n/, '']],
    ['A2.1 EmailAddress', 'no address', [/ *<md:EmailAddress>ced.*\n/, '']],
    ['A2.1 EmailAddress', 'two addresses', [/( *<md:EmailAddress>ced.*\n)/, '$1$1']],
  ])('cie %s: %s', (id, _, ...edits) => {
    const ids = idsOf(edited(write(), ...edits))
    expect(ids).toContain(id)
    // whatever was changed, the signature tells too; where a namespace is declared it does not sign
    if (id !== '1, 2' && id !== '2.1') expect(ids).toContain('3')
  })

  it('cie A2.1 Public, Private: extensions of others are ignored', () => {
    const xml = edited(write(), ['</cie:Country>', '</cie:Country><x:Public xmlns:x="urn:x">1</x:Public>'])
    expect(idsOf(xml)).toEqual(['3'])
  })
})

function organization(change: Partial<CieServiceProvider['organization']>) {
  return { organization: { ...comune.organization, ...change } }
}
function named(text: string) {
  return ['it', 'de'].map((language) => ({ language, text }))
}
