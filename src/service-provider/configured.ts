/** The configured SPID certificates under the rules of those that are to be made: whoever brings his own learns it before AgID says so. */
import type { GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import type { Finding } from '../upstream/saml/finding.ts'
import { type CertificateOwner, certificateFindings } from '../upstream/spid/certificate-checks.ts'
import { certificateOwnerOf, ownerOfOwn, spidCertificateOf } from './certificate.ts'

export interface Refused {
  /** Where its pair is named: `aggregator.spid`, `tenant ala, federation.spid.next`. */
  readonly at: string
  readonly findings: readonly Finding[]
}

/** Of the region's pair only when it is known whom it must name; a company that aggregates may leave that open for a while. */
export const configuredFindings = (config: GatewayConfig): readonly Refused[] =>
  [
    ...('content' in spidCertificateOf(config)
      ? ofPair('aggregator.spid', config.aggregator.spid, certificateOwnerOf(config))
      : []),
    ...config.tenants.flatMap((tenant) =>
      tenant.spid.signing === undefined
        ? []
        : ofPair(`tenant ${tenant.id}, federation.spid`, tenant.spid.signing, ownerOfOwn(tenant)),
    ),
  ].filter(({ findings }) => findings.length > 0)

const ofPair = (at: string, { certificate, next }: SamlKeyPair, owner: CertificateOwner): readonly Refused[] => [
  { at, findings: certificateFindings(certificate, owner) },
  ...(next === undefined ? [] : [{ at: `${at}.next`, findings: certificateFindings(next.certificate, owner) }]),
]
