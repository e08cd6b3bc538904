/** What a card must be at each login: docs/rules/cns.md section 4, in its order. Revocation (check 7) stands apart. */
import { isFiscalCode } from '../../citizen/fiscal-code.ts'
import { GatewayError } from '../../errors.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { CLIENT_AUTH, CNS_POLICY } from './identifiers.ts'
import type { Path, TrustStore } from './trust.ts'

/** A certificate whose private key the browser proved to hold, with what it takes to judge it. */
export interface Card {
  readonly certificate: Certificate
  readonly trust: TrustStore
  /** Signatures verified; empty where no trusted CA stands behind the card. */
  readonly paths: readonly Path[]
  /** The shortest RSA key that the region accepts, in bits. */
  readonly leastKeyBits: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws a `GatewayError` with a code of its own. */
export type Check = (card: Card) => void

/** CAs beyond the fifth are not looked at: `SSLVerifyDepth 5`, and a bound on the work that a stranger can ask for. */
const DEPTH = 5

/**
 * Reads what the browser presented.
 *
 * @param chain DER, the card first, then what came with it; empty when no card was presented.
 * @throws GatewayError `cns_certificate_missing`, `cns_certificate_unreadable`
 */
export const readCard = (
  chain: readonly Buffer[],
  { trust, leastKeyBits, now }: Pick<Card, 'trust' | 'leastKeyBits' | 'now'>,
): Card => {
  const [leaf, ...sent] = chain.slice(0, DEPTH + 1)
  if (leaf === undefined) throw new GatewayError('cns_certificate_missing')
  const certificate = readCertificate(leaf)
  return { certificate, trust, paths: trust.pathsFrom(certificate, sent.map(readCertificate)), leastKeyBits, now }
}

/** RFC 5280 4.2: a critical extension that is not understood. */
export const criticalExtensions: Check = ({ certificate }) => {
  if (certificate.unknownCritical) throw new GatewayError('cns_certificate_unreadable', 'unknown critical extension')
}

/** Check 2: a CA of ours, by its key and not by its name, which anyone can write. */
export const issuer: Check = ({ certificate, trust, paths }) => {
  if (paths.length > 0) return
  // an issuer outside the list can be anybody, also the person: a self-signed card is its own issuer
  if (!trust.namesIssuerOf(certificate)) throw new GatewayError('cns_issuer_unknown')
  throw new GatewayError('cns_signature_invalid', certificate.issuer)
}

/** Check 2. */
export const dates: Check = ({ certificate, now }) => {
  if (!isValidAt(certificate, now)) {
    throw new GatewayError('cns_certificate_expired', `until ${certificate.x509.validToDate.toISOString()}`)
  }
}

/** Check 3: now, at login, not when the card was made. A CA may stand in the list twice, renewed with the same key. */
export const issuerDates: Check = ({ certificate, paths, now }) => {
  if (!paths.some(isPathValidAt(now))) throw new GatewayError('cns_issuer_expired', certificate.issuer)
}

/** The way up that counts: of several, they say the same of the card, because each verifies its signature. */
export const pathOf = ({ paths, now }: Card): Path => paths.find(isPathValidAt(now)) ?? []

/** Section 3, number 5: cards until about 2018 have 1024 bits. Keys on curves are as strong as TLS lets them be. */
export const keyLength: Check = ({ certificate: { keyBits = Number.POSITIVE_INFINITY }, leastKeyBits }) => {
  if (keyBits < leastKeyBits) throw new GatewayError('cns_key_too_short', `${keyBits} bits`)
}

/** Check 4: `nonRepudiation` is the signature certificate, which lives on the same card. */
export const keyUsage: Check = ({ certificate: { keyUsage } }) => {
  if (!keyUsage?.includes('digitalSignature') || keyUsage.includes('nonRepudiation')) {
    throw new GatewayError('cns_key_usage_wrong', keyUsage?.join(' ') ?? 'absent')
  }
}

/** Check 5. */
export const clientAuth: Check = ({ certificate }) => {
  if (!certificate.extendedKeyUsage.includes(CLIENT_AUTH)) {
    throw new GatewayError('cns_client_auth_missing', certificate.extendedKeyUsage.join(' '))
  }
}

/** Check 6. */
export const policy: Check = ({ certificate }) => {
  if (!certificate.policies.includes(CNS_POLICY)) {
    throw new GatewayError('cns_policy_missing', certificate.policies.join(' '))
  }
}

/** Check 8. */
export const commonName: Check = ({ certificate }) => {
  fiscalCodeOf(certificate)
}

export const cardChecks: readonly Check[] = [
  criticalExtensions,
  issuer,
  dates,
  issuerDates,
  keyLength,
  keyUsage,
  clientAuth,
  policy,
  commonName,
]

/**
 * The tax code of a card's only common name, in upper case: `{tax code}/{card id}.{hash}`, cut at the first `/` because
 * the hash is base64 (section 2.1).
 *
 * @throws GatewayError `cns_common_name_invalid`, without detail: the name is the person.
 */
export const fiscalCodeOf = ({ commonNames }: Certificate): string => {
  const [name = '', ...others] = commonNames
  const code = /^([A-Za-z0-9]{16})\/[^.]+\../.exec(name)?.[1]?.toUpperCase()
  if (others.length > 0 || code === undefined || !isFiscalCode(code)) throw new GatewayError('cns_common_name_invalid')
  return code
}

const isPathValidAt = (now: number) => (path: Path) => path.every((ca) => isValidAt(ca, now))

const isValidAt = ({ x509 }: Certificate, now: number): boolean =>
  x509.validFromDate.getTime() <= now && now <= x509.validToDate.getTime()
