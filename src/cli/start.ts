import { loadGatewayConfig } from '../config/load.ts'
import { formatProblems } from '../config/problem.ts'
import { configuredFindings } from '../service-provider/configured.ts'
import { pinLiveTenants } from '../tenant/immutable.ts'
import { findingText } from '../upstream/saml/finding.ts'
import { type Arguments, type Command, type ExitCode, jsonText, UsageError, type World } from './command.ts'
import { readRunnable } from './runnable.ts'

export const start: Command = {
  name: 'start',
  operands: [],
  options: '--config FILE [--workers N] [--check [--json]]',
  summary: 'starts the gateway, with N processes on a shared store; with --check only says whether it would start',
  run: async (args, world) => {
    const workers = workersOf(args)
    if (args.json) return checked(args, world)
    const loaded = await readRunnable(args, world)
    if (loaded === undefined || (args.check && loaded.broken !== undefined)) return 1
    const { config, warnings } = loaded
    world.err(formatProblems(warnings))
    if (args.check) {
      const refused = configuredFindings(config)
      for (const { at, findings } of refused)
        world.err(
          `${at}: AgID would not accept this certificate\n${findings.map((one) => `  ! ${findingText(one)}\n`).join('')}`,
        )
      const count = config.tenants.length
      world.out(`${args.config} is valid: ${count} tenant${count === 1 ? '' : 's'}\n`)
      return warnings.length + refused.length > 0 ? 2 : 0
    }
    const { stateDir, tenants } = config
    await pinLiveTenants({ stateDir, tenants, readFile: world.readers.readFile, writeFile: world.writeFile })
    await world.runGateway(config, { files: loaded, ...workers })
    return 0
  },
}

/** `--check` for programs. */
const checked = async ({ config: file, check }: Arguments, { readers, out }: World): Promise<ExitCode> => {
  if (!check || file === undefined)
    throw new UsageError('--json is for --check: varco start --config FILE --check --json.')
  const loaded = await loadGatewayConfig(file, readers)
  if ('problems' in loaded) {
    out(jsonText({ file, valid: false, problems: loaded.problems }))
    return 1
  }
  const certificates = configuredFindings(loaded.config)
  const { warnings: problems, config } = loaded
  out(jsonText({ file, valid: true, tenants: config.tenants.map(({ id }) => id), problems, certificates }))
  return problems.length + certificates.length > 0 ? 2 : 0
}

const MOST = 128

const workersOf = ({ workers }: Arguments): { readonly workers?: number } => {
  if (workers === undefined) return {}
  const count = Number(workers)
  if (!Number.isInteger(count) || count < 1 || count > MOST)
    throw new UsageError(`--workers is how many processes serve, 1 to ${MOST}: about one for each core.`)
  return { workers: count }
}
