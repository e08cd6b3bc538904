/** The tenant file: every rule about one Comune, each with its reason and what to write instead. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { helpdesk, legal } from '../config/region-schema.ts'
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
import { branding } from './branding-schema.ts'
import { clientSchema } from './client-schema.ts'
import { federationSchema, literalOnceLive } from './federation-schema.ts'
import { lifetimesSchema } from './lifetimes.ts'
import { publicOnceLive } from './live-addresses.ts'
import { noticesSchema } from './notices.ts'
import { reservedIds } from './reserved.ts'
import { allowed, languageList, methods, singleSignOn, withinAllowed } from './shared-schema.ts'
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

const day = z.iso.date(told('is not a day', 'write it as "2026-10-01", in quotes'))

/** What others have to do before citizens may come: the days on which they did. `varco tenant publish` asks for them. */
const golive = block({
  agreement: day.exactOptional(),
  spid_metadata: day.exactOptional(),
  cie_metadata: day.exactOptional(),
})

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
}).superRefine((organisation: { names?: unknown; display_names?: unknown; urls?: unknown }, context) => {
  for (const key of ['display_names', 'urls'] as const) {
    for (const language of languagesOf(organisation[key])) {
      if (languagesOf(organisation.names).includes(language)) continue
      // name, short name and page go together in the metadata (docs/rules/spid-saml.md 2.2)
      const message = told('is a language without a name', `add names.${language}, or remove this one`)
      context.addIssue({ code: 'custom', path: [key, language], message })
    }
  }
}, always)

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

/** Only a Comune has a Belfiore code, and an IPA code made from it; other bodies choose theirs. */
const bodyFits = (
  {
    kind,
    id,
    succeeded_by,
    organisation,
  }: { kind?: unknown; id?: unknown; succeeded_by?: unknown; organisation?: unknown },
  context: z.core.$RefinementCtx,
): void => {
  const report = (path: string[], reason: string, fix: string) =>
    context.addIssue({ code: 'custom', path, message: told(reason, fix) })
  if (succeeded_by !== undefined && succeeded_by === id)
    report(['succeeded_by'], 'is the tenant itself', 'write the id of the body that took its place, or remove it')
  const { ipa_code: ipa, belfiore } = (organisation ?? {}) as { ipa_code?: unknown; belfiore?: unknown }
  if (kind === 'ente') {
    if (belfiore !== undefined)
      report(['organisation', 'belfiore'], 'is only for a Comune', 'remove it, or remove kind: ente')
    return
  }
  if (typeof belfiore !== 'string' || typeof ipa !== 'string' || ipa === `c_${belfiore.toLowerCase()}`) return
  const fix = `write c_${belfiore.toLowerCase()}, or correct belfiore`
  report(['organisation', 'ipa_code'], `does not match belfiore ${belfiore}`, fix)
}

export const tenantSchema = block({
  schema: z.literal(1),
  id,
  kind: z.enum(['comune', 'ente']).default('comune'),
  state: z.enum(['draft', 'test', 'live', 'suspended']),
  sector: sector.exactOptional(),
  succeeded_by: id.exactOptional(),
  organisation,
  site_url: webUrl,
  host: host.exactOptional(),
  languages: languageList.default([...languages]),
  helpdesk: helpdesk.exactOptional(),
  legal: legal.default({}),
  branding: branding.default({}),
  methods: methods.default({}),
  federation: federationSchema.default({ spid: { profile: 'pub-ag-full', contact: {} }, cie: { contact: {} } }),
  lifetimes: lifetimesSchema,
  notices: noticesSchema,
  single_sign_on: singleSignOn.exactOptional(),
  allowed: allowed.exactOptional(),
  golive: golive.default({}),
  clients: z.array(clientSchema).superRefine(distinct('id'), always),
})
  .superRefine(literalWhereLive, always)
  .superRefine(publicOnceLive, always)
  .superRefine(bodyFits, always)
  .superRefine(withinAllowed, always)
export type TenantFile = z.output<typeof tenantSchema>
