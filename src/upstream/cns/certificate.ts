/**
 * An X.509 certificate as the checks need it. Node gives chain, dates and signatures; the fields that it lacks (KeyUsage,
 * policies) or prints ambiguously (the subject: the common name of a card holds `/`, `+` and `=`) are read from the ASN.1.
 */
import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  Certificate as AsnCertificate,
  BasicConstraints,
  CertificatePolicies,
  ExtendedKeyUsage,
  KeyUsage,
  type KeyUsageType,
  type Name,
  type RelativeDistinguishedName,
} from '@peculiar/asn1-x509'
import { GatewayError } from '../../errors.ts'

export interface Certificate {
  readonly x509: X509Certificate
  /** Values of each attribute of the subject, all of them: `CN` should be one, but nothing stops a CA from two. */
  readonly commonNames: readonly string[]
  readonly givenNames: readonly string[]
  readonly surnames: readonly string[]
  /** RFC 4514: most specific part first, `CN=…,O=…,C=IT`. */
  readonly issuer: string
  /** OID. */
  readonly signatureAlgorithm: string
  /** Undefined when the extension is absent. */
  readonly keyUsage: readonly KeyUsageType[] | undefined
  /** OIDs; empty when the extension is absent. */
  readonly extendedKeyUsage: readonly string[]
  /** OIDs; empty when the extension is absent. */
  readonly policies: readonly string[]
  /** How many CAs may stand between this one and the card; undefined = any number. */
  readonly pathLength: number | undefined
  /** Has a critical extension that is not looked at here, so it must not be used: RFC 5280 4.2. */
  readonly unknownCritical: boolean
  /** A CA that narrows names or policies below it, critical or not: what that means is not worked out here. */
  readonly constrained: boolean
  /** The responder of OCSP answers need not be asked about itself: RFC 6960 4.2.2.2.1. */
  readonly ocspNoCheck: boolean
  /** Of the modulus; undefined for a key on a curve. */
  readonly keyBits: number | undefined
}

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const CERTIFICATE_POLICIES = '2.5.29.32'
const UNDERSTOOD: ReadonlySet<string> = new Set([
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  EXTENDED_KEY_USAGE,
  CERTIFICATE_POLICIES,
])
/** nameConstraints, policyMappings, policyConstraints, inhibitAnyPolicy: RFC 5280 4.2.1. */
const CONSTRAINTS = ['2.5.29.30', '2.5.29.33', '2.5.29.36', '2.5.29.54']
const OCSP_NO_CHECK = '1.3.6.1.5.5.7.48.1.5'

const COMMON_NAME = '2.5.4.3'
const SURNAME = '2.5.4.4'
const GIVEN_NAME = '2.5.4.42'

/** Reads one DER certificate; throws `cns_certificate_unreadable`. */
export const readCertificate = (der: Buffer): Certificate => {
  try {
    return parse(der)
  } catch (cause) {
    throw new GatewayError('cns_certificate_unreadable', undefined, { cause })
  }
}

const parse = (der: Buffer): Certificate => {
  const x509 = new X509Certificate(der)
  // `raw`, not what came: both parsers must see the same bytes, without whatever stood behind them.
  const { tbsCertificate: tbs, signatureAlgorithm } = AsnConvert.parse(x509.raw, AsnCertificate)
  const extensions = new Map((tbs.extensions ?? []).map((extension) => [extension.extnID, extension]))
  // RFC 5280 4.2: one of each. Two parsers may differ on which of two counts.
  if (extensions.size !== (tbs.extensions ?? []).length) throw new Error('an extension appears twice')
  const extension = <T>(oid: string, type: new () => T): T | undefined => {
    const value = extensions.get(oid)?.extnValue
    return value && AsnConvert.parse(value.buffer, type)
  }
  return {
    x509,
    commonNames: valuesOf(tbs.subject, COMMON_NAME),
    givenNames: valuesOf(tbs.subject, GIVEN_NAME),
    surnames: valuesOf(tbs.subject, SURNAME),
    issuer: rfc4514(tbs.issuer),
    signatureAlgorithm: signatureAlgorithm.algorithm,
    keyUsage: extension(KEY_USAGE, KeyUsage)?.toJSON(),
    extendedKeyUsage: [...(extension(EXTENDED_KEY_USAGE, ExtendedKeyUsage) ?? [])],
    policies: [...(extension(CERTIFICATE_POLICIES, CertificatePolicies) ?? [])].map(
      (policy) => policy.policyIdentifier,
    ),
    pathLength: extension(BASIC_CONSTRAINTS, BasicConstraints)?.pathLenConstraint,
    unknownCritical: [...extensions.values()].some(({ critical, extnID }) => critical && !UNDERSTOOD.has(extnID)),
    constrained: CONSTRAINTS.some((oid) => extensions.has(oid)),
    ocspNoCheck: extensions.has(OCSP_NO_CHECK),
    keyBits: x509.publicKey.asymmetricKeyDetails?.modulusLength,
  }
}

const valuesOf = (name: Name, type: string): string[] =>
  [...name]
    .flatMap((part) => [...part])
    .filter((attribute) => attribute.type === type)
    .map((attribute) => attribute.value.toString())

const SHORT_NAMES: Readonly<Record<string, string>> = {
  [COMMON_NAME]: 'CN',
  [SURNAME]: 'SN',
  [GIVEN_NAME]: 'GN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
}

const rfc4514 = (name: Name): string => [...name].reverse().map(relativeName).join(',')

const relativeName = (part: RelativeDistinguishedName): string =>
  [...part].map(({ type, value }) => `${SHORT_NAMES[type] ?? type}=${escaped(value.toString())}`).join('+')

/** RFC 4514 2.4. */
const escaped = (value: string): string => value.replace(/["+,;<>\\]|^[ #]| $/g, (character) => `\\${character}`)
