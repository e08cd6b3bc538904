/** region.yaml: every key, in the order in which docs and examples show it. */
import { z } from 'zod'
import { lifetimesSchema } from '../tenant/lifetimes.ts'
import { noticesSchema } from '../tenant/notices.ts'
import { tenantDefaults } from '../tenant/shared-schema.ts'
import { told } from './explain.ts'
import { always, block, distinct, filePath, localised, text, webUrl } from './rules.ts'

export const helpdesk = block({
  phone: text.exactOptional(),
  email: z.email(told('is not an e-mail address', 'write it as help@comune.example.it')).exactOptional(),
  hours: localised(text).exactOptional(),
  form_url: webUrl.exactOptional(),
})

/** One address for all languages may be written without them. */
const localisedUrl = z
  .preprocess((value) => (typeof value === 'string' ? { it: value } : value), localised(webUrl))
  .meta({ shorthand: { type: 'string', format: 'uri' } })
export const legal = block({
  privacy_url: localisedUrl.exactOptional(),
  accessibility_url: localisedUrl.exactOptional(),
  accessibility_declared: z.iso
    .date(told('is not a day', 'write the day on which form.agid.gov.it took the declaration, as "2026-09-20"'))
    .exactOptional(),
  notes_url: localisedUrl.exactOptional(),
})

const methods = ['spid', 'cie', 'cns'] as const
export const regionSchema = block({
  name: localised(text),
  helpdesk: helpdesk.default({}),
  legal: legal.default({}),
  cns_label: localised(text).default({ it: 'CNS' }),
  marks: filePath.exactOptional(),
  // a way in that is not named is off in the whole region; `eidas` comes last where it is not named
  method_order: z
    .array(z.enum([...methods, 'eidas']))
    .min(1, told('is empty', 'write spid, cie, cns, eidas in the order of the page, without those that are off'))
    .superRefine(distinct(), always)
    .default([...methods]),
  lifetimes: lifetimesSchema,
  notices: noticesSchema,
  tenants: tenantDefaults.exactOptional(),
})
export type RegionFile = z.output<typeof regionSchema>
