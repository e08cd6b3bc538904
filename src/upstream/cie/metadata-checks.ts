/** What the Ministry looks at before it accepts a metadata file: docs/rules/cie.md A2, on the file itself. */
import { GatewayError } from '../../errors.ts'
import { type Check, type Finding, findingsOf } from '../saml/finding.ts'
import { type MetadataDocument, readMetadata } from '../saml/metadata-document.ts'
import { contactChecks } from './metadata-checks/contacts.ts'
import type { CheckedMetadata } from './metadata-checks/document.ts'
import { envelopeChecks } from './metadata-checks/envelope.ts'
import { organizationChecks } from './metadata-checks/organization.ts'
import { serviceProviderChecks } from './metadata-checks/service-provider.ts'

/** In the order of the tables. */
export const metadataChecks: readonly Check<CheckedMetadata>[] = [
  ...envelopeChecks,
  ...serviceProviderChecks,
  ...organizationChecks,
  ...contactChecks,
]

/**
 * Everything that is wrong with this file, nothing where the Ministry should accept it. `now`: milliseconds since 1970,
 * for the certificates.
 */
export const metadataFindings = (text: string, now: number): readonly Finding[] => {
  let metadata: MetadataDocument
  try {
    metadata = readMetadata(text)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const reason = `the file is no strict XML (${error.message})`
    return [{ id: '1, 2', reason, fix: 'make it again with varco cie metadata' }]
  }
  return findingsOf(metadataChecks, { ...metadata, now })
}
