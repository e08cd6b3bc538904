import { certificateOwnerOf } from '../service-provider/certificate.ts'
import { spidMetadataOf } from '../service-provider/spid-metadata.ts'
import { findingText } from '../upstream/saml/finding.ts'
import { metadataFindings } from '../upstream/spid/metadata-checks.ts'
import { type Command, jsonText } from './command.ts'
import { readConfiguration } from './configuration.ts'
import { findTenant, missingText } from './find-tenant.ts'

export const spidMetadataCommand: Command = {
  name: 'spid metadata',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary: 'prints the signed SPID metadata of a tenant, as its entityID serves it',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const loaded = await readConfiguration(args, world)
    const tenant = loaded && findTenant(loaded, id, world)
    if (loaded === undefined || tenant === undefined) return 1
    const { config } = loaded
    const made = spidMetadataOf(config, tenant)
    if ('missing' in made) {
      if (args.json) world.out(jsonText({ tenant: id, missing: made.missing }))
      else world.err(missingText(made.missing, tenant))
      return 1
    }
    const findings = metadataFindings(made.xml, tenant.spid.profile, certificateOwnerOf(config, tenant))
    if (args.json) world.out(jsonText({ tenant: id, entityId: tenant.spid.entityId, xml: made.xml, findings }))
    else world.out(made.xml)
    if (findings.length === 0) return 0
    if (!args.json)
      world.err(`AgID would not accept it:\n${findings.map((finding) => `${findingText(finding)}\n`).join('')}`)
    return 2
  },
}
