/** The public keys of the providers' certificates, each parsed once. */
import { type KeyObject, X509Certificate } from 'node:crypto'

/** All providers of Italy with their next certificates are some fifty; what is old goes first. */
const KEPT = 500

const kept = new Map<string, KeyObject | undefined>()

/** Of a certificate in PEM; `undefined` where it holds no plain RSA key. */
export const rsaKeyOf = (pem: string): KeyObject | undefined => {
  if (kept.has(pem)) return kept.get(pem)
  const key = read(pem)
  const [oldest] = kept.keys()
  if (oldest !== undefined && kept.size >= KEPT) kept.delete(oldest)
  kept.set(pem, key)
  return key
}

const read = (pem: string): KeyObject | undefined => {
  const { publicKey } = new X509Certificate(pem)
  return publicKey.asymmetricKeyType === 'rsa' ? publicKey : undefined
}
