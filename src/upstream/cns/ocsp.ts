/** The Online Certificate Status Protocol, RFC 6960: one question, one answer, for one certificate. */
import { type Certificate, readCertificate } from './certificate.ts'
import {
  context,
  type Der,
  type Extension,
  expectTag,
  extensionsIn,
  inside,
  integerOf,
  membersOf,
  oidOf,
  primitive,
  readDer,
  tags,
  timeOf,
  writeDer,
} from './der.ts'
import { namedIn, sha1 } from './revocation-sources.ts'
import { isSignedBy, readSigned, type Signed } from './signed.ts'
import { type Asked, assertCurrent, SKEW } from './standing.ts'
import { isIssuedBy } from './trust.ts'

const SHA1 = '1.3.14.3.2.26'
const BASIC = '1.3.6.1.5.5.7.48.1.1'
const NONCE = '1.3.6.1.5.5.7.48.1.2'
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** DER of `SHA1` with its NULL, and of `NONCE`. */
const SHA1_ALGORITHM = Buffer.from('300906052b0e03021a0500', 'hex')
const NONCE_OID = Buffer.from('06092b0601050507300102', 'hex')

/** Responders send their own certificate, perhaps its issuer's: more is not looked at. */
const MOST_CERTIFICATES = 4
/** An answer that names no end and repeats no nonce was good when it was made, not for ever. */
const MOST_AGE = 10 * 60_000

/** OCSPRequest. `nonce`: 1 to 32 bytes (RFC 8954). The certificate is named by SHA-1, which every responder knows. */
export const writeOcspRequest = ({ certificate, issuer }: Omit<Asked, 'now'>, nonce: Buffer): Buffer => {
  const { serialDer } = namedIn(certificate.x509)
  const { subject, keyHash } = namedIn(issuer.x509)
  const octets = (bytes: Buffer) => writeDer(tags.octetString, bytes)
  const sequence = (...members: readonly Buffer[]) => writeDer(tags.sequence, ...members)
  const certId = sequence(SHA1_ALGORITHM, octets(sha1(subject)), octets(keyHash), serialDer)
  const extensions = sequence(sequence(NONCE_OID, octets(octets(nonce))))
  return sequence(sequence(sequence(sequence(certId)), writeDer(context(2), extensions)))
}

export interface OcspAnswer {
  readonly status: 'good' | 'revoked' | 'unknown'
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** Milliseconds since 1970; absent: newer information may be there any time. */
  readonly nextUpdate?: number
  /** Who signed, where that must not be revoked either: RFC 6960 4.2.2.2.1. */
  readonly appointed?: Certificate
}

/** OCSPResponse. Throws Error whose message says why it is not believed. */
export const readOcspAnswer = (bytes: Buffer, asked: Asked, nonce: Buffer): OcspAnswer => {
  const basic = readSigned(basicResponseIn(bytes))
  const all = membersOf(basic.content)
  const [responder, producedAt, responses, extensions] = all[0]?.tag === context(0) ? all.slice(1) : all
  const signer = signerOf(basic, expectResponder(responder), asked)

  const repeated = assertKnown(extensions, [NONCE]).find(({ oid }) => oid === NONCE)
  if (repeated !== undefined && !readDer(repeated.value, tags.octetString).content.equals(nonce))
    throw new Error('it answers another question: the nonce is not ours')
  const [single, another] = membersOf(expectTag(responses, tags.sequence))
    .map((response) => membersOf(expectTag(response, tags.sequence)))
    .filter(([certId]) => isAbout(expectTag(certId, tags.sequence), asked))
  if (single === undefined) throw new Error('it says nothing of this certificate')
  if (another !== undefined) throw new Error('it says two things of this certificate')

  const [, status, start, ...optional] = single
  const end = optional.find(({ tag }) => tag === context(0))
  assertKnown(
    optional.find(({ tag }) => tag === context(1)),
    [],
  )
  const nextUpdate = end && timeOf(inside(end, tags.generalizedTime))
  const thisUpdate = timeOf(start)
  assertCurrent(thisUpdate, nextUpdate, asked.now)
  const made = timeOf(producedAt)
  if (made > asked.now + SKEW) throw new Error('it was made in the future')
  if (nextUpdate === undefined && repeated === undefined && made < asked.now - MOST_AGE)
    throw new Error('it is old and does not say until when it holds')
  return {
    status: statusOf(status),
    thisUpdate,
    ...(nextUpdate !== undefined && { nextUpdate }),
    ...(signer !== asked.issuer && !signer.ocspNoCheck && { appointed: signer }),
  }
}

const basicResponseIn = (bytes: Buffer): Der => {
  const [status, wrapped] = membersOf(readDer(bytes, tags.sequence))
  const code = expectTag(status, tags.enumerated).content[0]
  if (code !== 0) throw new Error(`the responder says ${refusals[code ?? 0] ?? code}`)
  const [type, response] = membersOf(inside(expectTag(wrapped, context(0)), tags.sequence))
  if (oidOf(type) !== BASIC) throw new Error('it is no basic answer')
  return readDer(expectTag(response, tags.octetString).content, tags.sequence)
}

/** OCSPResponseStatus: not signed, so they only say that there is no answer. */
const refusals: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
}

/** RFC 6960 4.2.2.2: the issuer itself, or whom it appointed by a certificate for just this. Nobody else, however trusted. */
const signerOf = (basic: Signed, responder: Der, { issuer, now }: Asked): Certificate => {
  const appointed = certificatesOf(basic).filter(
    (certificate) =>
      certificate.extendedKeyUsage.includes(OCSP_SIGNING) &&
      !certificate.unknownCritical &&
      (certificate.keyUsage?.includes('digitalSignature') ?? true) &&
      certificate.x509.validFromDate.getTime() <= now &&
      now <= certificate.x509.validToDate.getTime() &&
      isIssuedBy(certificate, issuer),
  )
  const isSigner = (certificate: Certificate) =>
    isNamed(responder, certificate) && isSignedBy(basic, certificate.x509.publicKey)
  const signer = [issuer, ...appointed].find(isSigner)
  if (signer === undefined)
    throw new Error('it is signed neither by the issuer nor by a responder that the issuer appointed')
  return signer
}

const certificatesOf = ({ more: [certificates] }: Signed): readonly Certificate[] =>
  certificates === undefined
    ? []
    : membersOf(inside(expectTag(certificates, context(0)), tags.sequence))
        .slice(0, MOST_CERTIFICATES)
        .map(({ raw }) => readCertificate(raw))

/** ResponderID: byName or byKey. */
const expectResponder = (responder: Der | undefined): Der =>
  expectTag(responder, responder?.tag === context(1) ? context(1) : context(2))

const isNamed = (responder: Der, { x509 }: Certificate): boolean => {
  const { subject, keyHash } = namedIn(x509)
  return responder.tag === context(1)
    ? responder.content.equals(subject)
    : inside(responder, tags.octetString).content.equals(keyHash)
}

const isAbout = (certId: Der, { certificate, issuer }: Asked): boolean => {
  const [algorithm, name, key, serial] = membersOf(certId)
  const { subject, keyHash } = namedIn(issuer.x509)
  return (
    oidOf(membersOf(expectTag(algorithm, tags.sequence))[0]) === SHA1 &&
    expectTag(name, tags.octetString).content.equals(sha1(subject)) &&
    expectTag(key, tags.octetString).content.equals(keyHash) &&
    integerOf(serial) === namedIn(certificate.x509).serial
  )
}

/** CertStatus. */
const statusOf = (status: Der | undefined): OcspAnswer['status'] => {
  if (status?.tag === primitive(0)) return 'good'
  return status?.tag === context(1) ? 'revoked' : 'unknown'
}

/** The extensions inside `[1]`, if it is there; a critical one that is not looked at could change what all the rest means. */
const assertKnown = (wrapped: Der | undefined, known: readonly string[]): readonly Extension[] => {
  if (wrapped === undefined) return []
  const extensions = extensionsIn(inside(expectTag(wrapped, context(1)), tags.sequence))
  if (extensions.some(({ oid, critical }) => critical && !known.includes(oid)))
    throw new Error('it has a critical extension that is not known')
  return extensions
}
