/** A certification authority for tests: cards and CAs with whatever is right or wrong about them. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  PolicyInformation,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'

const OID = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', GN: '2.5.4.42', SN: '2.5.4.4' }
const ANY_POLICY = '2.5.29.32.0'
const SIGNATURE = { sha256: '1.2.840.113549.1.1.11', sha1: '1.2.840.113549.1.1.5' }

/** One attribute each; several in one inner array make a multi-valued part. */
export type Subject = readonly (readonly (readonly [keyof typeof OID, string])[])[]

export interface Profile {
  readonly subject: Subject
  /** Default: random. */
  readonly serial?: Buffer
  readonly notBefore?: string
  readonly notAfter?: string
  readonly keyUsage?: readonly (keyof typeof KeyUsageFlags)[]
  readonly extendedKeyUsage?: readonly string[]
  readonly policies?: readonly string[]
  /** `false`: none, although it signs. */
  readonly ca?: { readonly pathLength?: number } | false
  readonly digest?: 'sha256' | 'sha1'
  /** More extensions: OID, DER, critical. */
  readonly extra?: readonly (readonly [string, Buffer, boolean])[]
}

export interface Authority {
  readonly der: Buffer
  readonly pem: string
  readonly key: KeyObject
  issue(profile: Profile, key?: KeyObject): Buffer
  /** A CA below this one. */
  authority(profile: Profile, keys?: Keys): Authority
}

interface Issuer {
  readonly name: Name
  readonly key: KeyObject
  readonly keyId: ArrayBuffer
}

export const subject = (commonName: string, more: Partial<Record<keyof typeof OID, string>> = {}): Subject => [
  [['C', 'IT']],
  ...(Object.entries(more) as [keyof typeof OID, string][]).map((attribute) => [attribute]),
  [['CN', commonName]],
]

type Keys = ReturnType<typeof newKeys>
const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
/** One key for all cards: nothing here depends on whose it is, and making one is slow. */
const cardKey = newKeys().publicKey

export const CARD_NAME = 'RSSMRA80A01H501U/1234567890123456.abcdEFGH/ij+kLmNOPQ='

/** A card as section 2 wants it, but for what is given. */
export const cardProfile = (changes: Partial<Profile> = {}): Profile => ({
  subject: subject(CARD_NAME, { OU: 'Provincia di prova', GN: 'Mario', SN: "D'Alò Rossi" }),
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  extendedKeyUsage: ['1.3.6.1.4.1.311.20.2.2', '1.3.6.1.5.5.7.3.2'],
  policies: ['1.3.76.16.2.1', '1.3.76.1.2.3'],
  ...changes,
})

/** A self-signed CA, with keys of its own unless given. */
export const createAuthority = (profile: Profile, keys = newKeys()): Authority => {
  const name = toName(profile.subject)
  const self = { name, key: keys.privateKey, keyId: keyIdOf(keys.publicKey) }
  return authorityOf(certify({ ca: {}, keyUsage: ['keyCertSign', 'cRLSign'], ...profile }, keys.publicKey, self), self)
}

const authorityOf = (der: Buffer, self: Issuer): Authority => ({
  der,
  pem: pemOf(der),
  key: self.key,
  issue: (profile, key = cardKey) => certify(profile, key, self),
  authority: (profile, { publicKey, privateKey } = newKeys()) => {
    const below = { name: toName(profile.subject), key: privateKey, keyId: keyIdOf(publicKey) }
    const usual = { ca: {}, keyUsage: ['keyCertSign', 'cRLSign'], policies: [ANY_POLICY] } as const
    return authorityOf(certify({ ...usual, ...profile }, publicKey, self), below)
  },
})

export const pemOf = (der: Buffer): string => new X509Certificate(der).toString()

const certify = (profile: Profile, key: KeyObject, issuer: Issuer): Buffer => {
  const digest = profile.digest ?? 'sha256'
  const algorithm = new AlgorithmIdentifier({ algorithm: SIGNATURE[digest], parameters: null })
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytes(profile.serial ?? Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    signature: algorithm,
    issuer: issuer.name,
    validity: new Validity({
      notBefore: new Date(profile.notBefore ?? '2020-01-01T00:00:00Z'),
      notAfter: new Date(profile.notAfter ?? '2030-01-01T00:00:00Z'),
    }),
    subject: toName(profile.subject),
    subjectPublicKeyInfo: AsnConvert.parse(key.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(profile, key, issuer)),
  })
  const signature = sign(digest, Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.key)
  return Buffer.from(
    AsnConvert.serialize(
      new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: bytes(signature) }),
    ),
  )
}

const extensionsOf = (profile: Profile, key: KeyObject, issuer: Issuer): Extension[] => {
  const { ca, keyUsage, extendedKeyUsage, policies, extra = [] } = profile
  const flags = (keyUsage ?? []).reduce((sum, name) => sum | KeyUsageFlags[name], 0)
  return [
    ca ? extension('2.5.29.19', new BasicConstraints({ cA: true, ...pathLengthOf(ca) }), true) : undefined,
    keyUsage && extension('2.5.29.15', new KeyUsage(flags), true),
    extendedKeyUsage && extension('2.5.29.37', new ExtendedKeyUsage([...extendedKeyUsage])),
    policies && extension('2.5.29.32', new CertificatePolicies(policies.map(toPolicy))),
    extension('2.5.29.14', new SubjectKeyIdentifier(keyIdOf(key))),
    extension('2.5.29.35', new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuer.keyId) })),
    ...extra.map(([extnID, der, critical]) => new Extension({ extnID, critical, extnValue: octets(bytes(der)) })),
  ].filter((entry) => entry !== undefined)
}

const extension = (extnID: string, value: object, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: octets(AsnConvert.serialize(value)) })

const toPolicy = (policyIdentifier: string) => new PolicyInformation({ policyIdentifier })

const pathLengthOf = ({ pathLength }: { pathLength?: number }) =>
  pathLength === undefined ? {} : { pathLenConstraint: pathLength }

const toName = (parts: Subject): Name =>
  new Name(
    parts.map(
      (part) =>
        new RelativeDistinguishedName(
          part.map(
            ([type, text]) =>
              new AttributeTypeAndValue({ type: OID[type], value: new AttributeValue({ utf8String: text }) }),
          ),
        ),
    ),
  )

const keyIdOf = (key: KeyObject): ArrayBuffer =>
  bytes(
    createHash('sha1')
      .update(key.export({ format: 'der', type: 'spki' }))
      .digest(),
  )

const octets = (value: ArrayBuffer) => new OctetString(value)
const bytes = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer
