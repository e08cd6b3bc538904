import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTrustList } from '../../../src/trust-list/trust-list.ts'
import { createTrustStore } from '../../../src/upstream/cns/trust.ts'
import { type SigningOptions, service, signTrustList, trustList } from '../../fixtures/cns/trust-list.ts'
import { selfSigned } from '../../fixtures/saml/certificate.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const [agid, former, stranger, one, other] = ['agid', 'former', 'stranger', 'one', 'other'].map((name) =>
  selfSigned({ name }),
) as [Signer, Signer, Signer, Signer, Signer]
type Signer = ReturnType<typeof selfSigned>

const services = [service({ certificates: [one.certificate] }), service({ certificates: [other.certificate] })]
const certificateOf = ({ certificate }: Signer) => new X509Certificate(certificate)
const open = (text: string, signers = [former, agid]) =>
  openTrustList(text, { signers: signers.map(certificateOf), acceptUnsigned: false, now: NOW })
const openUnsigned = (text: string) => openTrustList(text, { signers: [], acceptUnsigned: true, now: NOW })
const fingerprints = (list: { authorities: readonly X509Certificate[] }) =>
  list.authorities.map(({ fingerprint256 }) => fingerprint256)
const both = [one, other].map((ca) => certificateOf(ca).fingerprint256)

describe('a trusted list', () => {
  it('gives the authorities that AgID signed for, its number, its end and its signer', () => {
    const list = open(signTrustList(trustList(services), agid))
    expect(fingerprints(list)).toEqual(both)
    expect(list).toMatchObject({ sequence: 141, nextUpdate: Date.parse('2027-02-27T00:00:00Z') })
    expect(list.signer?.fingerprint256).toBe(certificateOf(agid).fingerprint256)
  })

  it('is read in version 6 too, and in no other', () => {
    expect(open(signTrustList(trustList(services, { version: 6 }), agid)).authorities).toHaveLength(2)
    expect(() => open(signTrustList(trustList(services, { version: 4 }), agid))).toThrow('its version is 4')
  })

  it.each([
    ['qualified signature', { type: 'http://uri.etsi.org/TrstSvc/Svctype/CA/QC' }],
    ['withdrawn', { status: 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn' }],
    [
      'granted, which is for qualified services',
      { status: 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted' },
    ],
    ['recognised only from next year', { from: '2027-01-01T00:00:00Z' }],
  ])('leaves a service out that is %s', (_what, changes) => {
    const mixed = [service({ certificates: [one.certificate], ...changes }), ...services.slice(1)]
    expect(fingerprints(open(signTrustList(trustList(mixed), agid)))).toEqual(both.slice(1))
  })

  it('may hold several certificates of a service, one twice, and one that cannot be read', () => {
    const many = service({ certificates: [one.certificate, other.certificate, one.certificate, 'AAAA'] })
    expect(fingerprints(open(signTrustList(trustList([many]), agid)))).toEqual(both)
  })

  it.each([
    ['of another country', trustList(services, { territory: 'FR' }), 'the list of FR'],
    ['without a card authority', trustList([]), 'names no card authority'],
    ['without a real end', trustList(services, { nextUpdate: 'soon' }), 'its dateTime is no time'],
  ])('%s is refused', (_what, xml, reason) => {
    expect(() => open(signTrustList(xml, agid))).toThrow(reason)
  })

  it('is refused when it is something else', () => {
    expect(() => openUnsigned('<html/>')).toThrow('no trusted list')
    expect(() => openUnsigned('<!DOCTYPE x><x/>')).toThrow('saml_doctype_forbidden')
  })
})

describe('its signature', () => {
  const good = signTrustList(trustList(services), agid)

  it.each([
    ['is missing', trustList(services), 'is not signed'],
    [
      'is a stranger’s, who sends a certificate along',
      signTrustList(trustList(services), stranger),
      'not signed by one of',
    ],
    [
      'does not fit after an authority was put in',
      good.replace('<TSPServices>', `<TSPServices>${service({ certificates: [stranger.certificate] })}`),
      'changed after',
    ],
    ['does not fit after its end was moved', good.replace('2027-02-27', '2037-02-27'), 'changed after'],
    ['stands there twice', good.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '$&$&'), 'there are two'],
    [
      'has another digest than it signed',
      good.replace(/<ds:DigestValue>(.)/, (_, first) => `<ds:DigestValue>${first === 'A' ? 'B' : 'A'}`),
      'not signed by one of',
    ],
  ])('%s: refused', (_what, xml, reason) => {
    expect(() => open(xml)).toThrow(reason)
  })

  const forged = trustList([service({ certificates: [stranger.certificate] })])
  const signatureIn = (xml: string) => /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? ''
  const withIn = (xml: string, more: string) =>
    xml.replace('</TrustServiceStatusList>', `${more}</TrustServiceStatusList>`)
  const byId = signTrustList(trustList(services), agid, { uri: '#ID100001' })
  const bare = (xml: string) => xml.replace(/^<\?xml[^>]*\?>/, '')
  it.each([
    [
      'a forged list with the true one inside, and its signature',
      withIn(withIn(forged, bare(byId)), signatureIn(byId)),
    ],
    [
      'a forged list with another Id, the true one inside the signature',
      withIn(
        forged.replace('ID100001', 'ID2'),
        signatureIn(good).replace('</ds:Signature>', `<ds:Object>${bare(good)}</ds:Object></ds:Signature>`),
      ),
    ],
    ['the same under another Id', withIn(withIn(forged, bare(byId)), signatureIn(byId)).replace('ID100001', 'ID2')],
    [
      'a forged list with the true one inside the signature',
      withIn(
        forged,
        signatureIn(byId).replace('</ds:Signature>', `<ds:Object>${bare(byId)}</ds:Object></ds:Signature>`),
      ),
    ],
    ['the true list inside a forged one, signed deep down', withIn(forged, bare(byId))],
    ['a second signature by a stranger', withIn(good, signatureIn(signTrustList(trustList(services), stranger)))],
  ])('wrapped, %s: refused', (_what, xml) => {
    expect(() => open(xml)).toThrow(/changed after|is not signed|there are two|another element|an ID stands/)
  })

  it('does not hold for what a comment seems to say', () => {
    const withdrawn = service({
      certificates: [stranger.certificate],
      status: 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel-no-more',
    })
    const signed = signTrustList(trustList([...services, withdrawn]), agid)
    const list = open(signed.replace('level-no-more', 'level<!-- -->-no-more'))
    expect(fingerprints(list)).toEqual(both)
  })

  it.each<[string, SigningOptions, string]>([
    [
      'SHA-1 signature',
      { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
      'algorithm is not allowed',
    ],
    ['SHA-1 digest', { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' }, 'digest is not allowed'],
    ['part only', { xpath: "//*[local-name(.)='SchemeInformation']", uri: '#_0' }, 'another element'],
    [
      'other transforms',
      {
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
        ],
      },
      'transforms',
    ],
  ])('in another shape, %s: refused', (_what, options, reason) => {
    expect(() => open(signTrustList(trustList(services), agid, options))).toThrow(reason)
  })

  it('by the Id of the list is as good as for the whole document', () => {
    const options = { uri: '#ID100001' }
    expect(open(signTrustList(trustList(services), agid, options)).authorities).toHaveLength(2)
  })

  it('is not looked at where the region says so', () => {
    expect(openUnsigned(trustList(services)).authorities).toHaveLength(2)
    expect(openUnsigned(signTrustList(trustList(services), stranger)).signer).toBeUndefined()
  })
})

const data = process.env.VARCO_DATA
describe.skipIf(data === undefined)('the Italian list of 2019-09-04', () => {
  it('has the 119 authorities of its bundle, and each can be trusted', () => {
    const read = (name: string) => readFileSync(join(data ?? '', name), 'utf8')
    const list = openUnsigned(read('agid-tsl-it-seq141-2019-09-04-idv-extract.xml'))
    const bundle = read('cns-ca-bundle-tsl-2019-09-04.pem').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
    expect(list.sequence).toBe(141)
    expect(fingerprints(list).toSorted()).toEqual(
      bundle.map((pem) => new X509Certificate(pem).fingerprint256).toSorted(),
    )
    expect(list.authorities).toHaveLength(119)
    expect(createTrustStore(list.authorities.map(String)).size).toBe(119)
  })

  it('is not signed in this extract, so that it is refused without the explicit flag', () => {
    const text = readFileSync(join(data ?? '', 'agid-tsl-it-seq141-2019-09-04-idv-extract.xml'), 'utf8')
    expect(() => open(text)).toThrow('it is not signed')
  })
})
