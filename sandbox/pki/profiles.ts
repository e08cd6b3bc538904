/** Which certificate is for whom. Sources: docs/rules/spid-saml.md 3 (service provider), docs/rules/cns.md 2 (cards). */
import { createHash } from 'node:crypto'
import type { TestCitizen } from '../citizens.ts'
import {
  type Authority,
  authorityInformationAccess,
  basicConstraints,
  certificatePolicies,
  clientAuth,
  createAuthority,
  crlDistributionPoint,
  type DistinguishedName,
  extendedKeyUsage,
  type Identity,
  issue,
  keyUsage,
  type Profile,
  selfSigned,
  serverAuth,
  subjectAlternativeName,
} from './certificate.ts'

const DAY = 86_400_000
const CNS_POLICY = '1.3.76.16.2.1'
const CIE_POLICY = '1.3.76.47.4'
/** ETSI EN 319 411-1: on a secure device, of any country. */
const NCP_PLUS_POLICY = '0.4.0.2042.1.2'
const CNS_ISSUER = 'Regione di Prova (CNS non valide)'

/** From yesterday, so that a clock a little behind does not matter. */
const validFor = (years: number, now: Date) => ({
  notBefore: new Date(now.getTime() - DAY),
  notAfter: new Date(now.getTime() + years * 365 * DAY),
})

/** The key with which an aggregator signs its requests. */
export const serviceProviderIdentity = (uri: string, now: Date): Promise<Identity> =>
  selfSigned({
    subject: [
      ['C', 'IT'],
      ['L', 'Trento'],
      ['O', 'Regione di Prova'],
      ['organizationIdentifier', 'PA:IT-r_prova'],
      ['uri', uri],
      ['CN', 'Regione di Prova'],
    ],
    ...validFor(5, now),
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature', 'nonRepudiation'),
      certificatePolicies('1.3.76.16.6', '1.3.76.16.4.2.1'),
    ],
  })

export const identityProviderIdentity = (name: string, now: Date): Promise<Identity> =>
  selfSigned({
    subject: [
      ['C', 'IT'],
      ['O', name],
      ['CN', `${name} firma`],
    ],
    ...validFor(5, now),
    extensions: [basicConstraints(false), keyUsage('digitalSignature')],
  })

export const certificationAuthority = (name: string, now: Date): Promise<Authority> =>
  createAuthority({
    subject: authorityName(name),
    // Older than the oldest card that it signs.
    notBefore: new Date(now.getTime() - 8 * 365 * DAY),
    notAfter: new Date(now.getTime() + 10 * 365 * DAY),
  })

/** The subject of `certificationAuthority(name)`: needed again when the CA is read back from its files. */
export const authorityName = (name: string): DistinguishedName => [
  ['C', 'IT'],
  ['O', 'Varco, ambiente di prova'],
  ['CN', name],
]

/** Covers that host only: a certificate that also covered the login host would invite browsers to reuse the connection. */
export const tlsIdentity = (authority: Authority, host: string, now: Date): Promise<Identity> =>
  issue(authority, {
    subject: [['CN', host]],
    ...validFor(2, now),
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature', 'keyEncipherment'),
      extendedKeyUsage(serverAuth),
      subjectAlternativeName(host),
    ],
  })

/** What can be on a card, right and wrong. `rsa-1024`: CNS 1.0, up to about 2018 (docs/rules/cns.md 3, number 5). */
export type CardKind = 'cns' | 'rsa-1024' | 'expired' | 'signature' | 'cie' | 'no-tax-code'

/** Addresses at which the card says that its standing can be asked. */
export interface CardStanding {
  readonly ocsp?: string
  readonly crl?: string
}

/** `{tax code}/{card number}.{base64 hash of the personal-data file}`: docs/rules/cns.md 2.1. */
export const cardCommonName = (citizen: TestCitizen, number: string): string =>
  `${citizen.fiscalNumber}/${number}.${createHash('sha1').update(`file elementare di ${citizen.id}`).digest('base64')}`

export const cardIdentity = (
  authority: Authority,
  citizen: TestCitizen,
  now: Date,
  kind: CardKind = 'cns',
  standing: CardStanding = {},
): Promise<Identity> => {
  if (citizen.card === undefined) throw new Error(`${citizen.id} has no card`)
  const names: DistinguishedName = [
    ['SN', citizen.familyName.toUpperCase()],
    ['GN', citizen.name.toUpperCase()],
  ]
  const signature = kind === 'signature'
  const profile: Profile = {
    subject: [
      ['C', 'IT'],
      ['OU', CNS_ISSUER],
      ...(citizen.card.hasNames ? names : []),
      [
        'CN',
        kind === 'no-tax-code' ? `${citizen.name} ${citizen.familyName}` : cardCommonName(citizen, citizen.card.number),
      ],
    ],
    notBefore: new Date(now.getTime() - 6 * 365 * DAY),
    notAfter: new Date(now.getTime() + (kind === 'expired' ? -DAY : 4 * 365 * DAY)),
    extensions: [
      keyUsage(signature ? 'nonRepudiation' : 'digitalSignature'),
      ...(signature ? [] : [extendedKeyUsage(clientAuth)]),
      certificatePolicies(kind === 'cie' ? CIE_POLICY : CNS_POLICY),
      ...(standing.ocsp === undefined ? [] : [authorityInformationAccess(standing.ocsp)]),
      ...(standing.crl === undefined ? [] : [crlDistributionPoint(standing.crl)]),
    ],
  }
  return issue(authority, profile, kind === 'rsa-1024' ? 1024 : 2048)
}

/** A client certificate of another country: right key usages, its own policy, a person's name where a CNS has the tax code. */
export const foreignIdentity = async (now: Date): Promise<Identity> => {
  const years = validFor(4, now)
  const authority = await createAuthority({
    subject: [
      ['C', 'AT'],
      ['O', 'Varco, Testumgebung'],
      ['CN', 'Test-Client-CA'],
    ],
    ...years,
  })
  return issue(authority, {
    subject: [
      ['C', 'AT'],
      ['SN', 'Musterfrau'],
      ['GN', 'Anna'],
      ['CN', 'Anna Musterfrau'],
    ],
    ...years,
    extensions: [keyUsage('digitalSignature'), extendedKeyUsage(clientAuth), certificatePolicies(NCP_PLUS_POLICY)],
  })
}
