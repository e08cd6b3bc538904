import { cieMetadataOf } from '../service-provider/cie-metadata.ts'
import { metadataFindings } from '../upstream/cie/metadata-checks.ts'
import { findingText } from '../upstream/saml/finding.ts'
import { type Command, jsonText } from './command.ts'
import { readConfiguration } from './configuration.ts'
import { findTenant, missingText } from './find-tenant.ts'

export const cieMetadataCommand: Command = {
  name: 'cie metadata',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary: 'prints the signed CIE metadata of a tenant, for the Ministry’s portal',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const loaded = await readConfiguration(args, world)
    const tenant = loaded && findTenant(loaded, id, world)
    if (loaded === undefined || tenant === undefined) return 1
    const { config } = loaded
    const made = cieMetadataOf(config, tenant, world.randomUuid())
    if ('missing' in made) {
      if (args.json) world.out(jsonText({ tenant: id, missing: made.missing }))
      else world.err(missingText(made.missing, tenant))
      return 1
    }
    const findings = metadataFindings(made.xml, world.now())
    if (args.json) world.out(jsonText({ tenant: id, entityId: tenant.cie.entityId, xml: made.xml, findings }))
    else world.out(made.xml)
    if (findings.length === 0) return 0
    if (!args.json)
      world.err(`The Ministry would not accept it:\n${findings.map((finding) => `${findingText(finding)}\n`).join('')}`)
    return 2
  },
}
