/** docs/rules/cie.md A2, rows 5 to 5.2: the Comune, in all its languages. */
import type { Check } from '../../saml/finding.ts'
import { oneOrganizationFaults, organizationLanguageFaults, organizationUrlFaults } from '../../saml/metadata-faults.ts'
import type { CheckedMetadata } from './document.ts'

export const organizationChecks: readonly Check<CheckedMetadata>[] = [
  {
    id: '5, 5.1, 5.2',
    faults: (metadata) => [
      ...oneOrganizationFaults(metadata),
      ...organizationLanguageFaults(metadata),
      ...organizationUrlFaults(metadata),
    ],
    fix: 'correct organisation.names, display_names and urls in the tenant file',
  },
]
