/** What a tenant still lacks before testers, or citizens, may come: what its file cannot say by rules of its own. */
import { X509Certificate } from 'node:crypto'
import type { GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import { certificateOwnerOf } from '../service-provider/certificate.ts'
import { cieMetadataOf } from '../service-provider/cie-metadata.ts'
import type { Missing } from '../service-provider/missing.ts'
import { spidMetadataOf } from '../service-provider/spid-metadata.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { metadataFindings as cieFindings } from '../upstream/cie/metadata-checks.ts'
import type { Finding } from '../upstream/saml/finding.ts'
import { metadataFindings as spidFindings } from '../upstream/spid/metadata-checks.ts'

export interface Lack {
  /** A key of its file, or what else it is about. */
  readonly what: string
  readonly reason: string
  readonly fix: string
}

const DAY = 24 * 60 * 60 * 1000
const DECLARATION_DAYS = 365

/** What nobody could even try out. */
export const lacksForTest = ({ id, methods, helpdesk, clients }: Tenant, now: number): readonly Lack[] => [
  ...(Object.values(methods).includes(true)
    ? []
    : [
        { what: 'methods', reason: 'lets nobody in', fix: 'switch spid, cie or cns on, here or in the gateway’s file' },
      ]),
  ...((helpdesk.phone ?? helpdesk.email ?? helpdesk.formUrl)
    ? []
    : [{ what: 'helpdesk', reason: 'is missing', fix: 'add a phone or an email, here or in the region’s file' }]),
  ...(clients.length > 0
    ? []
    : [{ what: 'clients', reason: 'has no service', fix: `varco client add ${id} CLIENT --config FILE …` }]),
  ...clients.flatMap((client, index) =>
    client.secrets.length > 0 && client.secrets.every(({ notAfter = now + 1 }) => notAfter <= now)
      ? [
          {
            what: `clients[${index}].secrets`,
            reason: 'have all ended',
            fix: `varco client rotate-secret ${id} ${client.id} --config FILE`,
          },
        ]
      : [],
  ),
]

/** `hasKeys`: the keyring has its signing keys. */
export const lacksForLive = (
  config: GatewayConfig,
  tenant: Tenant,
  { now, hasKeys }: { readonly now: number; readonly hasKeys: boolean },
): readonly Lack[] => [
  ...lacksForTest(tenant, now),
  ...(hasKeys
    ? []
    : [
        {
          what: 'keys',
          reason: 'are not made',
          fix: `varco keys create ${tenant.id} --config FILE, then back up state_dir`,
        },
      ]),
  ...declaration(tenant, now),
  ...days(tenant),
  ...(tenant.methods.spid || tenant.methods.eidas ? spid(config, tenant, now) : []),
  ...(tenant.methods.cie ? cie(config, tenant, now) : []),
]

const declaration = ({ legal }: Tenant, now: number): readonly Lack[] => {
  const what = 'legal.accessibility_declared'
  // that there is a declaration at all is a rule of the file
  if (legal.accessibilityUrl === undefined) return []
  const on = legal.accessibilityDeclared
  if (on === undefined)
    return [{ what, reason: 'is missing', fix: 'write the day of the declaration: it is due every year' }]
  const old = Math.floor((now - Date.parse(on)) / DAY)
  return old > DECLARATION_DAYS
    ? [{ what, reason: `was ${old} days ago`, fix: 'declare again on form.agid.gov.it, and write the new day' }]
    : []
}

/** What others did, as far as the file knows. */
const days = ({ golive, methods }: Tenant): readonly Lack[] => {
  const all: readonly (readonly [key: string, day: string | undefined, isNeeded: boolean, fix: string])[] = [
    ['agreement', golive.agreement, true, 'write the day on which the agreement with the region was signed'],
    ['spid_metadata', golive.spidMetadata, methods.spid, 'write the day on which AgID took the metadata: docs/spid.md'],
    ['cie_metadata', golive.cieMetadata, methods.cie, 'write the day on which the Ministry took them: docs/cie.md'],
  ]
  return all.flatMap(([key, day, isNeeded, fix]) =>
    isNeeded && day === undefined ? [{ what: `golive.${key}`, reason: 'is missing', fix }] : [],
  )
}

const spid = (config: GatewayConfig, tenant: Tenant, now: number): readonly Lack[] => {
  const made = spidMetadataOf(config, tenant)
  if ('missing' in made) return made.missing.map(asLack)
  const found = spidFindings(made.xml, tenant.spid.profile, certificateOwnerOf(config, tenant))
  return [
    ...certificate('SPID', tenant.spid.signing ?? config.aggregator.spid, now),
    ...found.map(refused('SPID metadata')),
  ]
}

const cie = (config: GatewayConfig, tenant: Tenant, now: number): readonly Lack[] => {
  const made = cieMetadataOf(config, tenant)
  if ('missing' in made) return made.missing.map(asLack)
  const pair = tenant.cie.signing ?? config.aggregator.cie
  return [...certificate('CIE', pair, now), ...cieFindings(made.xml, now).map(refused('CIE metadata'))]
}

const certificate = (system: string, pair: Pick<SamlKeyPair, 'certificate'>, now: number): readonly Lack[] => {
  const end = new X509Certificate(pair.certificate).validToDate
  if (end.getTime() > now) return []
  const reason = `ended on ${end.toISOString().slice(0, 10)}`
  return [
    { what: `${system} certificate`, reason, fix: 'make another: varco spid certificate --config FILE --out DIR' },
  ]
}

const refused =
  (what: string) =>
  ({ id, reason, fix }: Finding): Lack => ({ what: `${what}, ${id}`, reason, fix })

const asLack = ({ file, path, fix }: Missing): Lack => ({
  what: path,
  reason: `is missing in the ${file === 'gateway' ? 'gateway’s' : 'tenant’s'} file`,
  fix: `add it: ${fix}`,
})

export const lacksText = (lacks: readonly Lack[]): string =>
  lacks.map(({ what, reason, fix }) => `  ✗ ${what}  ${reason}\n           → ${fix}\n`).join('')
