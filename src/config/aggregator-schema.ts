/** gateway.yaml: who runs the gateway, as its metadata and certificates say. */
import { z } from 'zod'
import { told } from './explain.ts'
import { samlKeyPair } from './key-pair-schema.ts'
import {
  always,
  belfioreCode,
  block,
  bodyFiscalCode,
  distinct,
  ipaCategory,
  ipaCode,
  nace2Code,
  officeEmail,
  officePhone,
  province,
  text,
  vatNumber,
  webUrl,
} from './rules.ts'

/** Whom to call; of an office, not of a person. */
export const contact = block({ email: officeEmail.exactOptional(), phone: officePhone.exactOptional() })

const country = z
  .string()
  .regex(/^[A-Z]{2}$/, told('is not a country', 'write the two capital letters of ISO 3166-1, as IT'))

const policyOid = z
  .string()
  .regex(/^[0-2](\.\d+){2,}$/, told('is not a policy OID', 'write it in quotes, as "1.3.76.16.4.2.1"'))

/** Who runs the gateway. All but the keys may be missing until metadata or a certificate is asked for. */
export const aggregator = block({
  name: text.exactOptional(),
  uri: webUrl.exactOptional(),
  ipa_code: ipaCode.exactOptional(),
  ipa_category: ipaCategory.exactOptional(),
  vat_number: vatNumber.exactOptional(),
  fiscal_code: bodyFiscalCode.exactOptional(),
  nace2_codes: z
    .array(nace2Code)
    .min(1, told('is empty', 'name the main activity, or remove the key'))
    .superRefine(distinct(), always)
    .exactOptional(),
  email: officeEmail.exactOptional(),
  phone: officePhone.exactOptional(),
  organization_identifier: text.exactOptional(),
  policy_oids: z
    .array(policyOid)
    .min(1, told('is empty', 'remove it for the usual ones'))
    .superRefine(distinct(), always)
    .exactOptional(),
  city: text.exactOptional(),
  kind: z.enum(['public', 'private']).exactOptional(),
  municipality: text.exactOptional(),
  province: province.exactOptional(),
  country: country.default('IT'),
  spid: block(samlKeyPair),
  cie: block({ ...samlKeyPair, contact: contact.default({}) }),
}).superRefine(({ municipality, country }: { municipality?: unknown; country?: unknown }, context) => {
  // abroad it is the postal code (docs/rules/cie.md A2.1)
  if (municipality === undefined || (country ?? 'IT') !== 'IT') return
  for (const { message } of belfioreCode.safeParse(municipality).error?.issues ?? []) {
    context.addIssue({ code: 'custom', path: ['municipality'], message })
  }
}, always)
