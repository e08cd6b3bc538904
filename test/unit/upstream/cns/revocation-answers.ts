/** What the services of a card authority answer, right and wrong: revocation lists and OCSP. */
import { type KeyObject, sign, X509Certificate } from 'node:crypto'
import * as der from '../../../../sandbox/pki/der.ts'
import { type Certificate, readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { namedIn, sha1 } from '../../../../src/upstream/cns/revocation-sources.ts'
import { type Authority, cardProfile, createAuthority, type Profile, subject } from './card-authority.ts'

export const NOW = Date.parse('2026-11-22T10:00:00Z')
export const HOUR = 3_600_000
export const LIST = 'http://ca.example/part1.crl'
export const RESPONDER = 'http://ocsp.example/'

export const ca = createAuthority({ subject: subject('CA Cittadini') })
/** Of the same name. */
export const other = createAuthority({ subject: subject('CA Cittadini') })
export const issuer = readCertificate(ca.der)

type Extra = NonNullable<Profile['extra']>[number]
const address = (url: string) => der.implicit(6, Buffer.from(url))
export const named = (url: string) => der.context(0, der.context(0, address(url)))
export const pointsTo = (...urls: string[]): Extra => [
  '2.5.29.31',
  der.sequence(der.sequence(der.context(0, der.context(0, ...urls.map(address))))),
  false,
]
export const asksAt = (url: string): Extra => [
  '1.3.6.1.5.5.7.1.1',
  der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.48.1'), address(url))),
  false,
]
export const cardOf = (by: Authority, ...extra: readonly Extra[]): Certificate =>
  readCertificate(by.issue(cardProfile({ extra })))
export const card = cardOf(ca, pointsTo('ldap://ca.example/cn=list', LIST))
export const serialOf = ({ x509 }: Certificate) => der.integer(Buffer.from(x509.serialNumber, 'hex'))

const RSA_SHA256 = der.sequence(der.oid('1.2.840.113549.1.1.11'), der.nothing())
const signed = (content: Buffer, key: KeyObject, ...more: Buffer[]) =>
  der.sequence(content, RSA_SHA256, der.bitString(sign('sha256', content, key)), ...more)
export const generalizedTime = (time: number) =>
  der.element(0x18, Buffer.from(new Date(time).toISOString().replace(/[-:T]|\.\d+/g, '')))

export const extension = (id: string, critical: boolean, value: Buffer) =>
  der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value))

export const list = ({
  by = ca,
  from = NOW - HOUR,
  to = NOW + HOUR,
  revoked = [] as readonly Buffer[],
  extensions = [] as readonly Buffer[],
} = {}) =>
  signed(
    der.sequence(
      der.integer(1),
      RSA_SHA256,
      namedIn(new X509Certificate(by.der)).subject,
      der.time(new Date(from)),
      ...(to === 0 ? [] : [der.time(new Date(to))]),
      ...(revoked.length > 0
        ? [der.sequence(Buffer.concat(revoked.map((serial) => der.sequence(serial, der.time(new Date(from))))))]
        : []),
      ...(extensions.length > 0 ? [der.context(0, der.sequence(...extensions))] : []),
    ),
    by.key,
  )
/** Issuing distribution point. */
export const partOf = (...fields: Buffer[]) => extension('2.5.29.28', true, der.sequence(...fields))
/** Of its fields: 1 only cards, 2 only authorities, 4 several issuers, 5 only attributes. */
export const onlyThose = (field: number) => partOf(der.implicit(field, Buffer.from([0xff])))

export const nonce = Buffer.alloc(16, 7)
export const good = der.implicit(0, Buffer.alloc(0))
export const revoked = der.context(1, generalizedTime(NOW - HOUR))
export const unknown = der.implicit(2, Buffer.alloc(0))

export const certId = (serial = serialOf(card), of = issuer) => {
  const { subject: name, keyHash } = namedIn(of.x509)
  const algorithm = der.sequence(der.oid('1.3.14.3.2.26'), der.nothing())
  return der.sequence(algorithm, der.octetString(sha1(name)), der.octetString(keyHash), serial)
}

export const response = (code: number, basic: Buffer) =>
  der.sequence(
    der.element(0x0a, Buffer.from([code])),
    der.context(0, der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic))),
  )

/** `by`: who signs; `sends`: the certificate that comes along. */
export const answer = ({
  by = ca,
  sends = undefined as Buffer | undefined,
  status = good,
  about = certId(),
  from = NOW - HOUR,
  to = NOW + HOUR,
  made = NOW,
  extensions = [] as readonly Buffer[],
  more = [] as readonly Buffer[],
} = {}) => {
  const end = to === 0 ? [] : [der.context(0, generalizedTime(to))]
  const data = der.sequence(
    der.context(1, namedIn(new X509Certificate(by.der)).subject),
    generalizedTime(made),
    der.sequence(der.sequence(about, status, generalizedTime(from), ...end), ...more),
    ...(extensions.length > 0 ? [der.context(1, der.sequence(...extensions))] : []),
  )
  return response(0, signed(data, by.key, ...(sends === undefined ? [] : [der.context(0, der.sequence(sends))])))
}
export const withNonce = (value: Buffer) => extension('1.3.6.1.5.5.7.48.1.2', false, der.octetString(value))

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const NO_CHECK: Extra = ['1.3.6.1.5.5.7.48.1.5', der.nothing(), false]

/** Appointed by `by`, not to be asked about itself; but for what is given. */
export const responderOf = (by = ca, changes: Partial<Profile> = {}): Authority =>
  by.authority({
    subject: subject('Responder'),
    ca: false,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [OCSP_SIGNING],
    extra: [NO_CHECK],
    ...changes,
  })
