/** docs/rules/spid-saml.md section 3, row by row, on a certificate or a signing request that somebody wants to use. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { CertificationRequest } from '@peculiar/asn1-csr'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  type Extension,
  Extensions,
  KeyUsage,
  type KeyUsageType,
  type Name,
} from '@peculiar/asn1-x509'
import { type Check, type Finding, findingsOf, unless } from '../saml/finding.ts'
import { keySizes } from './certificate.ts'
import { AGID_CERT, attributeTypes, extensionTypes } from './certificate-names.ts'

/** Whose certificate it is: what its subject and policies must say. Texts that are undefined may be any. */
export interface CertificateOwner {
  readonly uri: string
  readonly organizationName: string
  readonly commonName?: string
  readonly policies: readonly string[]
  /** A tenant's own must name the body by its IPA code; an aggregator may be a company. */
  readonly publicBody: boolean
}

interface Subject extends CertificateOwner {
  readonly certificate: Facts
}

interface Facts {
  readonly subject: Name
  readonly key: KeyObject
  /** OID. */
  readonly signatureAlgorithm: string
  readonly extensions: readonly Extension[]
}

/** SHA-256 and SHA-512 with RSA; SHA-384 does not stand in AgID's text. */
const signatureAlgorithms: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.11', '1.2.840.113549.1.1.13'])
const forbidden = ['name', 'surname', 'givenName', 'initials', 'pseudonym'] as const
const identifiers = /^(PA:IT-\S{1,16}|VATIT-\d{11}|CF:IT-[A-Z0-9]{16})$/
const publicIdentifier = /^PA:IT-\S{1,16}$/
const set: readonly KeyUsageType[] = ['digitalSignature', 'nonRepudiation']
const unset: readonly KeyUsageType[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'crlSign']

const ANEW = 'make a new one with: varco spid certificate'

export const certificateChecks: readonly Check<Subject>[] = [
  {
    id: '3 Key',
    faults: ({ certificate: { key } }) => {
      const bits = key.asymmetricKeyDetails?.modulusLength
      const allowed = key.asymmetricKeyType === 'rsa' && keySizes.some((size) => size === bits)
      return unless(
        allowed,
        `the key is ${key.asymmetricKeyType} of ${bits ?? 'unknown'} bits, not RSA of ${keySizes.join(', ')}`,
      )
    },
    fix: ANEW,
  },
  {
    id: '3 Signature digest',
    faults: ({ certificate: { signatureAlgorithm } }) =>
      unless(
        signatureAlgorithms.has(signatureAlgorithm),
        `it is signed by ${signatureAlgorithm}, not with SHA-256 or SHA-512`,
      ),
    fix: ANEW,
  },
  {
    id: '3 commonName',
    faults: ({ certificate, commonName }) => textFaults(certificate, 'commonName', commonName),
    fix: 'make it the short name of the body (OrganizationDisplayName)',
  },
  {
    id: '3 organizationName',
    faults: ({ certificate, organizationName }) => textFaults(certificate, 'organizationName', organizationName),
    fix: 'make it the full name of the body (OrganizationName)',
  },
  {
    id: '3 uri',
    faults: ({ certificate, uri }) => textFaults(certificate, 'uri', uri),
    fix: 'a shared certificate carries aggregator.uri, a tenant’s own its entityID',
  },
  {
    id: '3 organizationIdentifier',
    faults: ({ certificate, publicBody }) => {
      const [value = '', ...more] = valuesOf(certificate, 'organizationIdentifier')
      const pattern = publicBody ? publicIdentifier : identifiers
      return unless(
        pattern.test(value) && more.length === 0,
        `organizationIdentifier is "${value}", not of the form ${pattern.source}`,
      )
    },
    fix: 'write PA:IT- and the IPA code (at most 16 characters); a company that aggregates writes VATIT- and eleven digits',
  },
  {
    id: '3 countryName',
    faults: ({ certificate }) => textFaults(certificate, 'countryName', 'IT'),
    fix: ANEW,
  },
  {
    id: '3 localityName',
    faults: ({ certificate }) => textFaults(certificate, 'localityName'),
    fix: 'set aggregator.city to the full name of the city',
  },
  {
    id: '3 Forbidden subject attributes',
    faults: ({ certificate }) =>
      forbidden
        .filter((name) => valuesOf(certificate, name).length > 0)
        .map((name) => `the subject has ${name} (${attributeTypes[name]}), which names a person`),
    fix: ANEW,
  },
  {
    id: '3 basicConstraints',
    faults: ({ certificate }) => {
      const found = extensionOf(certificate, extensionTypes.basicConstraints)
      if (found === undefined) return ['basicConstraints is missing']
      return [
        ...unless(!found.critical, 'basicConstraints is critical'),
        ...unless(
          !AsnConvert.parse(found.extnValue.buffer, BasicConstraints).cA,
          'it is the certificate of an authority (CA:TRUE)',
        ),
      ]
    },
    fix: ANEW,
  },
  {
    id: '3 keyUsage',
    faults: ({ certificate }) => {
      const found = extensionOf(certificate, extensionTypes.keyUsage)
      if (found === undefined) return ['keyUsage is missing']
      const usages = AsnConvert.parse(found.extnValue.buffer, KeyUsage).toJSON()
      return [
        ...unless(found.critical, 'keyUsage is not critical'),
        ...set.filter((usage) => !usages.includes(usage)).map((usage) => `keyUsage lacks ${usage}`),
        ...unset.filter((usage) => usages.includes(usage)).map((usage) => `keyUsage has ${usage}`),
      ]
    },
    fix: ANEW,
  },
  {
    id: '3 certificatePolicies',
    faults: ({ certificate, policies }) => {
      const found = extensionOf(certificate, extensionTypes.certificatePolicies)
      if (found === undefined) return ['certificatePolicies is missing']
      const ids = [...AsnConvert.parse(found.extnValue.buffer, CertificatePolicies)].map((one) => one.policyIdentifier)
      return [
        ...unless(!found.critical, 'certificatePolicies is critical'),
        ...[...new Set([AGID_CERT, ...policies])]
          .filter((id) => !ids.includes(id))
          .map((id) => `certificatePolicies lacks ${id}`),
        ...unless(
          ids.some((id) => /^1\.3\.76\.16\.4\.[23]\.\d+$/.test(id)),
          'no policy says what the certificate is for (1.3.76.16.4.…)',
        ),
      ]
    },
    fix: 'correct aggregator.policy_oids, or make a new certificate with: varco spid certificate',
  },
]

/** @param pem a certificate or a signing request. Throws where it is neither. */
export const certificateFindings = (pem: string, owner: CertificateOwner): readonly Finding[] =>
  findingsOf(certificateChecks, { ...owner, certificate: factsOf(pem) })

const factsOf = (pem: string): Facts => {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  if (pem.includes('CERTIFICATE REQUEST')) {
    const { certificationRequestInfo: info, signatureAlgorithm } = AsnConvert.parse(der, CertificationRequest)
    const [requested] = [...(info.attributes ?? [])].filter(({ type }) => type === extensionTypes.extensionRequest)
    const [value] = requested?.values ?? []
    return {
      subject: info.subject,
      key: keyOf(info.subjectPKInfo),
      signatureAlgorithm: signatureAlgorithm.algorithm,
      extensions: value === undefined ? [] : [...AsnConvert.parse(value, Extensions)],
    }
  }
  const { tbsCertificate: tbs, signatureAlgorithm } = AsnConvert.parse(der, Certificate)
  return {
    subject: tbs.subject,
    key: keyOf(tbs.subjectPublicKeyInfo),
    signatureAlgorithm: signatureAlgorithm.algorithm,
    extensions: [...(tbs.extensions ?? [])],
  }
}

const keyOf = (info: object): KeyObject =>
  createPublicKey({ key: Buffer.from(AsnConvert.serialize(info)), type: 'spki', format: 'der' })

const valuesOf = ({ subject }: Facts, name: keyof typeof attributeTypes): readonly string[] =>
  [...subject]
    .flatMap((part) => [...part])
    .filter(({ type }) => type === attributeTypes[name])
    .map(({ value }) => value.toString())

/** Present once; and `wanted`, where that is known. */
const textFaults = (certificate: Facts, name: keyof typeof attributeTypes, wanted?: string): readonly string[] => {
  const values = valuesOf(certificate, name)
  const [value] = values
  if (value === undefined || value === '') return [`${name} is missing`]
  if (values.length > 1) return [`${name} stands ${values.length} times`]
  return unless(wanted === undefined || value === wanted, `${name} is "${value}", not "${wanted}"`)
}

const extensionOf = ({ extensions }: Facts, type: string): Extension | undefined =>
  extensions.find(({ extnID }) => extnID === type)
