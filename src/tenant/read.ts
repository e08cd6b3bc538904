/** From a tenant file that keeps its rules to the Tenant that the rest of the program knows. */
import { createHash } from 'node:crypto'
import type { Problem } from '../config/problem.ts'
import type { Reading } from '../config/references.ts'
import { isLoopback } from '../config/rules.ts'
import type { YamlFile } from '../config/yaml-file.ts'
import { cieAttributeNames, defaultSpidAttributes } from './attribute-names.ts'
import type { Region } from './region.ts'
import type { TenantFile } from './schema.ts'
import type { Client, SamlRegistration, Tenant } from './tenant.ts'

/** 128 random bits are 22 characters of base64url: anything shorter was typed by a person. */
const SHORTEST_SECRET = 22

/** What a tenant takes from the gateway. */
export interface Surroundings {
  readonly publicUrl: string
  readonly region: Region
  /** The ways in that the gateway has: what a tenant gets where its file says nothing. */
  readonly methods: Tenant['methods']
}

export const readTenant = (
  yaml: YamlFile,
  file: TenantFile,
  secrets: ReadonlyMap<string, readonly string[]>,
  { publicUrl, region, methods }: Surroundings,
  problems: Problem[],
): Tenant => {
  const report = (path: readonly string[], reason: string, fix: string) =>
    problems.push(yaml.problem(path, reason, fix))
  for (const method of ['spid', 'cie', 'cns'] as const) {
    if (file.methods[method] === true && !methods[method]) {
      report(
        ['methods', method],
        'is on, but the gateway has no such way in',
        `remove it, or add ${method} to the gateway's file`,
      )
    }
  }
  const { ipa_code: ipaCode, names } = file.organisation
  const { spid, cie } = file.federation
  const own = file.host
  const scheme =
    own !== undefined && isLoopback(new URL(`http://${own}`).hostname) ? new URL(publicUrl).protocol : 'https:'
  const acsUrl = (upstream: 'spid' | 'cie'): string => {
    const served = `${publicUrl}/t/${file.id}/saml/${upstream}/acs`
    const registered = file.federation[upstream].acs_url
    if (registered !== undefined && registered !== served) {
      report(
        ['federation', upstream, 'acs_url'],
        'is not an address of this gateway',
        `write ${served}, or set public_url right`,
      )
    }
    return served
  }
  const registrations = {
    spid: {
      entityId: spid.entity_id ?? `${publicUrl}/${spid.profile}/${ipaCode}`,
      acsUrl: acsUrl('spid'),
      attributeSets: spid.attribute_sets ?? [{ index: 0, name: 'base', attributes: defaultSpidAttributes }],
    },
    cie: {
      entityId: cie.entity_id ?? `${publicUrl}/cie/${ipaCode}`,
      acsUrl: acsUrl('cie'),
      attributeSets: [
        {
          index: 0,
          name: 'base',
          attributes: cieAttributeNames,
          ...(cie.service_uuid !== undefined && { serviceUuid: cie.service_uuid }),
        },
      ],
    },
  } satisfies Record<string, SamlRegistration>
  return {
    id: file.id,
    state: file.state,
    issuer: own === undefined ? `${publicUrl}/t/${file.id}` : `${scheme}//${own}`,
    mountPath: own === undefined ? `/t/${file.id}` : '',
    ...(own !== undefined && { host: own }),
    sector: file.sector ?? file.id,
    names,
    ipaCode,
    siteUrl: file.site_url,
    defaultLanguage: file.languages[0] ?? 'it',
    languages: file.languages,
    // as a whole: the telephone of one with the opening hours of the other would be wrong
    helpdesk: file.helpdesk ?? region.helpdesk,
    legal: { ...region.legal, ...legalOf(file.legal) },
    methods: {
      spid: file.methods.spid ?? methods.spid,
      cie: file.methods.cie ?? methods.cie,
      cns: file.methods.cns ?? methods.cns,
    },
    ...registrations,
    clients: file.clients.map(
      (client): Client => ({
        id: client.id,
        names: client.names,
        url: client.url,
        initiateLoginUri: client.initiate_login_uri ?? client.url,
        redirectUris: client.redirect_uris,
        postLogoutRedirectUris: client.post_logout_redirect_uris,
        minLevel: client.min_level,
        claims: client.claims,
        auth: client.auth,
        secrets: secrets.get(client.id) ?? [],
      }),
    ),
  }
}

/** Hex SHA-256 of every client's secrets, by client id: the secrets themselves are forgotten at once. */
export const readClientSecrets = async (
  yaml: YamlFile,
  file: TenantFile,
  reading: Reading,
  problems: Problem[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, readonly string[]>()
  for (const [client, { id, secrets }] of file.clients.entries()) {
    const hashes: string[] = []
    for (const [index, secret] of secrets.entries()) {
      if ('sha256' in secret) {
        hashes.push(secret.sha256)
        continue
      }
      const path = ['clients', client, 'secrets', index]
      const value = await reading.secret(yaml, path, secret)
      if (value !== '' && value.length < SHORTEST_SECRET) {
        const fix = 'generate one of 32 random bytes, and give the same to the service'
        problems.push(yaml.problem(path, `is shorter than ${SHORTEST_SECRET} characters`, fix))
      }
      hashes.push(createHash('sha256').update(value).digest('hex'))
    }
    found.set(id, hashes)
  }
  return found
}

export const legalOf = ({ privacy_url, accessibility_url }: TenantFile['legal']): Tenant['legal'] => ({
  ...(privacy_url !== undefined && { privacyUrl: privacy_url }),
  ...(accessibility_url !== undefined && { accessibilityUrl: accessibility_url }),
})
