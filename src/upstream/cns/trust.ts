/** The card CAs that the region trusts (docs/rules/cns.md section 3), and the ways from a card up to one of them. */
import { X509Certificate } from 'node:crypto'
import { type Certificate, readCertificate } from './certificate.ts'
import { CLIENT_AUTH, CNS_POLICY } from './identifiers.ts'
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

  /**
   * @param below how many CAs stand between `certificate` (included, when it is one) and the card.
   * @param issued remembers: the same two are met in every order of the CAs that were sent.
   */
  const pathsFrom = (certificate: Certificate, sent: readonly Certificate[], below: number, issued: Issued): Path[] => {
    const issues = (ca: Certificate) =>
      (ca.pathLength === undefined || ca.pathLength >= below) && issued(certificate, ca)
    const direct = named(certificate.x509.issuer)
      .filter((anchor) => isAuthority(anchor) && issues(anchor))
      .map((anchor) => [anchor])
    const indirect = sent.filter(issues).flatMap((ca) =>
      pathsFrom(
        ca,
        sent.filter((other) => other !== ca),
        below + 1,
        issued,
      ).map((path) => [ca, ...path]),
    )
    return [...direct, ...indirect]
  }

  return {
    size: anchors.length,
    namesIssuerOf: (certificate) => named(certificate.x509.issuer).length > 0,
    pathsFrom: (card, sent) => pathsFrom(card, sent.filter(mayStandBetween), 0, onlyOnce(isIssuedBy)),
  }
}

type Issued = typeof isIssuedBy

const onlyOnce = (issued: Issued): Issued => {
  const known = new Map<Certificate, Map<Certificate, boolean>>()
  return (certificate, ca) => {
    const by = known.get(certificate) ?? new Map<Certificate, boolean>()
    known.set(certificate, by)
    const answer = by.get(ca) ?? issued(certificate, ca)
    by.set(ca, answer)
    return answer
  }
}

const isAuthority = ({ x509, unknownCritical }: Certificate): boolean => x509.ca && !unknownCritical

/** Bits of an RSA key that signs what is believed; and of one that a stranger sends, who chooses what a verification costs. */
const LEAST_BITS = 2048
const MOST_SENT_BITS = 4096
const ANY_POLICY = '2.5.29.32.0'
const ANY_PURPOSE = '2.5.29.37.0'

/**
 * A CA that came with the card: its issuer let it issue cards (RFC 5280 6.1.3 (d), and the purposes as every TLS library
 * reads them), not only web servers or signatures. Whoever may do only those must not make cards of somebody.
 */
const mayStandBetween = (ca: Certificate): boolean =>
  isAuthority(ca) &&
  !ca.constrained &&
  (ca.keyBits ?? 0) <= MOST_SENT_BITS &&
  ca.policies.some((policy) => policy === CNS_POLICY || policy === ANY_POLICY) &&
  (ca.extendedKeyUsage.length === 0 ||
    ca.extendedKeyUsage.some((purpose) => purpose === CLIENT_AUTH || purpose === ANY_PURPOSE))

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
  isAllowed(signatureAlgorithm) &&
  (ca.keyBits === undefined || ca.keyBits >= LEAST_BITS) &&
  x509.checkIssued(ca.x509) &&
  x509.verify(ca.x509.publicKey)
