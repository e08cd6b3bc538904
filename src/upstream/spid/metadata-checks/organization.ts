/** docs/rules/spid-saml.md 2.2: the body, in all its languages. */
import type { Check } from '../../saml/finding.ts'
import { children } from '../../saml/metadata-document.ts'
import { oneOrganizationFaults, organizationLanguageFaults, organizationUrlFaults } from '../../saml/metadata-faults.ts'
import { textOf } from '../../saml/xml.ts'
import type { SpidMetadataDocument } from './document.ts'

export const organizationChecks: readonly Check<SpidMetadataDocument>[] = [
  {
    id: '1.5.x',
    faults: oneOrganizationFaults,
    fix: 'the file was changed: make it again with varco spid metadata',
  },
  {
    id: '1.5.x',
    faults: organizationLanguageFaults,
    fix: 'correct organisation.names, display_names and urls in the tenant file',
  },
  {
    id: '1.5.x',
    faults: ({ organizations }) =>
      organizations
        .flatMap((organization) => children(organization, 'OrganizationName'))
        .map(textOf)
        .filter((name) => name === name.toUpperCase() || /[aeiou]['’]$/i.test(name))
        .map((name) => `"${name}" has capitals only, or an apostrophe for an accent`),
    fix: 'write the full official name in organisation.names, as "Comune di Forlì"',
  },
  {
    id: '1.5.x',
    faults: organizationUrlFaults,
    fix: 'correct organisation.urls or site_url in the tenant file',
  },
]
