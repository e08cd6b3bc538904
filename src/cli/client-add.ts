import type { Plain } from '../config/yaml-edit.ts'
import { parseYaml } from '../config/yaml-file.ts'
import { presetNames, presets } from '../tenant/presets.ts'
import { handOver, newSecret } from './client-secret.ts'
import { type Command, jsonText, type ServiceOptions, UsageError } from './command.ts'
import { readTenantFile, writeTenantFile } from './edit-tenant.ts'

type Entry = Readonly<Record<string, Plain>>

export const clientAdd: Command = {
  name: 'client add',
  operands: ['TENANT', 'CLIENT'],
  options:
    '--config FILE --name TEXT --url URL --redirect-uri URI… [--preset P] [--claims C,C] [--set KEY=VALUE…] [--json]',
  summary: 'adds a service to a tenant’s file, with a secret that is shown once',
  run: async (args, world) => {
    const [id = '', clientId = ''] = args.operands
    const { service } = args
    if (service.name === undefined || service.url === undefined || service.redirectUris.length === 0) {
      throw new UsageError('What is it? Add --name TEXT, --url URL and --redirect-uri URI of the service.')
    }
    const tenantFile = await readTenantFile(args, world, id)
    if (tenantFile === undefined) return 1
    if (tenantFile.tenant.clients.some((one) => one.id === clientId)) {
      world.err(
        `${id} has a service ${clientId} already: choose another id, or type varco client rotate-secret ${id} ${clientId}. Nothing was written.\n`,
      )
      return 1
    }
    const { secret, sha256 } = newSecret()
    const described = entryOf(clientId, service)
    const wantsSecret = hasSecret(described)
    const entry = { ...described, ...(wantsSecret && { secrets: [{ sha256 }] }) }
    if (!(await writeTenantFile(tenantFile, [{ add: entry, to: ['clients'] }], args, world))) {
      world.err('A key that has no option of its own: --set KEY=VALUE, as --set email_fallback=synthetic.\n')
      return 1
    }
    const { file, tenant } = tenantFile
    const shown = wantsSecret ? { secret } : {}
    if (args.json) world.out(jsonText({ tenant: id, client: clientId, issuer: tenant.issuer, ...shown, file }))
    else {
      world.out(`${clientId} stands in ${file}. Its issuer is ${tenant.issuer}, its client id ${clientId}.\n`)
      if (wantsSecret) world.out(handOver({ secret, client: clientId, tenant: id }))
      world.out(`Running gateways take it up by: varco tenant apply ${id} --config ${args.config}\n`)
    }
    return 0
  },
}

/** What is not said is left to the defaults. Wrong values are for the rules of the file to name. */
const entryOf = (id: string, { name = '', url = '', preset, claims, redirectUris, set }: ServiceOptions): Entry => ({
  id,
  ...(preset !== undefined && { preset }),
  names: { it: name },
  url,
  redirect_uris: redirectUris,
  ...(claims !== undefined && { claims: claims.split(',') }),
  ...Object.fromEntries(set.map(keyAndValue)),
})

const keyAndValue = (text: string): readonly [string, Plain] => {
  const [, key, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
  const read = value === undefined ? undefined : parseYaml('--set', value)
  if (key === 'id' || key === 'secrets') throw new UsageError(`--set ${key} is not for you to say: leave it out.`)
  if (key === undefined || read === undefined || read.problems.length > 0)
    throw new UsageError(`--set ${text} says nothing: write key=value, as in the tenant's file: min_level=1.`)
  return [key, read.value as Plain]
}

const hasSecret = ({ auth, preset }: Entry): boolean => {
  const known = presetNames.find((name) => name === preset) ?? 'generic'
  return ![auth ?? presets[known].auth].some((method) => method === 'none' || method === 'private_key_jwt')
}
