/** What a tenant's file may well have wrong without being invalid: for `varco tenant validate`, never in the way of a start. */
import { X509Certificate } from 'node:crypto'
import type { Path, Problem } from '../config/problem.ts'
import type { TenantSource } from './between.ts'
import type { PresetName } from './presets.ts'
import type { Client, Language, Localised, Tenant } from './tenant.ts'

const DAY = 24 * 60 * 60 * 1000
/** Law 4/2004 and AgID's guidelines: the declaration is made again every year, by 23 September. */
const DECLARATION_DAYS = 365
const CERTIFICATE_DAYS = 60

type Advice = readonly [path: Path, reason: string, fix: string]
/** `file` as it is written: what it leaves to the region is the region’s to mend. */
type Rule = (tenant: Tenant, now: number, file: unknown) => readonly Advice[]

const languageNames = { it: 'Italian', de: 'German', lld: 'Ladin', en: 'English' } as const

/** Texts fall back to Italian one by one: a page half in one language is what nobody wants. */
const incomplete: Rule = ({ languages, names, helpdesk, branding, clients }, _now, file) => {
  const own = file as { readonly helpdesk?: unknown; readonly branding?: { readonly text?: unknown } }
  const texts: readonly (readonly [Path, Localised | undefined])[] = [
    [['organisation', 'names'], names],
    [['helpdesk', 'hours'], own.helpdesk === undefined ? undefined : helpdesk.hours],
    [['branding', 'text'], own.branding?.text === undefined ? undefined : branding.text],
    ...clients.map((client, index) => [['clients', index, 'names'], client.names] as const),
  ]
  return texts.flatMap(([path, text]) => {
    const missing = languages.filter((language: Language) => text !== undefined && text[language] === undefined)
    if (missing.length === 0) return []
    const fix = `add ${missing.map((language) => `${language}: …`).join(', ')}, or take the language out of languages`
    return [[path, `lacks ${missing.map((one) => languageNames[one]).join(' and ')}: Italian is shown there`, fix]]
  })
}

const declaration: Rule = ({ state, legal }, now) => {
  const path = ['legal', 'accessibility_declared']
  if (legal.accessibilityUrl === undefined) return []
  if (legal.accessibilityDeclared === undefined) {
    if (state !== 'live') return []
    return [[path, 'is missing', 'write the day of the declaration, as "2026-09-20": it is due again every year']]
  }
  const days = Math.floor((now - Date.parse(legal.accessibilityDeclared)) / DAY)
  if (days < 0) return [[path, 'is a day to come', 'write the day on which form.agid.gov.it took the declaration']]
  if (days <= DECLARATION_DAYS) return []
  return [
    [path, `was ${days} days ago`, 'declare again on form.agid.gov.it, due by 23 September, and write the new day'],
  ]
}

/** Where the plugins of each software take their citizens back; `generic` and `opencity` have addresses of their own. */
const callbacks: { readonly [preset in PresetName]?: readonly [pattern: RegExp, example: string] } = {
  wordpress: [
    /(\/wp-admin\/admin-ajax\.php\?action=openid-connect-authorize|\/openid-connect-authorize)$/,
    '/wp-admin/admin-ajax.php?action=openid-connect-authorize',
  ],
  drupal: [/\/openid-connect\/[\w-]+$/, '/openid-connect/varco'],
  plone: [/(\/login-oidc\/[\w-]+|\/acl_users\/[\w-]+\/callback)$/, '/login-oidc/oidc'],
  liferay: [/\/c\/portal\/login\/openidconnect$/, '/c/portal/login/openidconnect'],
  keycloak: [/\/realms\/[^/]+\/broker\/[^/]+\/endpoint$/, '/realms/comune/broker/varco/endpoint'],
}

const redirects: Rule = ({ clients }) =>
  clients.flatMap(({ preset, redirectUris, url }, index) => {
    const [pattern, example] = callbacks[preset] ?? []
    if (pattern === undefined) return []
    return redirectUris.flatMap((uri, place): Advice[] =>
      pattern.test(uri)
        ? []
        : [
            [
              ['clients', index, 'redirect_uris', place],
              `does not look like the address of ${preset}`,
              `usually it is ${new URL(url).origin}${example}; correct it, or remove the preset`,
            ],
          ],
    )
  })

/** What a card and CIE tell of a person: everything else comes from SPID alone. */
const WITHOUT_SPID = [
  'given_name',
  'family_name',
  'name',
  'birthdate',
  'gender',
  'place_of_birth',
  'fiscal_number',
  'preferred_username',
  'authn_evidence',
]

const unfillable: Rule = ({ clients, methods }) => {
  if (methods.spid || methods.eidas) return []
  const empty = ({ claims, emailFallback }: Client) =>
    claims.filter((name) => !WITHOUT_SPID.includes(name) && !(name === 'email' && emailFallback === 'synthetic'))
  return clients.flatMap((client, index) =>
    empty(client).map((name) => [
      ['clients', index, 'claims', client.claims.indexOf(name)],
      `${name} comes from SPID alone, which is off here`,
      'remove it, or switch SPID on',
    ]),
  )
}

const reachable: Rule = ({ helpdesk }) =>
  helpdesk.phone !== undefined || helpdesk.email !== undefined || helpdesk.formUrl !== undefined
    ? []
    : [[['helpdesk'], 'is missing', 'add a phone or an email, here or in the region’s file: every error page names it']]

const body: Rule = ({ kind, ipaCode }) =>
  kind === 'ente' || /^c_[a-z]\d{3}$/.test(ipaCode)
    ? []
    : [[['organisation', 'ipa_code'], 'is not that of a Comune', 'write it as c_x999, or add kind: ente']]

const certificates: Rule = ({ spid, cie }, now) =>
  (
    [
      ['spid', spid],
      ['cie', cie],
    ] as const
  ).flatMap(([upstream, { signing }]) => {
    if (signing === undefined) return []
    const days = Math.floor((new X509Certificate(signing.certificate).validToDate.getTime() - now) / DAY)
    if (days > CERTIFICATE_DAYS) return []
    const reason = days < 0 ? `ended ${-days} days ago` : `ends in ${days} days`
    const fix = 'publish the next one beside it, under next (docs/spid.md, "Changing keys")'
    return [[['federation', upstream, 'certificate'], reason, fix]]
  })

const rules: readonly Rule[] = [incomplete, declaration, redirects, unfillable, reachable, body, certificates]

export const adviceOn = ({ yaml, tenant }: TenantSource, now: number): readonly Problem[] =>
  rules.flatMap((rule) =>
    rule(tenant, now, yaml.value).map(([path, reason, fix]) => ({
      ...yaml.problem(path, reason, fix),
      warning: true as const,
    })),
  )
