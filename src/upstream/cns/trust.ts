/** The card CAs that the region trusts (docs/rules/cns.md section 3), and the ways from a card up to one of them. */
import { X509Certificate } from 'node:crypto'
import { type Certificate, readCertificate } from './certificate.ts'
import { isAllowed } from './signed.ts'

/** From the card's issuer up to a trusted CA. */
export type Path = readonly Certificate[]

export interface TrustStore {
  /** Number of CAs. */
  readonly size: number
  /** Whether a trusted CA bears the name that this certificate gives as its issuer: a name alone proves nothing. */
  namesIssuerOf(certificate: Certificate): boolean
  /** Every way on which each signature verifies, dates not looked at. `sent`: CAs that came with the card. */
  pathsFrom(card: Certificate, sent: readonly Certificate[]): readonly Path[]
}

/**
 * Each CA is an anchor of its own, self-signed or not (section 3, rule 4): what stands above it is not looked at.
 *
 * @param pems PEM texts, each with any number of certificates and of lines between them.
 * @throws Error when a certificate cannot be read: a configuration mistake, found at start.
 */
export const createTrustStore = (pems: readonly string[]): TrustStore => {
  const anchors = pems.flatMap((pem) => pem.match(PEM_BLOCK) ?? []).map(readAnchor)
  const bySubject = Map.groupBy(anchors, (anchor) => indexed(anchor.x509.subject))
  const named = (issuer: string) => bySubject.get(indexed(issuer)) ?? []

  /** `below`: how many CAs stand between `certificate` (included, when it is one) and the card. */
  const pathsFrom = (certificate: Certificate, sent: readonly Certificate[], below: number): Path[] => {
    const issues = (ca: Certificate) =>
      (ca.pathLength === undefined || ca.pathLength >= below) && isIssuedBy(certificate, ca)
    const direct = named(certificate.x509.issuer)
      .filter(issues)
      .map((anchor) => [anchor])
    const indirect = sent
      .filter((ca) => ca.x509.ca && !ca.unknownCritical && ca.x509.raw.length < MAX_SENT && issues(ca))
      .flatMap((ca) =>
        pathsFrom(
          ca,
          sent.filter((other) => other !== ca),
          below + 1,
        ).map((path) => [ca, ...path]),
      )
    return [...direct, ...indirect]
  }

  return {
    size: anchors.length,
    namesIssuerOf: (certificate) => named(certificate.x509.issuer).length > 0,
    pathsFrom: (card, sent) => pathsFrom(card, sent, 0),
  }
}

/** Bytes of a CA certificate that a client may send along: an RSA-16384 key costs a second to verify with. */
const MAX_SENT = 4096

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

const readAnchor = (pem: string, index: number): Certificate => {
  try {
    return readCertificate(new X509Certificate(pem).raw)
  } catch (cause) {
    throw new Error(`certificate ${index + 1} of the card CAs cannot be read`, { cause })
  }
}

/** Names compare without regard to case and runs of spaces (RFC 5280 7.1). Only finds candidates: OpenSSL decides. */
const indexed = (name: string): string => name.toLowerCase().replace(/[^\S\n]+/g, ' ')

/** Same names, key identifiers and right to sign (`checkIssued`), and the signature itself, which that does not look at. */
export const isIssuedBy = ({ x509, signatureAlgorithm }: Certificate, ca: Certificate): boolean =>
  isAllowed(signatureAlgorithm) && x509.checkIssued(ca.x509) && x509.verify(ca.x509.publicKey)
