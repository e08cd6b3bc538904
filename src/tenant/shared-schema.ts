/** What a tenant's file may say, or the region's for every tenant that says nothing itself. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { always, block, distinct, ipaCategory, province } from '../config/rules.ts'
import { branding } from './branding-schema.ts'
import { claimNames } from './claim-names.ts'
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

/** What the services of a body may ask at most, whoever writes their entries: its data protection officer decides. */
export const allowed = block({
  claims: z.array(z.enum(claimNames)).superRefine(distinct(), always).exactOptional(),
  min_level: z
    .union([z.literal(1), z.literal(2), z.literal(3)], told('is not a level', 'write 1, 2 or 3'))
    .exactOptional(),
})

interface Unchecked {
  readonly allowed?: unknown
  readonly clients?: unknown
}

/** The file may still be anything: this rule also runs where the rest of it is wrong. */
export const withinAllowed = ({ allowed: limits, clients }: Unchecked, context: z.core.$RefinementCtx): void => {
  if (!isBlock(limits) || !Array.isArray(clients)) return
  const report = (path: (string | number)[], reason: string, fix: string) =>
    context.addIssue({ code: 'custom', path: ['clients', ...path], message: told(reason, fix) })
  for (const [index, client] of clients.entries()) {
    if (!isBlock(client)) continue
    const { min_level: level = 2, claims } = client
    if (typeof level === 'number' && typeof limits.min_level === 'number' && level < limits.min_level) {
      const fix = `write ${limits.min_level}, or have the body lower allowed.min_level`
      report([index, 'min_level'], `is ${level}, and this body allows nothing below ${limits.min_level}`, fix)
    }
    if (!Array.isArray(claims) || !Array.isArray(limits.claims)) continue
    for (const [place, claim] of claims.entries()) {
      if (limits.claims.includes(claim)) continue
      report(
        [index, 'claims', place],
        'is not allowed by this body',
        'remove it, or have the body add it to allowed.claims',
      )
    }
  }
}

export const tenantDefaults = block({
  organisation: block({
    ipa_category: ipaCategory.exactOptional(),
    province: province.exactOptional(),
  }).exactOptional(),
  languages: languageList.exactOptional(),
  branding: branding.omit({ logo: true }).exactOptional(),
  methods: methods.exactOptional(),
  single_sign_on: singleSignOn.exactOptional(),
  allowed: allowed.exactOptional(),
})

type Plain = Readonly<Record<string, unknown>>
const isBlock = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Blocks are joined key by key; a list or a text of the file replaces the one below as a whole. */
export const mergedBelow = (below: unknown, file: unknown): unknown => {
  if (!isBlock(below) || !isBlock(file)) return file === undefined ? below : file
  const keys = new Set([...Object.keys(file), ...Object.keys(below)])
  return Object.fromEntries([...keys].map((key) => [key, mergedBelow(below[key], file[key])]))
}
