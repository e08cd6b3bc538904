/** From a tenant file that keeps its rules to the Tenant that the rest of the program knows. */
import { createHash } from 'node:crypto'
import type { Path, Problem } from '../config/problem.ts'
import type { Reading } from '../config/references.ts'
import { isLoopback } from '../config/rules.ts'
import type { YamlFile } from '../config/yaml-file.ts'
import { defaultSpidAttributes, eidasAttributeNames } from './attribute-names.ts'
import { lifetimesOf } from './lifetimes.ts'
import { noticesOf } from './notices.ts'
import { readClient } from './read-client.ts'
import { aboutBody, attributeSetOf, cieServiceOf, faceOf, type OwnSignings } from './read-federation.ts'
import type { Region } from './region.ts'
import type { TenantFile } from './schema.ts'
import type { ClientSecret, Picture, SamlRegistration, Tenant } from './tenant.ts'

/** 128 random bits are 22 characters of base64url: anything shorter was typed by a person. */
const SHORTEST_SECRET = 22

/** What a tenant takes from the gateway. */
export interface Surroundings {
  readonly publicUrl: string
  readonly region: Region
  /** The ways in that the gateway has: what a tenant gets where its file says nothing. */
  readonly methods: Tenant['methods']
  /** Which set the eIDAS node is asked for, where the gateway has it. */
  readonly eidasIndex?: 99 | 100
}

export const readTenant = (
  yaml: YamlFile,
  file: TenantFile,
  secrets: ReadonlyMap<string, readonly ClientSecret[]>,
  { publicUrl, region, methods, eidasIndex }: Surroundings,
  problems: Problem[],
  signings: OwnSignings = {},
  logo?: Picture,
): Tenant => {
  const report = (path: Path, reason: string, fix: string) => problems.push(yaml.problem(path, reason, fix))
  for (const method of ['spid', 'cie', 'cns', 'eidas'] as const) {
    if (file.methods[method] === true && !methods[method]) {
      report(
        ['methods', method],
        'is on, but the gateway has no such way in',
        `remove it, or add ${method} to the gateway's file and to method_order of the region's`,
      )
    }
  }
  const { ipa_code: ipaCode, names } = file.organisation
  const { spid, cie } = file.federation
  const own = file.host
  const scheme =
    own !== undefined && isLoopback(new URL(`http://${own}`).hostname) ? new URL(publicUrl).protocol : 'https:'
  const address = (upstream: 'spid' | 'cie', endpoint: 'acs' | 'slo'): string => {
    const served = `${publicUrl}/t/${file.id}/saml/${upstream}/${endpoint}`
    const registered = file.federation[upstream][`${endpoint}_url`]
    if (registered !== undefined && registered !== served) {
      report(
        ['federation', upstream, `${endpoint}_url`],
        'is not an address of this gateway',
        `write ${served}, or set public_url right`,
      )
    }
    return served
  }
  const registrations = {
    spid: {
      entityId: spid.entity_id ?? `${publicUrl}/${spid.profile}/${ipaCode}`,
      acsUrl: address('spid', 'acs'),
      sloUrl: address('spid', 'slo'),
      attributeSets: spid.attribute_sets?.map(attributeSetOf) ?? [
        { index: 0, name: 'base', serviceNames: { it: 'Servizi online' }, attributes: defaultSpidAttributes },
      ],
      ...aboutBody(spid),
      ...(signings.spid !== undefined && { signing: signings.spid }),
    },
    cie: {
      entityId: cie.entity_id ?? `${publicUrl}/cie/${ipaCode}`,
      acsUrl: address('cie', 'acs'),
      sloUrl: address('cie', 'slo'),
      attributeSets: [cieServiceOf(cie)],
      contact: cie.contact,
      ...(signings.cie !== undefined && { signing: signings.cie }),
    },
  } satisfies Pick<Tenant, 'spid' | 'cie'>
  const eidas =
    file.methods.eidas === true && eidasIndex !== undefined ? eidasOf(registrations.spid, eidasIndex) : undefined
  for (const [place, { index }] of (eidas && spid.attribute_sets?.entries()) ?? []) {
    if (index in eidasAttributeNames) {
      report(
        ['federation', 'spid', 'attribute_sets', place, 'index'],
        `${index} is an index of the eIDAS node, which is on`,
        'give the set an index below 99',
      )
    }
  }
  const legal = { ...region.legal, ...legalOf(file.legal) }
  if (file.state === 'live') {
    for (const [key, url, what] of [
      ['privacy_url', legal.privacyUrl, 'the privacy notice'],
      ['accessibility_url', legal.accessibilityUrl, 'the accessibility declaration on form.agid.gov.it'],
    ] as const) {
      if (url !== undefined) continue
      report(
        ['legal', key],
        'is missing, and the tenant is live',
        `add the address of ${what}, here or in the region's file`,
      )
    }
  }
  return {
    id: file.id,
    kind: file.kind,
    state: file.state,
    ...(file.succeeded_by !== undefined && { succeededBy: file.succeeded_by }),
    issuer: own === undefined ? `${publicUrl}/t/${file.id}` : `${scheme}//${own}`,
    mountPath: own === undefined ? `/t/${file.id}` : '',
    ...(own !== undefined && { host: own }),
    sector: file.sector ?? file.id,
    names,
    ...faceOf(file),
    ipaCode,
    siteUrl: file.site_url,
    defaultLanguage: file.languages[0] ?? 'it',
    languages: file.languages,
    // as a whole: the telephone of one with the opening hours of the other would be wrong
    helpdesk: file.helpdesk === undefined ? region.helpdesk : helpdeskOf(file.helpdesk),
    legal,
    golive: goliveOf(file.golive),
    branding: {
      ...(file.branding.colour !== undefined && { colour: file.branding.colour.toLowerCase() }),
      ...(file.branding.text !== undefined && { text: file.branding.text }),
      ...(logo !== undefined && { logo }),
    },
    methods: {
      spid: file.methods.spid ?? methods.spid,
      cie: file.methods.cie ?? methods.cie,
      cns: file.methods.cns ?? methods.cns,
      // off unless it is asked for: it changes the SPID metadata, which AgID must validate again
      eidas: file.methods.eidas ?? false,
    },
    ...registrations,
    ...(eidas !== undefined && { eidas }),
    lifetimes: lifetimesOf(file.lifetimes, region.lifetimes),
    notices: noticesOf(file.notices),
    ...(file.single_sign_on !== undefined && {
      singleSignOn: { seconds: Math.round(file.single_sign_on.hours * 3600) },
    }),
    clients: file.clients.map((client, index) =>
      readClient(client, {
        sets: (file.methods.spid ?? methods.spid) ? registrations.spid.attributeSets : undefined,
        secrets: secrets.get(client.id) ?? [],
        report: (path, reason, fix) => report(['clients', index, ...path], reason, fix),
      }),
    ),
  }
}

/** The node knows the Comune by its SPID metadata, so it answers where that says: docs/design/0002-eidas-acs.md. */
const eidasOf = ({ entityId, acsUrl, sloUrl }: SamlRegistration, index: 99 | 100): SamlRegistration => ({
  entityId,
  acsUrl,
  sloUrl,
  attributeSets: [{ index, name: 'eIDAS', attributes: eidasAttributeNames[index] }],
})

/** The hashes of every client's secrets, by client id: the secrets themselves are forgotten at once. */
export const readClientSecrets = async (
  yaml: YamlFile,
  file: TenantFile,
  reading: Reading,
  problems: Problem[],
): Promise<ReadonlyMap<string, readonly ClientSecret[]>> => {
  const found = new Map<string, readonly ClientSecret[]>()
  for (const [client, { id, secrets }] of file.clients.entries()) {
    const hashes: ClientSecret[] = []
    for (const [index, secret] of secrets.entries()) {
      if ('sha256' in secret) {
        const { sha256, not_after: end } = secret
        hashes.push({ sha256, ...(end !== undefined && { notAfter: Date.parse(end) }) })
        continue
      }
      const path = ['clients', client, 'secrets', index]
      const value = await reading.secret(yaml, path, secret)
      if (value !== '' && value.length < SHORTEST_SECRET) {
        const fix = 'generate one of 32 random bytes, and give the same to the service'
        problems.push(yaml.problem(path, `is shorter than ${SHORTEST_SECRET} characters`, fix))
      }
      hashes.push({ sha256: createHash('sha256').update(value).digest('hex') })
    }
    found.set(id, hashes)
  }
  return found
}

const goliveOf = ({ agreement, spid_metadata, cie_metadata }: TenantFile['golive']): Tenant['golive'] => ({
  ...(agreement !== undefined && { agreement }),
  ...(spid_metadata !== undefined && { spidMetadata: spid_metadata }),
  ...(cie_metadata !== undefined && { cieMetadata: cie_metadata }),
})

export const helpdeskOf = ({ form_url, ...rest }: NonNullable<TenantFile['helpdesk']>): Tenant['helpdesk'] => ({
  ...rest,
  ...(form_url !== undefined && { formUrl: form_url }),
})

export const legalOf = ({
  privacy_url,
  accessibility_url,
  accessibility_declared,
  notes_url,
}: TenantFile['legal']): Tenant['legal'] => ({
  ...(privacy_url !== undefined && { privacyUrl: privacy_url }),
  ...(accessibility_url !== undefined && { accessibilityUrl: accessibility_url }),
  ...(accessibility_declared !== undefined && { accessibilityDeclared: accessibility_declared }),
  ...(notes_url !== undefined && { notesUrl: notes_url }),
})
