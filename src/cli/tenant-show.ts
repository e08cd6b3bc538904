import { inlineText } from '../config/yaml-text.ts'
import { type EffectiveValue, effectiveOf } from '../tenant/effective.ts'
import { type Command, jsonText } from './command.ts'
import { readTenantFile } from './edit-tenant.ts'

export const tenantShow: Command = {
  name: 'tenant show',
  operands: ['TENANT'],
  options: '--config FILE [--effective] [--json]',
  summary: 'shows a tenant’s file; with --effective every value that counts, and where each comes from',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const found = await readTenantFile(args, world, id)
    if (found === undefined) return 1
    const { tenant, text, plain, file, region } = found
    if (!args.effective) {
      world.out(args.json ? jsonText(plain) : text)
      return 0
    }
    const values = effectiveOf(tenant, plain, region)
    if (args.json) world.out(jsonText({ tenant: id, file, values }))
    else world.out(textOf(values))
    return 0
  },
}

const textOf = (values: readonly EffectiveValue[]): string => {
  const lines = values.map(({ path, value, origin }) => [`${path}: ${inlineText(value)}`, origin] as const)
  const width = Math.min(72, Math.max(...lines.map(([line]) => line.length)))
  return lines.map(([line, origin]) => `${line.padEnd(width)}  # ${origin}\n`).join('')
}
