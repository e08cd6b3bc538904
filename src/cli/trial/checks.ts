/** What `varco tenant test` looks at, in the order of its report. */
import { createHash } from 'node:crypto'
import type { GatewayConfig } from '../../config/gateway-config.ts'
import { inLanguage } from '../../http/pages.ts'
import { routes } from '../../oidc/endpoints.ts'
import { certificateOwnerOf } from '../../service-provider/certificate.ts'
import { cieMetadataOf } from '../../service-provider/cie-metadata.ts'
import type { Missing } from '../../service-provider/missing.ts'
import { spidMetadataOf } from '../../service-provider/spid-metadata.ts'
import { metadataFindings as cieFindings } from '../../upstream/cie/metadata-checks.ts'
import type { Finding } from '../../upstream/saml/finding.ts'
import { metadataFindings as spidFindings } from '../../upstream/spid/metadata-checks.ts'
import { wordsOf } from './browser.ts'
import { begin, doorOf, enter, type Trial, type Way, wholeLogin } from './login.ts'
import { type Json, TrialFault } from './tokens.ts'

export interface Check {
  readonly name: string
  /** What is worth telling of it. Rejects with what went wrong. */
  readonly run: () => Promise<string>
}

/** The national table's codes that are about the citizen; 24 is nobody's. */
const ERRORS = [19, 20, 21, 22, 23, 25]
const WAYS: readonly Way[] = ['spid', 'cie', 'cns', 'eidas']
const names = { spid: 'SPID', cie: 'CIE', cns: 'CNS', eidas: 'eIDAS' } as const

/** @param config the real one: its metadata are those that AgID and the Ministry get. */
export const checksOf = (trial: Trial, config: GatewayConfig, uuid: string): readonly Check[] => {
  const { tenant } = trial
  const [first] = tenant.clients
  const ways = WAYS.filter((way) => tenant.methods[way])
  return [
    { name: 'discovery', run: () => discovery(trial) },
    { name: 'keys', run: async () => `${(await keysOf(trial)).length} published` },
    ...(first === undefined
      ? [
          {
            name: 'services',
            run: () => Promise.reject(new TrialFault('there is none: add one with varco client add')),
          },
        ]
      : tenant.languages.map((language) => ({
          name: `login page, ${language}`,
          run: async () => {
            const { page } = await begin(trial, first, { ui_locales: language })
            const words = wordsOf(page)
            const shown = [inLanguage(tenant.names, language), inLanguage(first.names, language)]
            if (!page.text.includes(`<html lang="${language}">`)) throw new TrialFault('comes in another language')
            const missing = shown.filter((text) => !words.includes(text))
            if (missing.length > 0) throw new TrialFault(`does not name ${missing.join(', ')}`)
            return `names ${shown.join(' and ')}`
          },
        }))),
    ...(tenant.methods.spid ? [{ name: 'SPID metadata', run: async () => spidMetadata(config, trial) }] : []),
    ...(tenant.methods.cie ? [{ name: 'CIE metadata', run: async () => cieMetadata(config, trial, uuid) }] : []),
    ...(tenant.methods.spid && first !== undefined
      ? ERRORS.map((code) => ({ name: `SPID error ${code}`, run: () => told(trial, code) }))
      : []),
    ...tenant.clients.flatMap((client) =>
      ways.map((way) => ({
        name: `${client.id} by ${names[way]}`,
        run: async () =>
          (await wholeLogin(trial, client, way, await keysOf(trial))) ??
          'not offered: the service wants what it cannot prove',
      })),
    ),
  ]
}

const read = async ({ tenant, send, regionalPort }: Trial, path: string): Promise<Json> => {
  const url = new URL(`${tenant.issuer}${path}`)
  const { status, text } = await send(regionalPort, { method: 'GET', url, headers: { accept: 'application/json' } })
  if (status !== 200) throw new TrialFault(`${path} answers ${status}`)
  return JSON.parse(text) as Json
}

const keysOf = async (trial: Trial): Promise<readonly Json[]> => (await read(trial, routes.jwks)).keys as Json[]

const discovery = async (trial: Trial): Promise<string> => {
  const { issuer } = await read(trial, '/.well-known/openid-configuration')
  if (issuer !== trial.tenant.issuer) throw new TrialFault(`names the issuer ${issuer}`)
  return String(issuer)
}

const size = (xml: string): string =>
  `accepted by every check, SHA-256 ${createHash('sha256').update(xml).digest('hex').slice(0, 16)}`

const lacking = (missing: readonly Missing[]): never => {
  throw new TrialFault(missing.map(({ path, fix }) => `${path} is missing: ${fix}`).join('; '))
}
const refused = (findings: readonly Finding[]): void => {
  if (findings.length > 0)
    throw new TrialFault(findings.map(({ id, reason, fix }) => `${id} ${reason}: ${fix}`).join('; '))
}

const spidMetadata = (config: GatewayConfig, { tenant: { id } }: Trial): string => {
  const tenant = config.tenants.find((one) => one.id === id)
  if (tenant === undefined) throw new TrialFault('is no tenant of the gateway')
  const made = spidMetadataOf(config, tenant)
  if ('missing' in made) return lacking(made.missing)
  refused(spidFindings(made.xml, tenant.spid.profile, certificateOwnerOf(config, tenant)))
  return size(made.xml)
}

const cieMetadata = (config: GatewayConfig, { tenant: { id }, now }: Trial, uuid: string): string => {
  const tenant = config.tenants.find((one) => one.id === id)
  if (tenant === undefined) throw new TrialFault('is no tenant of the gateway')
  const made = cieMetadataOf(config, tenant, uuid)
  if ('missing' in made) return lacking(made.missing)
  refused(cieFindings(made.xml, now()))
  return size(made.xml)
}

/** The provider says why there is no login, and the citizen reads it above the choice. */
const told = async (trial: Trial, code: number): Promise<string> => {
  for (const client of trial.tenant.clients) {
    const begun = await begin(trial, client)
    const door = doorOf(begun, 'spid')
    if (door === undefined) continue
    const { end } = await enter(trial, begun, 'spid', door, code)
    const title = /role="alert"[^>]*>\s*<h2[^>]*>(.*?)<\/h2>/s
      .exec(end.text)?.[1]
      ?.replace(/<[^>]+>/g, '')
      .trim()
    if (title === undefined) throw new TrialFault(`is not told to the citizen: ${end.status} at ${end.url.pathname}`)
    return `"${title}"`
  }
  return 'no service lets people in by SPID'
}
