/**
 * A `.p12` file: one key, its certificate and the CA's, under a password. Source: RFC 7292. Key by PBES2 (AES-256, as
 * node:crypto writes it), certificates in clear (they are public), integrity by HMAC-SHA256. Chromium's and Firefox's
 * NSS, OpenSSL and Windows read it.
 */
import { createHash, createHmac, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import * as der from './der.ts'

const DATA = '1.2.840.113549.1.7.1'
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2'
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3'
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'
const FRIENDLY_NAME = '1.2.840.113549.1.9.20'
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21'
const SHA256 = '2.16.840.1.101.3.4.2.1'

const ITERATIONS = 2048

const contentInfo = (content: Buffer): der.Der => der.sequence(der.oid(DATA), der.context(0, der.octetString(content)))
const bag = (type: string, value: der.Der, attributes: readonly der.Der[]): der.Der =>
  der.sequence(der.oid(type), der.context(0, value), ...(attributes.length > 0 ? [der.set(...attributes)] : []))
const attribute = (type: string, value: der.Der): der.Der => der.sequence(der.oid(type), der.set(value))
const certificateBag = (certificate: string, attributes: readonly der.Der[]): der.Der => {
  const raw = der.octetString(new X509Certificate(certificate).raw)
  return bag(CERTIFICATE_BAG, der.sequence(der.oid(X509_CERTIFICATE), der.context(0, raw)), attributes)
}

/** RFC 7292 appendix B.2 with SHA-256 and ID 3 (a MAC key). The key is as long as the hash, so one block is all. */
const macKey = (password: string, salt: Buffer): Buffer => {
  const block = 64
  const fill = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
  const bmp = Buffer.from(`${password}\0`, 'utf16le').swap16()
  let key = Buffer.concat([Buffer.alloc(block, 3), fill(salt), fill(bmp)])
  for (let round = 0; round < ITERATIONS; round++) key = createHash('sha256').update(key).digest()
  return key
}

/** `certificate` and `authority` in PEM; `name` is what the browser's list shows. */
export const pkcs12 = (
  card: { key: KeyObject; certificate: string },
  authority: string,
  name: string,
  password: string,
): Buffer => {
  const keyId = createHash('sha256').update(card.certificate).digest().subarray(0, 20)
  const attributes = [attribute(FRIENDLY_NAME, der.bmpString(name)), attribute(LOCAL_KEY_ID, der.octetString(keyId))]
  const shrouded = card.key.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: password })
  const authenticatedSafe = der.sequence(
    contentInfo(der.sequence(certificateBag(card.certificate, attributes), certificateBag(authority, []))),
    contentInfo(der.sequence(bag(SHROUDED_KEY_BAG, shrouded, attributes))),
  )
  const salt = randomBytes(16)
  const digest = createHmac('sha256', macKey(password, salt)).update(authenticatedSafe).digest()
  const digestInfo = der.sequence(der.sequence(der.oid(SHA256), der.nothing()), der.octetString(digest))
  return der.sequence(
    der.integer(3),
    contentInfo(authenticatedSafe),
    der.sequence(digestInfo, der.octetString(salt), der.integer(ITERATIONS)),
  )
}
