/** Keys and certificates as people hand them over: read, and checked against each other, before anything is started. */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { told } from './explain.ts'

const HEX = /^(?:[0-9a-f]{2}){32,}$/i
const BASE64 = /^[\w+/-]+={0,2}$/

/** 32 bytes or more, written in hex or base64 (also base64url); undefined for anything else. 64 hex digits are hex. */
export const decodeKey = (text: string): Buffer | undefined => {
  if (HEX.test(text)) return Buffer.from(text, 'hex')
  if (!BASE64.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= 32 ? key : undefined
}

/** Hex SHA-256. */
export const fingerprint = (key: Buffer): string => createHash('sha256').update(key).digest('hex')

/** The message of what is wrong with a PEM key and the PEM certificate that should belong to it, and which of the two it is. */
export const keyPairFault = (pair: {
  readonly key: string
  readonly certificate: string
}): { readonly of: 'key' | 'certificate'; readonly message: string } | undefined => {
  const key = attempt(() => createPrivateKey(pair.key))
  if (key === undefined) {
    return {
      of: 'key',
      message: told('is not a private key in PEM', 'give it as PEM (BEGIN PRIVATE KEY) without a pass phrase'),
    }
  }
  if (weak(key)) return { of: 'key', message: told('is shorter than RSA 2048', 'make a new pair of at least RSA 2048') }
  const certificate = attempt(() => new X509Certificate(pair.certificate))
  if (certificate === undefined) {
    return { of: 'certificate', message: told('is not a certificate in PEM', 'give it as PEM (BEGIN CERTIFICATE)') }
  }
  if (certificate.checkPrivateKey(key)) return undefined
  return {
    of: 'certificate',
    message: told('does not belong to the key', 'name the key and the certificate that were made together'),
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** Each certificate of a PEM file by itself; undefined when one of them cannot be read, or there is none. */
export const splitCertificates = (pem: string): readonly string[] | undefined => {
  const found = pem.match(PEM_CERTIFICATE) ?? []
  return found.length > 0 && found.every((one) => attempt(() => new X509Certificate(one))) ? found : undefined
}

const weak = (key: KeyObject): boolean =>
  key.asymmetricKeyType?.startsWith('rsa') === true && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make()
  } catch {
    return undefined
  }
}
