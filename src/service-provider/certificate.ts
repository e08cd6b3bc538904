/** Whose the certificates are: what those to be made must say, whom those in use must name, and which of them are in use. */
import type { WatchedCertificate } from '../audit/certificate-expiry.ts'
import type { AggregatorConfig, CardHandshake, GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { CertificateContent } from '../upstream/spid/certificate.ts'
import type { CertificateOwner } from '../upstream/spid/certificate-checks.ts'
import { usualPolicies } from '../upstream/spid/certificate-names.ts'
import type { Complete } from './missing.ts'
import { isAggregated } from './spid-metadata.ts'

/** What the certificate of a tenant's own pair says; without a tenant, that of the region's pair. docs/rules/spid-saml.md section 3. */
export const spidCertificateOf = (
  { aggregator }: GatewayConfig,
  tenant?: Tenant,
): Complete<{ readonly content: CertificateContent }> => {
  if (tenant !== undefined) {
    if (tenant.city === undefined) {
      return {
        missing: [{ file: 'tenant', path: 'organisation.city', fix: 'the full name of the city, with its accents' }],
      }
    }
    return {
      content: {
        subject: {
          commonName: tenant.displayNames.it,
          organizationName: tenant.names.it,
          uri: tenant.spid.entityId,
          organizationIdentifier: `PA:IT-${tenant.ipaCode}`,
          localityName: tenant.city,
        },
        policies: usualPolicies,
      },
    }
  }
  const { name, uri, city } = aggregator
  const organizationIdentifier = organizationIdentifierOf(aggregator)
  if (name === undefined || uri === undefined || city === undefined || organizationIdentifier === undefined) {
    const all: readonly (readonly [key: string, value: string | undefined, fix: string])[] = [
      ['name', name, 'the full name of who runs the gateway'],
      ['uri', uri, 'an https:// address that stands for it and will not change'],
      ['city', city, 'the full name of its city, with its accents'],
      ['ipa_code', organizationIdentifier, 'its IPA code, or aggregator.vat_number or organization_identifier instead'],
    ]
    return {
      missing: all.flatMap(([key, value, fix]) =>
        value === undefined ? [{ file: 'gateway', path: `aggregator.${key}`, fix }] : [],
      ),
    }
  }
  return {
    content: {
      subject: { commonName: name, organizationName: name, uri, organizationIdentifier, localityName: city },
      policies: aggregator.policyOids ?? usualPolicies,
    },
  }
}

/** Open with AgID for companies that aggregate (section 3), hence the key that overrides it. */
const organizationIdentifierOf = (aggregator: AggregatorConfig): string | undefined => {
  const { organizationIdentifier, ipaCode, vatNumber, fiscalCode } = aggregator
  if (organizationIdentifier !== undefined) return organizationIdentifier
  if (ipaCode !== undefined) return `PA:IT-${ipaCode}`
  if (vatNumber?.startsWith('IT')) return `VATIT-${vatNumber.slice('IT'.length)}`
  return fiscalCode === undefined ? undefined : `CF:IT-${fiscalCode}`
}

/** Whom the certificates in a tenant's metadata must name: the aggregator only where it stands in that metadata, and signs. */
export const certificateOwnerOf = ({ aggregator }: GatewayConfig, tenant?: Tenant): CertificateOwner =>
  tenant === undefined || (isAggregated(tenant) && tenant.spid.signing === undefined)
    ? {
        uri: aggregator.uri ?? '',
        organizationName: aggregator.name ?? '',
        policies: aggregator.policyOids ?? usualPolicies,
        publicBody: false,
      }
    : ownerOfOwn(tenant)

export const ownerOfOwn = ({ spid, names, displayNames }: Tenant): CertificateOwner => ({
  uri: spid.entityId,
  organizationName: names.it,
  commonName: displayNames.it,
  policies: usualPolicies,
  publicBody: true,
})

/** All that would stop a way in on the day they expire. */
export const certificatesInUse = (
  { aggregator, cns, tenants: atStart }: GatewayConfig,
  tenants: readonly Tenant[] = atStart,
): readonly WatchedCertificate[] => [
  ...ofPair('spid', aggregator.spid),
  ...ofPair('cie', aggregator.cie),
  ...ofCardListener(cns?.handshake),
  ...tenants.flatMap(({ id, spid, cie }) => [
    ...(spid.signing === undefined ? [] : ofPair('spid', spid.signing, id)),
    ...(cie.signing === undefined ? [] : ofPair('cie', cie.signing, id)),
  ]),
]

const ofCardListener = (handshake: CardHandshake | undefined): readonly WatchedCertificate[] => {
  const pair = handshake?.by === 'proxy' ? handshake.tls : handshake
  return pair === undefined ? [] : ofPair('cns', pair)
}

const ofPair = (
  use: WatchedCertificate['use'],
  { certificate, next }: SamlKeyPair,
  tenant?: string,
): readonly WatchedCertificate[] =>
  [certificate, ...(next === undefined ? [] : [next.certificate])].map((pem) => ({
    use,
    certificate: pem,
    ...(tenant !== undefined && { tenant }),
  }))
