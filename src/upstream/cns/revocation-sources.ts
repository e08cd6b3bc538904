/** Where a certificate says that its standing can be asked, and by what an answer names it. */
import { createHash, type X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AuthorityInfoAccessSyntax,
  Certificate,
  CRLDistributionPoints,
  id_ad_ocsp,
  id_ce_cRLDistributionPoints,
  id_pe_authorityInfoAccess,
} from '@peculiar/asn1-x509'
import { bitsOf, context, expectTag, integerOf, membersOf, readDer, tags } from './der.ts'

export interface RevocationSources {
  /** AIA: OCSP responders. */
  readonly ocsp: readonly string[]
  /** Distribution points, each with all its names: a partial list must bear one of them. */
  readonly crl: readonly { readonly url: string; readonly names: readonly string[] }[]
}

/** Of each kind: nobody waits for a third one. */
const MOST = 2

/** Only for a certificate whose signature is verified: strangers do not choose whom the gateway calls. */
export const revocationSourcesOf = (certificate: X509Certificate): RevocationSources => {
  try {
    return sourcesIn(certificate)
  } catch {
    // an extension that cannot be read names nobody
    return { ocsp: [], crl: [] }
  }
}

const sourcesIn = ({ raw }: X509Certificate): RevocationSources => {
  const extensions = AsnConvert.parse(raw, Certificate).tbsCertificate.extensions ?? []
  const extension = <T>(oid: string, type: new () => T): T | undefined => {
    const value = extensions.find(({ extnID }) => extnID === oid)?.extnValue
    return value && AsnConvert.parse(value.buffer, type)
  }
  const access = [...(extension(id_pe_authorityInfoAccess, AuthorityInfoAccessSyntax) ?? [])]
  const points = [...(extension(id_ce_cRLDistributionPoints, CRLDistributionPoints) ?? [])]
  return {
    ocsp: access
      .filter(({ accessMethod }) => accessMethod === id_ad_ocsp)
      .map(({ accessLocation }) => accessLocation.uniformResourceIdentifier)
      .filter(isWeb)
      .slice(0, MOST),
    crl: points
      // a list for some reasons only says nothing of the others; one of another issuer could not be verified
      .filter(({ reasons, cRLIssuer }) => reasons === undefined && cRLIssuer === undefined)
      .flatMap(({ distributionPoint }) => {
        const names = (distributionPoint?.fullName ?? []).flatMap((name) => name.uniformResourceIdentifier ?? [])
        return names.filter(isWeb).map((url) => ({ url, names }))
      })
      .slice(0, MOST),
  }
}

/** Many cards name an `ldap://` address too, in front of or behind the web's. */
const isWeb = (url: string | undefined): url is string => /^https?:\/\//i.test(url ?? '') && URL.canParse(url ?? '')

export interface Named {
  /** Hex without leading zeros, as `integerOf` writes it. */
  readonly serial: string
  /** INTEGER, DER. */
  readonly serialDer: Buffer
  /** Name, DER. */
  readonly issuer: Buffer
  readonly subject: Buffer
  /** SHA-1 of the key's bits: an identifier, not a proof (RFC 6960 4.1.1). */
  readonly keyHash: Buffer
}

/** What the standard names a certificate or its issuer by, byte for byte. */
export const namedIn = ({ raw }: X509Certificate): Named => {
  const [tbs] = membersOf(readDer(raw, tags.sequence))
  const all = membersOf(expectTag(tbs, tags.sequence))
  const [serial, , issuer, , subject, key] = all[0]?.tag === context(0) ? all.slice(1) : all
  const [, bits] = membersOf(expectTag(key, tags.sequence))
  return {
    serial: integerOf(serial),
    serialDer: expectTag(serial, tags.integer).raw,
    issuer: expectTag(issuer, tags.sequence).raw,
    subject: expectTag(subject, tags.sequence).raw,
    keyHash: sha1(bitsOf(expectTag(bits, tags.bitString))),
  }
}

export const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest()
