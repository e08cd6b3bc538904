/** The tenant file: every rule about one Comune, each with its reason and what to write instead. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import {
  always,
  belfioreCode,
  block,
  distinct,
  ipaCategory,
  ipaCode,
  localised,
  province,
  text,
  translated,
  webUrl,
} from '../config/rules.ts'
import { helpdesk, legal } from '../config/schema.ts'
import { branding } from './branding-schema.ts'
import { clientSchema } from './client-schema.ts'
import { federationSchema, literalOnceLive } from './federation-schema.ts'
import { lifetimesSchema } from './lifetimes.ts'
import { publicOnceLive } from './live-addresses.ts'
import { noticesSchema } from './notices.ts'
import { reservedIds } from './reserved.ts'
import { languages } from './tenant.ts'

const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    told('is not a tenant id', 'write small letters, digits and dashes, at most 63, not beginning with a dash'),
  )
  .refine(
    (value) => !reservedIds.has(value),
    told('is the name of an address of the gateway', 'choose another id, as comune-di-…'),
  )

const sector = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,127}$/, told('is not a sector', 'write small letters, digits, dots and dashes'))

const host = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/,
    told('is not a host name', 'write it as accesso.comune.example.it, in small letters, without https://'),
  )

const BOUNDS = 'write a number from 0.25 (a quarter of an hour) to 12; or remove single_sign_on, and every service asks'
const singleSignOnHours = z
  .number(told('is not a number of hours', BOUNDS))
  .min(0.25, told('is too short to serve anybody', BOUNDS))
  .max(12, told('is longer than a day at the office', BOUNDS))

const languagesOf = (texts: unknown): readonly string[] =>
  typeof texts === 'object' && texts !== null ? Object.keys(texts).filter((key) => key in LANGUAGES) : []
const LANGUAGES = Object.fromEntries(languages.map((language) => [language, true]))

const organisation = block({
  ipa_code: ipaCode,
  ipa_category: ipaCategory.exactOptional(),
  belfiore: belfioreCode.exactOptional(),
  province: province.exactOptional(),
  names: localised(text),
  display_names: translated(text).exactOptional(),
  urls: translated(webUrl).exactOptional(),
  city: text.exactOptional(),
})
  .superRefine(({ ipa_code, belfiore }: { ipa_code?: unknown; belfiore?: unknown }, context) => {
    if (typeof belfiore !== 'string' || typeof ipa_code !== 'string' || ipa_code === `c_${belfiore.toLowerCase()}`)
      return
    const fix = `write c_${belfiore.toLowerCase()}, or correct belfiore`
    context.addIssue({ code: 'custom', path: ['ipa_code'], message: told(`does not match belfiore ${belfiore}`, fix) })
  }, always)
  .superRefine((organisation: { names?: unknown; display_names?: unknown; urls?: unknown }, context) => {
    for (const key of ['display_names', 'urls'] as const) {
      for (const language of languagesOf(organisation[key])) {
        if (languagesOf(organisation.names).includes(language)) continue
        // name, short name and page go together in the metadata (docs/rules/spid-saml.md 2.2)
        const message = told('is a language without a name', `add names.${language}, or remove this one`)
        context.addIssue({ code: 'custom', path: [key, language], message })
      }
    }
  }, always)

const method = z.boolean().exactOptional()

/** A block that may still be anything: this rule also runs where the rest of the file is wrong. */
interface Unchecked {
  readonly state?: unknown
  readonly methods?: { readonly spid?: unknown; readonly cie?: unknown; readonly eidas?: unknown }
  readonly federation?: { readonly spid?: unknown; readonly cie?: unknown }
}

const literalWhereLive = (tenant: Unchecked, context: z.core.$RefinementCtx): void => {
  if (tenant.state !== 'live') return
  for (const upstream of ['spid', 'cie'] as const) {
    // the eIDAS node reads the SPID metadata too
    const used = upstream === 'spid' && tenant.methods?.eidas === true
    if (tenant.methods?.[upstream] === false && !used) continue
    const registration = tenant.federation?.[upstream]
    const standing = typeof registration === 'object' && registration !== null ? Object.keys(registration) : []
    for (const key of literalOnceLive[upstream]) {
      if (standing.includes(key)) continue
      const fix = `write it out as it was registered, or switch this way in off with methods: { ${upstream}: false }`
      const message = told('does not stand in the file of a live tenant', fix)
      context.addIssue({ code: 'custom', path: ['federation', upstream, key], message })
    }
  }
}

export const tenantSchema = block({
  schema: z.literal(1),
  id,
  state: z.enum(['draft', 'test', 'live', 'suspended']),
  sector: sector.exactOptional(),
  organisation,
  site_url: webUrl,
  host: host.exactOptional(),
  languages: z
    .array(z.enum(languages))
    .superRefine(distinct(), always)
    .refine((list) => list.includes('it'), told('lacks Italian', 'add it: every page must exist in Italian'))
    .default([...languages]),
  helpdesk: helpdesk.exactOptional(),
  legal: legal.default({}),
  branding: branding.default({}),
  methods: block({ spid: method, cie: method, cns: method, eidas: method }).default({}),
  federation: federationSchema.default({ spid: { profile: 'pub-ag-full', contact: {} }, cie: { contact: {} } }),
  lifetimes: lifetimesSchema,
  notices: noticesSchema,
  single_sign_on: block({ hours: singleSignOnHours }).exactOptional(),
  clients: z.array(clientSchema).superRefine(distinct('id'), always),
})
  .superRefine(literalWhereLive, always)
  .superRefine(publicOnceLive, always)
export type TenantFile = z.output<typeof tenantSchema>
