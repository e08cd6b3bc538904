import type { Plain } from '../config/yaml-edit.ts'
import { presetNames, presets } from '../tenant/presets.ts'
import { handOver, newSecret } from './client-secret.ts'
import { type Command, jsonText, type ServiceOptions, UsageError } from './command.ts'
import { readTenantFile, writeTenantFile } from './edit-tenant.ts'

export const clientAdd: Command = {
  name: 'client add',
  operands: ['TENANT', 'CLIENT'],
  options:
    '--config FILE --name TEXT --url URL --redirect-uri URI… [--logout-uri URI…] [--preset P] [--claims C,C] [--min-level N] [--auth METHOD] [--jwks-uri URI] [--json]',
  summary: 'adds a service to a tenant’s file, with a secret that is shown once',
  run: async (args, world) => {
    const [id = '', clientId = ''] = args.operands
    const { service } = args
    if (service.name === undefined || service.url === undefined || service.redirectUris.length === 0) {
      throw new UsageError('What is it? Add --name TEXT, --url URL and --redirect-uri URI of the service.')
    }
    const tenantFile = await readTenantFile(args, world, id)
    if (tenantFile === undefined) return 1
    const { secret, sha256 } = newSecret()
    const wantsSecret = hasSecret(service)
    const entry = entryOf(clientId, service, wantsSecret ? [{ sha256 }] : [])
    if (!(await writeTenantFile(tenantFile, [{ add: entry, to: ['clients'] }], args, world))) return 1
    const { file, tenant } = tenantFile
    const shown = wantsSecret ? { secret } : {}
    if (args.json) world.out(jsonText({ tenant: id, client: clientId, issuer: tenant.issuer, ...shown, file }))
    else {
      world.out(`${clientId} stands in ${file}. Its issuer is ${tenant.issuer}, its client id ${clientId}.\n`)
      if (wantsSecret) world.out(handOver({ secret, client: clientId, tenant: id }))
      world.out('Running gateways take it up when they are started again.\n')
    }
    return 0
  },
}

const hasSecret = ({ auth, preset }: ServiceOptions): boolean => {
  const known = presetNames.find((name) => name === preset) ?? 'generic'
  return !['none', 'private_key_jwt'].includes(auth ?? presets[known].auth)
}

/** What is not said is left to the defaults. Wrong values are for the rules of the file to name. */
const entryOf = (id: string, service: ServiceOptions, secrets: readonly Plain[]): Plain => ({
  id,
  ...(service.preset !== undefined && { preset: service.preset }),
  names: { it: service.name ?? '' },
  url: service.url ?? '',
  redirect_uris: service.redirectUris,
  ...(service.postLogoutRedirectUris.length > 0 && { post_logout_redirect_uris: service.postLogoutRedirectUris }),
  ...(service.minLevel !== undefined && {
    min_level: /^\d$/.test(service.minLevel) ? Number(service.minLevel) : service.minLevel,
  }),
  ...(service.claims !== undefined && { claims: service.claims.split(',') }),
  ...(service.auth !== undefined && { auth: service.auth }),
  ...(service.jwksUri !== undefined && { jwks_uri: service.jwksUri }),
  ...(secrets.length > 0 && { secrets }),
})
