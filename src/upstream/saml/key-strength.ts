/** How strong a provider's key must be: docs/rules/spid-saml.md section 12. */
import { X509Certificate } from 'node:crypto'

const LEAST_RSA_BITS = 2048

/** Bits of an RSA key that is too short to be believed; `undefined` for every other key. */
export const weakKeyBits = (certificate: X509Certificate): number | undefined => {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return asymmetricKeyType?.startsWith('rsa') && bits < LEAST_RSA_BITS ? bits : undefined
}

/** Those too short, to be reported when metadata is read: nothing that they sign is accepted. */
export const weakAmong = (certificates: readonly X509Certificate[]): readonly { readonly bits: number }[] =>
  certificates.flatMap((certificate) => {
    const bits = weakKeyBits(certificate)
    return bits === undefined ? [] : [{ bits }]
  })

/** PEM in, PEM out. What cannot be read signs nothing. */
export const strongCertificates = (certificates: readonly string[]): string[] =>
  certificates.filter((pem) => {
    try {
      return weakKeyBits(new X509Certificate(pem)) === undefined
    } catch {
      return false
    }
  })
