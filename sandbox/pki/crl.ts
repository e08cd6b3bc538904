/** A list of revoked certificates, RFC 5280 section 5: what a card issuer publishes every day. */
import { sign, X509Certificate } from 'node:crypto'
import { type Authority, encodeName, type Identity, SHA256_WITH_RSA } from './certificate.ts'
import * as der from './der.ts'

/** DER. It holds for an hour. */
export const revocationList = (authority: Authority, revoked: readonly Identity[], now: Date): Buffer => {
  const entries = revoked.map(({ certificate }) => {
    const serial = Buffer.from(new X509Certificate(certificate).serialNumber, 'hex')
    return der.sequence(der.integer(serial), der.time(now))
  })
  const list = der.sequence(
    der.integer(1),
    SHA256_WITH_RSA,
    encodeName(authority.name),
    der.time(now),
    der.time(new Date(now.getTime() + 3_600_000)),
    ...(entries.length > 0 ? [der.sequence(...entries)] : []),
  )
  return der.sequence(list, SHA256_WITH_RSA, der.bitString(sign('sha256', list, authority.key)))
}
