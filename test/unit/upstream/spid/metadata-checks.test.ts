/** docs/rules/spid-saml.md 1, 2.1–2.4 and 11: each row is broken in a file that was good, and found under its number. */
import { describe, expect, it } from 'vitest'
import { type SpidServiceProvider, spidMetadata } from '../../../../src/upstream/spid/metadata.ts'
import { metadataFindings } from '../../../../src/upstream/spid/metadata-checks.ts'
import { selfSigned } from '../../../fixtures/saml/certificate.ts'
import { aggregated, operator, owner, publicBody, signing } from '../../../fixtures/spid/service-provider.ts'

const write = (sp: SpidServiceProvider, identity: { key: typeof signing.key; certificate: string } = signing) =>
  spidMetadata(sp, identity)
const idsOf = (xml: string, profile: SpidServiceProvider['profile']) =>
  [...new Set(metadataFindings(xml, profile).map(({ id }) => id))].toSorted()

type Edit = readonly [from: string | RegExp, to: string]
const edited = (xml: string, ...edits: readonly Edit[]) =>
  edits.reduce((text, [from, to]) => {
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`not in the file: ${from}`)
    return changed
  }, xml)

const eidas = { index: 99, names: [{ language: 'it', text: 'eIDAS Natural Person Minimum Attribute Set' }] }

describe('a file as Varco makes it', () => {
  it.each([
    ['pub-ag-full', aggregated],
    ['pub-ag-full with eIDAS', { ...aggregated, eidas: true }],
    ['pub-op-full', operator],
    ['a public body', publicBody],
  ])('keeps every rule: %s', (_, sp) => {
    expect(metadataFindings(write(sp), sp.profile, { ...owner, commonName: 'Regione di Prova' })).toEqual([])
  })
})

describe('values that the rules forbid', () => {
  it.each<[id: string, what: string, change: Partial<SpidServiceProvider>]>([
    ['1.3.1-2', 'an entityID that is not https', { entityId: 'http://login.regione.example/pub-ag-full/c_d704' }],
    ['1.3.1-2', 'an entityID with a port', { entityId: 'https://login.regione.example:8443/pub-ag-full/c_d704' }],
    ['1.3.1-2', 'an entityID with the port of https', { entityId: 'https://login.regione.example:443/pub-ag-full/x' }],
    ['1.3.1-2', 'an entityID that is too long', { entityId: `https://a.example/pub-ag-full/${'x'.repeat(1024)}` }],
    ['1 entityID', 'an entityID without the activity code', { entityId: 'https://login.regione.example/c_d704' }],
    ['1 entityID', 'an entityID with a query', { entityId: 'https://login.regione.example/pub-ag-full/c_d704?a=1' }],
    ['1.4.0-1', 'no certificate', { certificates: [] }],
    ['1.8.x', 'no logout service', { logout: [] }],
    [
      '1.8.x',
      'a logout service that is not https',
      { logout: [{ binding: 'post', location: 'http://a.example/slo' }] },
    ],
    ['1.1.x', 'no assertion consumer', { acsUrls: [] }],
    ['1.1.x', 'an assertion consumer with a port', { acsUrls: ['https://login.regione.example:444/acs'] }],
    ['1.2.x', 'no attribute set', { attributeSets: [] }],
    ['1.2.x', 'a set that asks for nothing', { attributeSets: [set({ attributes: [] })] }],
    ['1.2.x', 'a set that asks twice', { attributeSets: [set({ attributes: ['name', 'name'] })] }],
    ['1.2.x', 'an attribute that SPID lacks', { attributeSets: [set({ attributes: ['iban'] })] }],
    ['1.2.x', 'a set without a name', { attributeSets: [set({ names: [] })] }],
    ['1.2.x', 'a name without a language', { attributeSets: [set({ names: [{ language: '', text: 'Servizi' }] })] }],
    ['1.2.x', 'two sets of one index', { attributeSets: [set({}), set({})] }],
    ['11 eIDAS sets', 'an own set in the place of eIDAS', { attributeSets: [set({ index: 99 })] }],
    ['11 eIDAS sets', 'more than eIDAS may give', { attributeSets: [set({ ...eidas, attributes: ['email'] })] }],
    [
      '1.5.x',
      'no Italian name',
      { organization: { ...aggregated.organization, names: [{ language: 'it', text: 'COMUNE DI FORLI' }] } },
    ],
    [
      '1.5.x',
      'an apostrophe for an accent',
      { organization: { ...aggregated.organization, names: named("Comune di Forli'") } },
    ],
    [
      '1.5.x',
      'a language without a page',
      { organization: { ...aggregated.organization, urls: named('https://a.example').slice(0, 1) } },
    ],
    [
      '1.5.x',
      'a page that is no address',
      { organization: { ...aggregated.organization, urls: named('www.forli.it') } },
    ],
    ['2.4 identifiers', 'an aggregator nobody can find', { aggregator: { name: 'R', email: 'a@b.example' } }],
    ['2.4 identifiers', 'a body without IPA code', { body: {} }],
    ['2.4 identifiers', 'the body of AgID’s trials', { body: { ipaCode: '__aggrsint' } }],
    [
      '2.4 VATNumber',
      'a VAT number without country',
      { aggregator: { name: 'R', email: 'a@b.example', vatNumber: '01234567890' } },
    ],
    ['2.4 EmailAddress', 'an address with a plus', { aggregator: { name: 'R', email: 'a+b@b.example', ipaCode: 'r' } }],
    ['2.4 TelephoneNumber', 'blanks in a number', { body: { ipaCode: 'c', phone: '+39 0461 1' } }],
    ['2.4 Company', 'an aggregator without a name', { aggregator: { name: '', email: 'a@b.example', ipaCode: 'r' } }],
  ])('%s: %s', (id, _, change) => {
    expect(idsOf(write({ ...aggregated, ...change }), 'pub-ag-full')).toEqual([id])
  })

  it.each<[id: string, what: string, sp: SpidServiceProvider]>([
    ['2.4 identifiers', 'an operator without VAT number', { ...operator, body: { ...operator.body, vatNumber: '' } }],
    ['2.4 EmailAddress', 'an operator without e-mail', { ...operator, body: { ...without(operator, 'email') } }],
    ['2.3 EmailAddress', 'a public body without e-mail', { ...publicBody, body: { ipaCode: 'c_d704' } }],
    ['2.3 identifiers', 'a public body without IPA code', { ...publicBody, body: { email: 'a@b.example' } }],
  ])('%s: %s', (id, _, sp) => {
    expect(idsOf(write(sp), sp.profile)).toEqual([id])
  })

  it('1.7.x: a key of 1024 bits', () => {
    const weak = selfSigned({ modulusLength: 1024 })
    expect(idsOf(write(aggregated, weak), 'pub-ag-full')).toEqual(['1.7.x'])
  })
})

describe('a file that somebody changed', () => {
  it.each<[id: string, what: string, ...edits: Edit[]]>([
    ['1.3.0', 'a blank before the declaration', ['<?xml', ' <?xml']],
    [
      '1.0.0',
      'an Organization after the contacts',
      [/( {2}<md:Organization>[\s\S]*<\/md:Organization>\n)([\s\S]*)(<\/md:EntityDescriptor>)/, '$2$1$3'],
    ],
    [
      '1.0.0',
      'a NameIDFormat after the consumers',
      [/( *<md:NameIDFormat>.*\n)( *<md:AssertionConsumerService.*\n)/, '$2$1'],
    ],
    ['1.7.x', 'no signature', [/<ds:Signature [\s\S]*<\/ds:Signature>/, '']],
    ['1.7.x', 'SHA-1', ['xmldsig-more#rsa-sha256', 'xmldsig-more#rsa-sha1']],
    ['1.7.x', 'a signature of something else', [/URI="#_/, 'URI="#x_']],
    [
      '1.7.x',
      'another transform',
      ['"http://www.w3.org/2000/09/xmldsig#enveloped-signature"', '"http://www.w3.org/TR/1999/REC-xslt-19991116"'],
    ],
    ['1.9.0', 'another body', [/Comune di Forlì/g, 'Comune di Rimini']],
    ['1.9.0', 'no certificate in the signature', [/<ds:KeyInfo>.*<\/ds:KeyInfo><\/ds:Signature>/, '</ds:Signature>']],
    ['1.6.0', 'two roles', [/( {2}<md:SPSSODescriptor[\s\S]*<\/md:SPSSODescriptor>\n)/, '$1$1']],
    ['1.6.1-2', 'another protocol', [/protocolSupportEnumeration="[^"]*"/, 'protocolSupportEnumeration="urn:x"']],
    ['1.6.3-5', 'requests that are not signed', ['AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"']],
    ['01.06.07-09', 'assertions that need not be signed', ['WantAssertionsSigned="true" ', '']],
    [
      '1.4.0-1',
      'a certificate that is none',
      [/(use="signing">\s*<ds:KeyInfo>\s*<ds:X509Data>\s*<ds:X509Certificate>)[^<]*/, '$1AAAA'],
    ],
    [
      '1.4.2',
      'an empty encryption key',
      ['    <md:SingleLogout', '    <md:KeyDescriptor use="encryption"/><md:SingleLogout'],
    ],
    ['1.8.x', 'a binding that does not exist', [/bindings:HTTP-Redirect/, 'bindings:HTTP-Carrier-Pigeon']],
    ['2.1 NameIDFormat', 'another name format', ['nameid-format:transient', 'nameid-format:persistent']],
    ['1.1.x', 'answers by Redirect', [/(AssertionConsumerService Binding="[^"]*)HTTP-POST/, '$1HTTP-Redirect']],
    ['1.1.x', 'no default', ['isDefault="true"', 'isDefault="false"']],
    ['1.1.x', 'a default that is not index 0', [/(AssertionConsumerService[^>]*)index="0"/, '$1index="1"']],
    ['1.5.x', 'a name without a language', ['<md:OrganizationName xml:lang="de">', '<md:OrganizationName>']],
    [
      '2.4 ContactPerson',
      'a third contact',
      [/( {2}<md:ContactPerson[^>]*aggregated[\s\S]*<\/md:ContactPerson>\n)/, '$1$1'],
    ],
    ['2.4 ContactPerson', 'another type of contact', ['contactType="other"', 'contactType="technical"']],
    ['2.4 spid:entityType', 'a value without its prefix', ['"spid:aggregated"', '"aggregated"']],
    [
      '2.4 marker',
      'the marker of a light aggregator',
      [/PublicServicesFullAggregator/g, 'PublicServicesLightAggregator'],
    ],
    ['2.4 marker', 'a marker with a text', ['<spid:Public>', '<spid:Public>yes']],
    [
      '2.4 Extensions order',
      'the marker first',
      [/(<spid:IPACode>c_d704<\/spid:IPACode>)\s*(<spid:Public><\/spid:Public>)/, '$2$1'],
    ],
    ['2.4 Company', 'the Company of another body', [/<md:Company>Comune di Forlì/, '<md:Company>Comune di Rimini']],
  ])('%s: %s', (id, _, ...edits) => {
    const ids = idsOf(edited(write(aggregated), ...edits), 'pub-ag-full')
    expect(ids).toContain(id)
    // whatever was changed, the signature tells too; a blank outside of the element it does not sign
    expect(ids.filter((one) => one !== id && one !== '1.9.0')).toEqual([])
    if (id !== '1.3.0') expect(ids).toContain('1.9.0')
  })

  it('3 uri: names the row of section 3 when a certificate belongs to somebody else', () => {
    const findings = metadataFindings(write(aggregated), 'pub-ag-full', { ...owner, uri: 'https://other.example' })
    expect(findings.map(({ id }) => id)).toEqual(['3 uri'])
  })
})

function set(change: Partial<SpidServiceProvider['attributeSets'][number]>) {
  return { index: 0, names: [{ language: 'it', text: 'Servizi' }], descriptions: [], attributes: ['name'], ...change }
}
function named(text: string) {
  return ['it', 'de'].map((language) => ({ language, text }))
}
function without({ body }: SpidServiceProvider, key: 'email') {
  const { [key]: _, ...rest } = body
  return rest
}
