/** X.509 certificates, written with nothing but node:crypto: the sandbox must not share code with what it tests. */
import { createHash, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import * as der from './der.ts'

const ATTRIBUTE_TYPES = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  C: '2.5.4.6',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  GN: '2.5.4.42',
  uri: '2.5.4.83',
  organizationIdentifier: '2.5.4.97',
} as const

/** Relative distinguished names in order, e.g. `[['C', 'IT'], ['CN', 'CA di prova']]`. */
export type DistinguishedName = readonly (readonly [keyof typeof ATTRIBUTE_TYPES, string])[]

export interface Identity {
  readonly key: KeyObject
  /** PEM. */
  readonly certificate: string
}

export interface Authority extends Identity {
  readonly name: DistinguishedName
}

export interface Profile {
  readonly subject: DistinguishedName
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly der.Der[]
}

export const SHA256_WITH_RSA = der.sequence(der.oid('1.2.840.113549.1.1.11'), der.nothing())

export const encodeName = (name: DistinguishedName): der.Der =>
  der.sequence(
    ...name.map(([type, value]) =>
      der.set(
        der.sequence(der.oid(ATTRIBUTE_TYPES[type]), type === 'C' ? der.printableString(value) : der.utf8String(value)),
      ),
    ),
  )

const extension = (id: string, critical: boolean, value: der.Der): der.Der =>
  der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value))

/** Bit numbers of RFC 5280 4.2.1.3. */
const KEY_USAGES = { digitalSignature: 0, nonRepudiation: 1, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const

export const keyUsage = (...usages: readonly (keyof typeof KEY_USAGES)[]): der.Der => {
  const bits = usages.reduce((byte, usage) => byte | (0x80 >> KEY_USAGES[usage]), 0)
  // DER: the zeros after the last named bit are not part of the value.
  const unused = 31 - Math.clz32(bits & -bits)
  return extension('2.5.29.15', true, der.bitString(Buffer.from([bits]), unused))
}
export const basicConstraints = (ca: boolean): der.Der =>
  extension('2.5.29.19', ca, ca ? der.sequence(der.boolean(true)) : der.sequence())
export const extendedKeyUsage = (...purposes: readonly string[]): der.Der =>
  extension('2.5.29.37', false, der.sequence(...purposes.map(der.oid)))
export const serverAuth = '1.3.6.1.5.5.7.3.1'
export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const certificatePolicies = (...policies: readonly string[]): der.Der =>
  extension('2.5.29.32', false, der.sequence(...policies.map((policy) => der.sequence(der.oid(policy)))))
export const subjectAlternativeName = (...hosts: readonly string[]): der.Der =>
  extension('2.5.29.17', false, der.sequence(...hosts.map((host) => der.implicit(2, Buffer.from(host)))))

const address = (url: string): der.Der => der.implicit(6, Buffer.from(url))
/** Where OCSP is asked. */
export const authorityInformationAccess = (ocspUrl: string): der.Der =>
  extension('1.3.6.1.5.5.7.1.1', false, der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.48.1'), address(ocspUrl))))
/** Where the list of revoked certificates is. */
export const crlDistributionPoint = (url: string): der.Der =>
  extension('2.5.29.31', false, der.sequence(der.sequence(der.context(0, der.context(0, address(url))))))
/** Who answers by OCSP with this certificate need not be asked about it: RFC 6960 4.2.2.2.1. */
export const ocspNoCheck = (): der.Der => extension('1.3.6.1.5.5.7.48.1.5', false, der.nothing())

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
/** RFC 7093: any value that is unique to the key serves. */
const keyIdentifier = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest().subarray(0, 20)

export const newKeyPair = (modulusLength = 2048): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> =>
  promisify(generateKeyPair)('rsa', { modulusLength })

const pem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`

const write = (
  profile: Profile,
  publicKey: KeyObject,
  issuer: { name: DistinguishedName; key: KeyObject; publicKey: KeyObject },
) => {
  const identifiers = [
    extension('2.5.29.14', false, der.octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', false, der.sequence(der.implicit(0, keyIdentifier(issuer.publicKey)))),
  ]
  const tbs = der.sequence(
    der.context(0, der.integer(2)),
    der.integer(Buffer.concat([Buffer.from([0x4d]), randomBytes(15)])),
    SHA256_WITH_RSA,
    encodeName(issuer.name),
    der.sequence(der.time(profile.notBefore), der.time(profile.notAfter)),
    encodeName(profile.subject),
    spki(publicKey),
    der.context(3, der.sequence(...profile.extensions, ...identifiers)),
  )
  return pem(der.sequence(tbs, SHA256_WITH_RSA, der.bitString(sign('sha256', tbs, issuer.key))))
}

/** A new key with a certificate that it signs itself. */
export const selfSigned = async (profile: Profile): Promise<Identity> => {
  const { publicKey, privateKey } = await newKeyPair()
  return {
    key: privateKey,
    certificate: write(profile, publicKey, { name: profile.subject, key: privateKey, publicKey }),
  }
}

export const createAuthority = async ({ subject, ...dates }: Omit<Profile, 'extensions'>): Promise<Authority> => {
  const extensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
  return { ...(await selfSigned({ subject, ...dates, extensions })), name: subject }
}

/** A new key, of `bits`, with a certificate by `authority`. */
export const issue = async (authority: Authority, profile: Profile, bits?: number): Promise<Identity> => {
  const { publicKey, privateKey } = await newKeyPair(bits)
  const issuer = { name: authority.name, key: authority.key, publicKey: createPublicKey(authority.certificate) }
  return { key: privateKey, certificate: write(profile, publicKey, issuer) }
}
