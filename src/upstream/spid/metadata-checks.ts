/** What AgID looks at before it accepts a metadata file: docs/rules/spid-saml.md 1, 2, 3 and 11, on the file itself. */
import { GatewayError } from '../../errors.ts'
import { type Check, type Finding, findingsOf } from '../saml/finding.ts'
import { certificatesIn, pemOf } from '../saml/metadata-document.ts'
import { type CertificateOwner, certificateFindings } from './certificate-checks.ts'
import type { SpidMetadataProfile } from './metadata.ts'
import { contactChecks } from './metadata-checks/contacts.ts'
import { readSpidMetadata, type SpidMetadataDocument } from './metadata-checks/document.ts'
import { envelopeChecks } from './metadata-checks/envelope.ts'
import { organizationChecks } from './metadata-checks/organization.ts'
import { serviceProviderChecks } from './metadata-checks/service-provider.ts'

/** In the order of the tables. */
export const metadataChecks = (profile: SpidMetadataProfile): readonly Check<SpidMetadataDocument>[] => [
  ...envelopeChecks,
  ...serviceProviderChecks,
  ...organizationChecks,
  ...contactChecks(profile),
]

/**
 * Everything that is wrong with this file, nothing where AgID should accept it. `owner` is who the certificates in it
 * belong to; without it they are not looked at.
 */
export const metadataFindings = (
  text: string,
  profile: SpidMetadataProfile,
  owner?: CertificateOwner,
): readonly Finding[] => {
  let metadata: SpidMetadataDocument
  try {
    metadata = readSpidMetadata(text, profile)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const reason = `the file is no strict XML (${error.message})`
    return [{ id: '1.3.0', reason, fix: 'begin it with <?xml, or make it again with varco spid metadata' }]
  }
  const certificates = owner === undefined ? [] : metadata.inRole('KeyDescriptor').flatMap(certificatesIn)
  return [
    ...findingsOf(metadataChecks(profile), metadata),
    ...certificates.flatMap((base64) => (owner === undefined ? [] : certificateFindings(pemOf(base64), owner))),
  ]
}
