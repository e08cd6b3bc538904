/** docs/rules/spid-saml.md 2.2: the body, in all its languages. */
import { attributeOf, textOf } from '../../saml/xml.ts'
import { type Check, unless } from '../finding.ts'
import { children, type MetadataDocument } from './document.ts'

const parts = ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL'] as const

export const organizationChecks: readonly Check<MetadataDocument>[] = [
  {
    id: '1.5.x',
    faults: ({ organizations }) =>
      unless(organizations.length === 1, `there are ${organizations.length} Organizations, not one`),
    fix: 'the file was changed: make it again with varco spid metadata',
  },
  {
    id: '1.5.x',
    faults: ({ organizations }) =>
      organizations.flatMap((organization) => {
        const languages = parts.map((part) => languagesIn(organization, part))
        return [
          ...parts.flatMap((part, index) => [
            ...unless(
              languages[index]?.filter((one) => one === 'it').length === 1,
              `${part} does not stand once in Italian`,
            ),
            ...unless(!languages[index]?.includes(''), `${part} stands without xml:lang`),
            ...unless(
              children(organization, part).every((element) => textOf(element) !== ''),
              `${part} is empty`,
            ),
          ]),
          ...unless(
            new Set(languages.map((list) => list.toSorted().join())).size === 1,
            'a language lacks name, short name or page',
          ),
        ]
      }),
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
    faults: ({ organizations }) =>
      organizations
        .flatMap((organization) => children(organization, 'OrganizationURL'))
        .map(textOf)
        .filter((url) => !/^https?:\/\//.test(url) || !URL.canParse(url))
        .map((url) => `OrganizationURL "${url}" is no address`),
    fix: 'correct organisation.urls or site_url in the tenant file',
  },
]

const languagesIn = (organization: Element, part: string): readonly string[] =>
  children(organization, part).map((element) => attributeOf(element, 'xml:lang') ?? '')
