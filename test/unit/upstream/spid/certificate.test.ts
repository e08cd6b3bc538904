/** docs/rules/spid-saml.md section 3, row by row. openssl reads the same certificates in test/e2e/spid-certificate.test.ts. */
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as sandbox from '../../../../sandbox/pki/certificate.ts'
import {
  type CertificateSubject,
  newSigningKey,
  selfSignedCertificate,
  signingRequest,
} from '../../../../src/upstream/spid/certificate.ts'
import { type CertificateOwner, certificateFindings } from '../../../../src/upstream/spid/certificate-checks.ts'
import { certificateContent, keys, owner, validity } from '../../../fixtures/spid/service-provider.ts'

const idsOf = (pem: string, change: Partial<CertificateOwner> = {}) =>
  certificateFindings(pem, { ...owner, ...change }).map(({ id }) => id)
const withSubject = (change: Partial<CertificateSubject>) =>
  selfSignedCertificate(
    { ...certificateContent, subject: { ...certificateContent.subject, ...change } },
    keys,
    validity,
  )

describe('a certificate that Varco makes', () => {
  const pem = selfSignedCertificate(certificateContent, keys, validity)

  it('keeps every rule of section 3', () => {
    expect(certificateFindings(pem, { ...owner, commonName: 'Regione di Prova' })).toEqual([])
    expect(idsOf(signingRequest(certificateContent, keys))).toEqual([])
  })

  it('is signed with its own key, valid from and to the times given', () => {
    const certificate = new X509Certificate(pem)
    expect(certificate.verify(keys.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(keys.privateKey)).toBe(true)
    expect([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]).toEqual([
      validity.notBefore,
      validity.notAfter,
    ])
    expect(certificate.subject).toContain('L=Forlì')
  })

  it('has a serial number of its own', () => {
    const again = selfSignedCertificate(certificateContent, keys, validity)
    expect(new X509Certificate(again).serialNumber).not.toBe(new X509Certificate(pem).serialNumber)
  })

  it.each([2048, 3072, 4096] as const)('may have an RSA key of %i bits', async (size) => {
    const privateKey = await newSigningKey(size)
    const own = { privateKey, publicKey: createPublicKey(privateKey) }
    expect(own.publicKey.asymmetricKeyDetails?.modulusLength).toBe(size)
    expect(idsOf(selfSignedCertificate(certificateContent, own, validity))).toEqual([])
  })
})

describe('what section 3 forbids', () => {
  it.each<[id: string, what: string, pem: string, owner?: Partial<CertificateOwner>]>([
    ['3 commonName', 'an empty commonName', withSubject({ commonName: '' })],
    ['3 commonName', 'another short name', withSubject({}), { commonName: 'Provincia' }],
    ['3 organizationName', 'another organisation', withSubject({ organizationName: 'Provincia' })],
    ['3 uri', 'another uri', withSubject({ uri: 'https://other.example' })],
    ['3 organizationIdentifier', 'an identifier of no known form', withSubject({ organizationIdentifier: 'r_prova' })],
    [
      '3 organizationIdentifier',
      'an IPA code of 17 characters',
      withSubject({ organizationIdentifier: 'PA:IT-12345678901234567' }),
    ],
    [
      '3 organizationIdentifier',
      'a VAT number of ten digits',
      withSubject({ organizationIdentifier: 'VATIT-0123456789' }),
    ],
    [
      '3 organizationIdentifier',
      'a company where a public body stands',
      withSubject({ organizationIdentifier: 'VATIT-01234567890' }),
      { publicBody: true },
    ],
    ['3 localityName', 'no city', withSubject({ localityName: '' })],
    [
      '3 certificatePolicies',
      'policies without agIDcert',
      selfSignedCertificate({ ...certificateContent, policies: ['1.3.76.16.4.2.1'] }, keys, validity),
    ],
    ['3 certificatePolicies', 'another policy than AgID asked for', withSubject({}), { policies: ['1.3.76.16.4.2.2'] }],
  ])('%s: %s', (id, _, pem, change) => {
    expect(idsOf(pem, change)).toEqual([id])
  })

  it.each(['VATIT-01234567890', 'CF:IT-ABCDEF12G34H567I'])(
    'an aggregator may be a company: %s',
    (organizationIdentifier) => {
      expect(idsOf(withSubject({ organizationIdentifier }))).toEqual([])
    },
  )

  it('may carry the policies that AgID asks an aggregator for', () => {
    const policies = ['1.3.76.16.6', '1.3.76.16.4.2.2']
    const pem = selfSignedCertificate({ ...certificateContent, policies }, keys, validity)
    expect(idsOf(pem, { policies })).toEqual([])
  })

  it.each([
    ['RSA of 1024 bits', () => generateKeyPairSync('rsa', { modulusLength: 1024 })],
    ['RSA of 2560 bits', () => generateKeyPairSync('rsa', { modulusLength: 2560 })],
  ])('3 Key: %s', (_, make) => {
    expect(idsOf(selfSignedCertificate(certificateContent, make(), validity))).toEqual(['3 Key'])
  })

  const subject = [
    ['C', 'IT'],
    ['L', 'Trento'],
    ['O', 'Regione di Prova'],
    ['organizationIdentifier', 'PA:IT-r_prova'],
    ['uri', 'https://login.regione.example'],
    ['CN', 'Regione di Prova'],
  ] as const
  const good = {
    constraints: sandbox.basicConstraints(false),
    usage: sandbox.keyUsage('digitalSignature', 'nonRepudiation'),
    policies: sandbox.certificatePolicies('1.3.76.16.6', '1.3.76.16.4.2.1'),
  }
  const byOthers = async (
    extensions: Partial<typeof good>,
    name: readonly (readonly [
      'C' | 'L' | 'O' | 'CN' | 'GN' | 'SN' | 'uri' | 'organizationIdentifier',
      string,
    ])[] = subject,
  ) => {
    const profile = {
      subject: name,
      extensions: Object.values(extensions),
      notBefore: new Date(),
      notAfter: new Date(4e12),
    }
    return (await sandbox.selfSigned(profile)).certificate
  }

  it('is found in certificates that others made', async () => {
    expect(idsOf(await byOthers(good))).toEqual([])
    const { constraints, usage, policies } = good
    expect(idsOf(await byOthers({ usage, policies }))).toEqual(['3 basicConstraints'])
    expect(idsOf(await byOthers({ constraints, policies }))).toEqual(['3 keyUsage'])
    expect(idsOf(await byOthers({ constraints, usage }))).toEqual(['3 certificatePolicies'])
    // critical and CA:TRUE
    const authority = await byOthers({ ...good, constraints: sandbox.basicConstraints(true) })
    expect(idsOf(authority)).toEqual(['3 basicConstraints', '3 basicConstraints'])
    const encipherment = sandbox.keyUsage('digitalSignature', 'nonRepudiation', 'keyEncipherment')
    expect(idsOf(await byOthers({ ...good, usage: encipherment }))).toEqual(['3 keyUsage'])
    expect(idsOf(await byOthers({ ...good, usage: sandbox.keyUsage('digitalSignature') }))).toEqual(['3 keyUsage'])
  })

  it('3 Forbidden subject attributes: names of a person', async () => {
    const name = [...subject, ['GN', 'Ada'], ['SN', 'Rossi']] as const
    expect(idsOf(await byOthers(good, name))).toEqual([
      '3 Forbidden subject attributes',
      '3 Forbidden subject attributes',
    ])
  })

  it('3 countryName: another country, or none', async () => {
    const elsewhere = subject.map(([type, value]) => [type, type === 'C' ? 'AT' : value] as const)
    expect(idsOf(await byOthers(good, elsewhere))).toEqual(['3 countryName'])
    expect(idsOf(await byOthers(good, subject.slice(1)))).toEqual(['3 countryName'])
  })
})
