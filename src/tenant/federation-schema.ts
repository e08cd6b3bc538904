/** What is registered with AgID (SPID) and with the Ministry (CIE) about this Comune. */
import { z } from 'zod'
import { contact } from '../config/aggregator-schema.ts'
import { told } from '../config/explain.ts'
import { nextPair } from '../config/key-pair-schema.ts'
import { certificateReference, secretReference } from '../config/references.ts'
import { always, block, bodyFiscalCode, distinct, localised, text, vatNumber, webUrl } from '../config/rules.ts'
import { spidAttributeNames } from './attribute-names.ts'

export const spidProfiles = ['pub-ag-full', 'pub-op-full', 'spid'] as const

/** docs/rules/spid-saml.md section 1: an https URL of at most 1024 characters, without query. */
const entityId = webUrl
  .max(1024, told('is longer than 1024 characters', 'shorten it'))
  .refine((value) => !value.includes('?'), told('has a query', 'remove the ? and what follows'))

const index = z
  .int(told('is not a whole number', 'write 0, 1, 2…'))
  .min(0, told('is negative', 'count from 0'))
  .max(65_535, told('is too large', 'count from 0'))

const attributeSet = block({
  index,
  name: text,
  service_names: localised(text).exactOptional(),
  descriptions: localised(text).exactOptional(),
  attributes: z
    .array(z.enum(spidAttributeNames))
    .superRefine(distinct(), always)
    .refine((names) => !Array.isArray(names) || names.includes('fiscalNumber'), {
      error: told('lacks fiscalNumber', 'add fiscalNumber: without it a person has no sub'),
      ...always,
    }),
})

/** A pair of its own, instead of the aggregator's. */
const ownPair = {
  key: secretReference.exactOptional(),
  certificate: certificateReference.exactOptional(),
  next: nextPair.exactOptional(),
}

const wholePair = (own: { key?: unknown; certificate?: unknown; next?: unknown }, context: z.core.$RefinementCtx) => {
  const missing = (['key', 'certificate'] as const).filter((name) => own[name] === undefined)
  if (missing.length === 0 || (missing.length === 2 && own.next === undefined)) return
  const fix = 'add it, or remove key, certificate and next: the aggregator signs then'
  for (const name of missing) {
    context.addIssue({ code: 'custom', path: [name], message: told('is missing beside the rest of the pair', fix) })
  }
}

const spid = block({
  profile: z.enum(spidProfiles).default('pub-ag-full'),
  entity_id: entityId.exactOptional(),
  acs_url: webUrl.exactOptional(),
  slo_url: webUrl.exactOptional(),
  attribute_sets: z
    .array(attributeSet)
    .min(1, told('is empty', 'name at least the set with index 0'))
    .superRefine(distinct('index'), always)
    .exactOptional(),
  contact: contact.default({}),
  vat_number: vatNumber.exactOptional(),
  fiscal_code: bodyFiscalCode.exactOptional(),
  ...ownPair,
})
  .superRefine(wholePair, always)
  .superRefine(({ profile, entity_id }: { profile?: unknown; entity_id?: unknown }, context) => {
    // the activity code is part of an aggregator's or operator's name; `spid` stands for a body that is on its own
    if (typeof entity_id !== 'string' || profile === 'spid' || entity_id.includes(String(profile))) return
    const message = told(
      `does not contain ${String(profile)}`,
      `write it as https://{host}/${String(profile)}/{ipa code}, or correct the profile`,
    )
    context.addIssue({ code: 'custom', path: ['entity_id'], message })
  }, always)

const uuid = z.uuidv4(
  told('is not a UUID of version 4', 'remove it, and varco cie metadata offers a fresh one; then never change it'),
)

const cie = block({
  entity_id: entityId.exactOptional(),
  acs_url: webUrl.exactOptional(),
  slo_url: webUrl.exactOptional(),
  service_uuid: uuid.exactOptional(),
  descriptions: localised(text).exactOptional(),
  contact: contact.default({}),
  ...ownPair,
}).superRefine(wholePair, always)

export const federationSchema = block({
  spid: spid.default({ profile: 'pub-ag-full', contact: {} }),
  cie: cie.default({ contact: {} }),
})
export type FederationFile = z.output<typeof federationSchema>

/** Once live these stand in the file letter by letter: a default would move with the gateway's address. */
export const literalOnceLive = {
  spid: ['entity_id', 'acs_url', 'attribute_sets'],
  cie: ['entity_id', 'acs_url', 'service_uuid'],
} as const
