import type { GatewayConfig } from '../config/gateway-config.ts'
import { backUp } from '../keyring/backup/backup.ts'
import { restoreKeys, restoreState } from '../keyring/backup/restore.ts'
import { fingerprintOf } from '../keyring/subject-key.ts'
import { type Command, type ExitCode, jsonText, UsageError, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { keyringOf } from './keys.ts'

export const backup: Command = {
  name: 'backup',
  operands: ['FILE'],
  options: '--config FILE [--json]',
  summary: 'copies state_dir into a new file, sealed as it is, also while gateways run; read again and verified',
  run: async (args, world) => {
    const [file = ''] = args.operands
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const { stateDir, masterKeys } = config
    const report = await backUp({ stateDir, file, masterKeys, now: world.now })
    const opens = masterKeys.map(({ id }) => id)
    if (args.json) world.out(jsonText({ file, ...report, masterKeys: opens }))
    else {
      world.out(`${file}: ${report.files} files, ${report.size} bytes, read again and verified.\n`)
      world.out(
        `It opens with the master keys ${opens.join(', ')}. Keep those and the subject key elsewhere: it is worth nothing without them.\n`,
      )
    }
    for (const name of report.leftOut) world.err(`${name} is neither a file nor a folder and was left out.\n`)
    return report.leftOut.length > 0 ? 2 : 0
  },
}

export const restore: Command = {
  name: 'restore',
  operands: ['FILE'],
  options: '--config FILE [--tenants T,T|all] [--json]',
  summary: 'brings state_dir back into an empty folder; with --tenants only keys, of tenants that have none',
  run: async (args, world) => {
    const [file = ''] = args.operands
    if (args.tenant !== undefined) throw new UsageError(`Type: varco restore FILE --tenants ${args.tenant}.`)
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const source = { ...config, file, fingerprint: fingerprintOf(config.subjectKey) }
    if (args.tenants !== undefined) return onlyKeys(source, args.tenants, args.json, world)
    const { files, time } = await restoreState(source)
    world.out(
      args.json
        ? jsonText({ stateDir: config.stateDir, files, time })
        : `${config.stateDir}: ${files} files, as they were on ${time}. Start the gateways, then look: varco keys list --config FILE.\n`,
    )
    return 0
  },
}

const onlyKeys = async (
  source: GatewayConfig & { readonly file: string; readonly fingerprint: string },
  tenants: string,
  json: boolean,
  world: World,
): Promise<ExitCode> => {
  const standing = new Set((await keyringOf(source, world).epochs()).keys())
  const wanted = tenants === 'all' ? undefined : tenants.split(',')
  const { restored, unknown, time } = await restoreKeys({ ...source, tenants: wanted, standing })
  const kept = (wanted ?? []).filter((tenant) => standing.has(tenant))
  if (json) world.out(jsonText({ restored, unknown, kept, time }))
  else {
    const list = restored.length === 0 ? 'Nobody' : restored.join(', ')
    world.out(`${list}: keys of ${time}. Running gateways find them at the next request.\n`)
  }
  for (const tenant of kept) world.err(`${tenant} has keys: they stay as they are.\n`)
  for (const tenant of unknown) world.err(`${tenant} has no keys in ${source.file}.\n`)
  return kept.length + unknown.length > 0 ? 2 : 0
}
