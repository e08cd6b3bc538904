/** docs/rules/cie.md A2 rows 6 to 6.3, and A2.1: whom the Ministry may call. spid-sp-test itself looks at little of it. */
import { type Check, unless } from '../../saml/finding.ts'
import { children } from '../../saml/metadata-document.ts'
import { organizationNameOf } from '../../saml/metadata-faults.ts'
import type { ElementNode } from '../../saml/tree.ts'
import { attributeOf, childElements, textOf } from '../../saml/xml.ts'
import { type CheckedMetadata, extensionsOf, OURS, valuesOf } from './document.ts'

/** How often an extension may stand, by what the contact is. */
interface Rule {
  readonly public: readonly [least: number, most: number]
  readonly private: readonly [least: number, most: number]
  readonly form: RegExp
  readonly fix: string
}

const REGION = 'under aggregator for who runs the gateway'

/** Municipality and Province have other forms abroad. */
const rules: Readonly<Record<string, Rule>> = {
  IPACode: {
    public: [1, 1],
    private: [0, 0],
    form: /^[\w-]{1,64}$/,
    fix: `correct ipa_code: under organisation for the body, ${REGION}`,
  },
  IPACategory: {
    public: [0, 1],
    private: [0, 0],
    form: /^[A-Z]{1,3}\d{0,3}$/,
    fix: `correct ipa_category, as L6: under organisation for the body, ${REGION}`,
  },
  VATNumber: {
    public: [0, 1],
    private: [1, 1],
    form: /^(IT\d{11}|(?!IT)[A-Z]{2}\w{2,13})$/,
    fix: 'correct aggregator.vat_number, as IT01234567890',
  },
  FiscalCode: {
    public: [0, 1],
    private: [1, 1],
    form: /^(\d{11}|[A-Z0-9]{16})$/,
    fix: 'correct aggregator.fiscal_code: eleven digits, without the country',
  },
  NACE2Code: {
    public: [0, Number.POSITIVE_INFINITY],
    private: [1, Number.POSITIVE_INFINITY],
    form: /^\d{2}(\.\d{1,2}){0,2}$/,
    fix: 'correct aggregator.nace2_codes, as "62.01.00"',
  },
  Municipality: {
    public: [1, 1],
    private: [1, 1],
    form: /^[A-Z]\d{3}$/,
    fix: 'correct organisation.belfiore for the body, aggregator.municipality for who runs the gateway, as X999',
  },
  Province: {
    public: [0, 1],
    private: [0, 1],
    form: /^[A-Z]{2}$/,
    fix: `correct province, as TN: under organisation for the body, ${REGION}`,
  },
  Country: {
    public: [1, 1],
    private: [1, 1],
    form: /^[A-Z]{2}$/,
    fix: 'correct aggregator.country, as IT',
  },
}
const abroad: Readonly<Record<string, RegExp>> = { Municipality: /^\S(.{0,14}\S)?$/, Province: /^EE$/ }

const EMAIL = /^[\w.-]+@[\w.-]+\.\w{2,8}$/

const kindOf = (contact: ElementNode): 'public' | 'private' =>
  extensionsOf(contact).has('Private') ? 'private' : 'public'
const typeOf = (contact: ElementNode): string => attributeOf(contact, 'contactType') ?? ''
const isAbroad = (contact: ElementNode): boolean => valuesOf(contact, 'Country').some((country) => country !== 'IT')

const eachContact =
  (fault: (contact: ElementNode, metadata: CheckedMetadata) => readonly string[]): Check<CheckedMetadata>['faults'] =>
  (metadata) =>
    metadata.contacts.flatMap((contact) =>
      fault(contact, metadata).map((reason) => `${typeOf(contact) || 'a contact'}: ${reason}`),
    )

export const contactChecks: readonly Check<CheckedMetadata>[] = [
  {
    id: '6, 6.1',
    faults: ({ contacts }) =>
      unless(contacts.length === 1 || contacts.length === 2, `there are ${contacts.length} ContactPersons, not 1 or 2`),
    fix: OURS,
  },
  {
    id: '6.2, 6.3',
    faults: ({ contacts }) => {
      const types = contacts.map(typeOf).toSorted()
      return unless(
        types.filter((type) => type === 'administrative').length === 1 &&
          types.every((type) => type === 'administrative' || type === 'technical'),
        `the contacts are ${types.join(' and ')}, not one administrative and at most one technical`,
      )
    },
    fix: OURS,
  },
  {
    id: 'A2.1 Public, Private',
    faults: eachContact((contact) => {
      const markers = ['Public', 'Private'].flatMap((name) => extensionsOf(contact).get(name) ?? [])
      return [
        ...unless(markers.length === 1, `there are ${markers.length} of cie:Public and cie:Private, not one`),
        ...unless(
          markers.every((marker) => childElements(marker).length === 0 && textOf(marker) === ''),
          'the marker is not empty',
        ),
        ...unless(
          typeOf(contact) !== 'administrative' || kindOf(contact) === 'public',
          'a Comune is cie:Public, not cie:Private',
        ),
      ]
    }),
    fix: OURS,
  },
  ...Object.entries(rules).map(
    ([name, rule]): Check<CheckedMetadata> => ({
      id: `A2.1 ${name}`,
      faults: eachContact((contact) => {
        const values = valuesOf(contact, name)
        const [least, most] = rule[kindOf(contact)]
        const form = (isAbroad(contact) ? abroad[name] : undefined) ?? rule.form
        return [
          ...unless(values.length >= least, `cie:${name} is missing`),
          ...unless(values.length <= most, `cie:${name} stands ${values.length} times, ${most} may`),
          ...values.filter((value) => !form.test(value)).map((value) => `cie:${name} is "${value}"`),
        ]
      }),
      fix: rule.fix,
    }),
  ),
  {
    id: 'A2.1 Company',
    faults: eachContact((contact, metadata) => {
      const [company = '', ...more] = children(contact, 'Company').map(textOf)
      const name = organizationNameOf(metadata)
      return [
        ...unless(company !== '' && more.length === 0, 'Company does not stand once'),
        ...unless(
          company === '' || typeOf(contact) !== 'administrative' || company === name,
          `Company is "${company}", not the OrganizationName "${name}"`,
        ),
      ]
    }),
    fix: 'set aggregator.name; the Company of the body is its organisation.names.it',
  },
  {
    id: 'A2.1 EmailAddress',
    faults: eachContact((contact) => {
      const emails = children(contact, 'EmailAddress').map(textOf)
      return [
        ...unless(emails.length === 1, `there are ${emails.length} EmailAddresses, not one`),
        ...emails.filter((email) => !EMAIL.test(email)).map((email) => `"${email}" is no address of an office`),
      ]
    }),
    fix: 'correct federation.cie.contact.email for the body, aggregator.cie.contact.email for who runs the gateway',
  },
  {
    id: 'A2.1 TelephoneNumber',
    faults: eachContact((contact) =>
      children(contact, 'TelephoneNumber')
        .map(textOf)
        .filter((phone) => !/^\+\d{5,15}$/.test(phone))
        .map((phone) => `the telephone number "${phone}" is not of the form +390461000000`),
    ),
    fix: 'write it with its international prefix and without blanks',
  },
]
