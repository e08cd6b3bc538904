/** How strong a provider's key must be: docs/rules/spid-saml.md section 12. */
import type { X509Certificate } from 'node:crypto'

const LEAST_RSA_BITS = 2048

/** Bits of an RSA key that is too short to be believed; `undefined` for every other key. */
export const weakKeyBits = (certificate: X509Certificate): number | undefined => {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return asymmetricKeyType?.startsWith('rsa') && bits < LEAST_RSA_BITS ? bits : undefined
}
