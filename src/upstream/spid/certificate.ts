/** The key, certificate and signing request of a SPID service provider, as docs/rules/spid-saml.md section 3 wants them. */
import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { CertificationRequest, CertificationRequestInfo, Attributes as RequestAttributes } from '@peculiar/asn1-csr'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  DisplayText,
  Extension,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
  Name,
  PolicyInformation,
  PolicyQualifierInfo,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  UserNotice,
  Validity,
} from '@peculiar/asn1-x509'
import { attributeTypes, extensionTypes, policies as policyIds } from './certificate-names.ts'

export interface CertificateSubject {
  /** The short name: OrganizationDisplayName. */
  readonly commonName: string
  readonly organizationName: string
  /** The entityID; of a certificate that many share, the aggregator's own address. */
  readonly uri: string
  /** `PA:IT-c_l378`. */
  readonly organizationIdentifier: string
  readonly localityName: string
}

export const keySizes = [2048, 3072, 4096] as const
export type KeySize = (typeof keySizes)[number]

export const newSigningKey = async (size: KeySize): Promise<KeyObject> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: size })
  return privateKey
}

export interface CertificateContent {
  readonly subject: CertificateSubject
  /** OIDs. */
  readonly policies: readonly string[]
}

/** PEM. Dates in milliseconds since 1970. */
export const selfSignedCertificate = (
  { subject, policies }: CertificateContent,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  { notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number },
): string => {
  const name = nameOf(subject)
  const toBeSigned = new TBSCertificate({
    version: 2,
    serialNumber: toArrayBuffer(Buffer.concat([Buffer.from([0x4d]), randomBytes(15)])),
    signature: sha256WithRsa(),
    issuer: name,
    validity: new Validity({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) }),
    subject: name,
    subjectPublicKeyInfo: publicKeyInfo(publicKey),
    extensions: extensionsOf(policies, publicKey),
  })
  const certificate = new Certificate({
    tbsCertificate: toBeSigned,
    signatureAlgorithm: sha256WithRsa(),
    signatureValue: signatureOf(toBeSigned, privateKey),
  })
  return pem('CERTIFICATE', certificate)
}

/** PEM of a PKCS#10 request that asks for the same subject and extensions. */
export const signingRequest = (
  { subject, policies }: CertificateContent,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
): string => {
  const extensionRequest = new Attribute({
    type: extensionTypes.extensionRequest,
    values: [AsnConvert.serialize(extensionsOf(policies, publicKey))],
  })
  const info = new CertificationRequestInfo({
    subject: nameOf(subject),
    subjectPKInfo: publicKeyInfo(publicKey),
    attributes: new RequestAttributes([extensionRequest]),
  })
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: sha256WithRsa(),
    signature: signatureOf(info, privateKey),
  })
  return pem('CERTIFICATE REQUEST', request)
}

const sha256WithRsa = () => new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null })

const nameOf = (subject: CertificateSubject): Name => {
  const country = new AttributeValue({ printableString: 'IT' })
  const parts: readonly (readonly [type: string, value: AttributeValue])[] = [
    [attributeTypes.countryName, country],
    [attributeTypes.localityName, utf8(subject.localityName)],
    [attributeTypes.organizationName, utf8(subject.organizationName)],
    [attributeTypes.organizationIdentifier, utf8(subject.organizationIdentifier)],
    [attributeTypes.uri, utf8(subject.uri)],
    [attributeTypes.commonName, utf8(subject.commonName)],
  ]
  return new Name(
    parts.map(([type, value]) => new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])),
  )
}

const utf8 = (text: string) => new AttributeValue({ utf8String: text })

const extensionsOf = (policies: readonly string[], publicKey: KeyObject): Extensions =>
  new Extensions([
    extension(extensionTypes.basicConstraints, new BasicConstraints()),
    extension(
      extensionTypes.keyUsage,
      new KeyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation),
      true,
    ),
    extension(extensionTypes.certificatePolicies, new CertificatePolicies(policies.map(policy))),
    // RFC 7093: any value that is unique to the key serves
    extension(
      extensionTypes.subjectKeyIdentifier,
      new SubjectKeyIdentifier(toArrayBuffer(createHash('sha256').update(spki(publicKey)).digest().subarray(0, 20))),
    ),
  ])

const extension = (type: string, value: object, critical = false): Extension =>
  new Extension({ extnID: type, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

/** An older checker looks for the notice beside the OID. */
const policy = (id: string): PolicyInformation => {
  const notice = policyIds[id]
  if (notice === undefined) return new PolicyInformation({ policyIdentifier: id })
  const userNotice = new UserNotice({ explicitText: new DisplayText({ utf8String: notice }) })
  const qualifier = AsnConvert.serialize(userNotice)
  return new PolicyInformation({
    policyIdentifier: id,
    policyQualifiers: [new PolicyQualifierInfo({ policyQualifierId: extensionTypes.userNotice, qualifier })],
  })
}

const spki = (publicKey: KeyObject): Buffer => publicKey.export({ type: 'spki', format: 'der' })
const publicKeyInfo = (publicKey: KeyObject) => AsnConvert.parse(spki(publicKey), SubjectPublicKeyInfo)

const signatureOf = (toBeSigned: object, key: KeyObject): ArrayBuffer =>
  toArrayBuffer(sign('sha256', Buffer.from(AsnConvert.serialize(toBeSigned)), key))

const toArrayBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

const pem = (label: string, value: object): string => {
  const base64 = Buffer.from(AsnConvert.serialize(value)).toString('base64')
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`
}
