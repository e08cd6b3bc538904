import { createHash } from 'node:crypto'
import { strToU8, type Zippable, zipSync } from 'fflate'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { certificateOwnerOf } from '../service-provider/certificate.ts'
import { spidMetadataOf } from '../service-provider/spid-metadata.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { findingText } from '../upstream/saml/finding.ts'
import { metadataFindings } from '../upstream/spid/metadata-checks.ts'
import { type Arguments, type Command, jsonText, UsageError, type World } from './command.ts'
import { readConfiguration } from './configuration.ts'
import { findTenant, missingText } from './find-tenant.ts'

export const spidSubmission: Command = {
  name: 'spid submission',
  operands: [],
  options: '--config FILE --tenants A,B|all --out FILE.zip [--json]',
  summary: 'checks the SPID metadata of tenants and packs them for AgID, with a summary',
  run: async (args, world) => {
    const { out } = args
    if (out === undefined) throw new UsageError('Where to? Add --out FILE.zip.')
    const config = (await readConfiguration(args, world))?.config
    const tenants = config && chosen(config, args, world)
    if (config === undefined || tenants === undefined) return 1

    const documents = tenants.map((tenant) => ({ tenant, ...judged(config, tenant) }))
    const refused = documents.filter(({ trouble }) => trouble !== '')
    if (refused.length > 0) {
      for (const { tenant, trouble } of refused) world.err(`${tenant.id}\n${trouble}`)
      world.err(`Nothing is written: ${refused.length} of ${documents.length} would not be accepted.\n`)
      return 1
    }
    const now = new Date(world.now())
    const files: Zippable = Object.fromEntries(
      documents.map(({ tenant, xml }) => [`${tenant.id}.xml`, strToU8(xml)] as const),
    )
    files['summary.json'] = strToU8(`${JSON.stringify(summaryOf(config, documents, now), null, 2)}\n`)
    await writeZip(out, zipSync(files, { mtime: now }), world)
    world.out(
      args.json
        ? jsonText({ file: out, tenants: tenants.map(({ id }) => id) })
        : `${out}: ${documents.length} metadata file${documents.length === 1 ? '' : 's'} and summary.json\n`,
    )
    return 0
  },
}

interface Document {
  readonly tenant: Tenant
  readonly xml: string
}

/** Each once, in the order of the command line; undefined once the error output has named one that is not there. */
const chosen = (config: GatewayConfig, { tenants: wanted }: Arguments, world: World): readonly Tenant[] | undefined => {
  if (wanted === undefined) throw new UsageError('Which tenants? Add --tenants a,b or --tenants all.')
  if (wanted === 'all') return config.tenants
  const found = [...new Set(wanted.split(','))].map((id) => findTenant({ config }, id, world))
  return found.every((tenant) => tenant !== undefined) ? found : undefined
}

const judged = (config: GatewayConfig, tenant: Tenant): { readonly xml: string; readonly trouble: string } => {
  const made = spidMetadataOf(config, tenant)
  if ('missing' in made) return { xml: '', trouble: missingText(made.missing, tenant) }
  const findings = metadataFindings(made.xml, tenant.spid.profile, certificateOwnerOf(config, tenant))
  return { xml: made.xml, trouble: findings.map((finding) => `  ✗ ${findingText(finding)}\n`).join('') }
}

/** The aggregated bodies with contact, services, levels and attributes, as AgID's convention wants the list kept. */
const summaryOf = ({ aggregator }: GatewayConfig, documents: readonly Document[], now: Date) => ({
  created: now.toISOString(),
  aggregator: {
    name: aggregator.name,
    ipa_code: aggregator.ipaCode,
    vat_number: aggregator.vatNumber,
    fiscal_code: aggregator.fiscalCode,
    email: aggregator.email,
    phone: aggregator.phone,
  },
  bodies: documents.map(({ tenant, xml }) => ({
    name: tenant.names.it,
    ipa_code: tenant.ipaCode,
    entity_id: tenant.spid.entityId,
    profile: tenant.spid.profile,
    contact: { ...tenant.helpdesk, hours: undefined, ...tenant.spid.contact },
    metadata: { file: `${tenant.id}.xml`, sha256: createHash('sha256').update(xml).digest('hex') },
    attribute_sets: tenant.spid.attributeSets.map(({ index, name, attributes }) => ({ index, name, attributes })),
    services: tenant.clients.map(({ id, names, url, minLevel, attributeSet }) => ({
      id,
      name: names.it,
      url,
      level: minLevel,
      attribute_set: attributeSet,
    })),
  })),
})

const writeZip = async (out: string, zip: Uint8Array, { createFile }: World): Promise<void> => {
  try {
    await createFile(out, zip)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new UsageError(`${out} is there already and stays as it is: name another file with --out.`)
  }
}
