/** What a tenant's file may say, or the region's for every tenant that says nothing itself. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { always, block, distinct, ipaCategory, province } from '../config/rules.ts'
import { branding } from './branding-schema.ts'
import { languages } from './tenant.ts'

/** The first is the default. */
export const languageList = z
  .array(z.enum(languages))
  .superRefine(distinct(), always)
  .refine((list) => list.includes('it'), told('lacks Italian', 'add it: every page must exist in Italian'))

const method = z.boolean().exactOptional()
export const methods = block({ spid: method, cie: method, cns: method, eidas: method })

const BOUNDS = 'write a number from 0.25 (a quarter of an hour) to 12; or remove single_sign_on, and every service asks'
export const singleSignOn = block({
  hours: z
    .number(told('is not a number of hours', BOUNDS))
    .min(0.25, told('is too short to serve anybody', BOUNDS))
    .max(12, told('is longer than a day at the office', BOUNDS)),
})

export const tenantDefaults = block({
  organisation: block({
    ipa_category: ipaCategory.exactOptional(),
    province: province.exactOptional(),
  }).exactOptional(),
  languages: languageList.exactOptional(),
  branding: branding.omit({ logo: true }).exactOptional(),
  methods: methods.exactOptional(),
  single_sign_on: singleSignOn.exactOptional(),
})

type Plain = Readonly<Record<string, unknown>>
const isBlock = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Blocks are joined key by key; a list or a text of the file replaces the one below as a whole. */
export const mergedBelow = (below: unknown, file: unknown): unknown => {
  if (!isBlock(below) || !isBlock(file)) return file === undefined ? below : file
  const keys = new Set([...Object.keys(file), ...Object.keys(below)])
  return Object.fromEntries([...keys].map((key) => [key, mergedBelow(below[key], file[key])]))
}
