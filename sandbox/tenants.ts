/** The tenant files as the sandbox needs them: who the service providers are, and which sites to play. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Level } from './citizens.ts'
import { cieAttributes } from './saml/attributes.ts'
import type { ServiceProvider } from './saml/service-providers.ts'

export interface DemoClient {
  readonly id: string
  readonly name: string
  readonly minLevel: Level
  readonly auth: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly secret?: string
  readonly redirectUri: string
  readonly postLogoutRedirectUri?: string
}

export interface DemoTenant {
  readonly id: string
  /** `Comune di Ala`. */
  readonly name: string
  readonly issuer: string
  readonly languages: readonly string[]
  readonly registrations: { readonly spid: Registration; readonly cie: Registration }
  readonly clients: readonly DemoClient[]
}

/** All of a service provider but its certificate. */
export type Registration = Omit<ServiceProvider, 'certificate'>

/** The keys that are read here; src/tenant/schema.ts has the rules. */
interface TenantFile {
  readonly id: string
  readonly host?: string
  readonly organisation: { readonly ipa_code: string; readonly names: { readonly it: string } }
  readonly languages?: readonly string[]
  readonly methods?: { readonly eidas?: boolean }
  readonly federation?: {
    readonly spid?: {
      readonly profile?: string
      readonly entity_id?: string
      readonly attribute_sets?: readonly { readonly index: number; readonly attributes: readonly string[] }[]
    }
    readonly cie?: { readonly entity_id?: string }
  }
  readonly clients: readonly {
    readonly id: string
    readonly names: { readonly it: string }
    readonly min_level?: Level
    readonly auth?: DemoClient['auth']
    readonly redirect_uris: readonly [string, ...string[]]
    readonly post_logout_redirect_uris?: readonly string[]
    readonly secrets?: readonly (string | object)[]
  }[]
}

/** What SPID is asked for where the file names no set. */
const leastAttributes = ['fiscalNumber', 'name', 'familyName', 'dateOfBirth']

/** With fiscalNumber, which the rules allow: the one foreigner who has an Italian tax code brings it. */
const eidasSets = [
  { index: 99, attributes: ['spidCode', ...leastAttributes] },
  { index: 100, attributes: ['spidCode', ...leastAttributes, 'placeOfBirth', 'address', 'gender'] },
]

const secretOf = (secrets: readonly (string | object)[], env: Readonly<Record<string, string | undefined>>) => {
  const variable = secrets.flatMap((secret) =>
    typeof secret === 'string' ? (/^env:(.+)$/.exec(secret)?.[1] ?? []) : [],
  )[0]
  return variable === undefined ? undefined : env[variable]
}

const readTenant = (
  file: TenantFile,
  publicUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): DemoTenant => {
  const { id, organisation, federation = {} } = file
  const { ipa_code: ipaCode, names } = organisation
  const spidId = federation.spid?.entity_id ?? `${publicUrl}/${federation.spid?.profile ?? 'pub-ag-full'}/${ipaCode}`
  const registration = (
    upstream: 'spid' | 'cie',
    entityId: string,
    attributeSets: Registration['attributeSets'],
  ): Registration => ({
    entityId,
    name: names.it,
    acsUrls: [`${publicUrl}/t/${id}/saml/${upstream}/acs`],
    attributeSets,
  })
  return {
    id,
    name: names.it,
    issuer: file.host === undefined ? `${publicUrl}/t/${id}` : `${new URL(publicUrl).protocol}//${file.host}`,
    languages: file.languages ?? ['it'],
    registrations: {
      spid: registration('spid', spidId, [
        ...(federation.spid?.attribute_sets ?? [{ index: 0, attributes: leastAttributes }]),
        ...(file.methods?.eidas ? eidasSets : []),
      ]),
      cie: registration('cie', federation.cie?.entity_id ?? `${publicUrl}/cie/${ipaCode}`, [
        { index: 0, attributes: cieAttributes },
      ]),
    },
    clients: file.clients.map((client) => {
      const secret = secretOf(client.secrets ?? [], env)
      const back = client.post_logout_redirect_uris?.[0]
      return {
        id: client.id,
        name: client.names.it,
        minLevel: client.min_level ?? 2,
        auth: client.auth ?? 'client_secret_basic',
        redirectUri: client.redirect_uris[0],
        ...(secret === undefined ? {} : { secret }),
        ...(back === undefined ? {} : { postLogoutRedirectUri: back }),
      }
    }),
  }
}

/** Every `*.yaml` of a folder. `env` resolves `env:NAME` secrets. */
export const readTenants = (
  folder: string,
  publicUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly DemoTenant[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => readTenant(parse(readFileSync(join(folder, name), 'utf8')) as TenantFile, publicUrl, env))
