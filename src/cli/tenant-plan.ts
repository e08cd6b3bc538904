/** What `varco tenant apply` would do. */
import { formatProblems } from '../config/problem.ts'
import type { Plain } from '../config/yaml-edit.ts'
import { inlineText } from '../config/yaml-text.ts'
import type { Change } from '../tenant/compare.ts'
import { type Command, jsonText } from './command.ts'
import { readAround } from './configuration.ts'
import { isTenantOf, type Planned, planOf, type Running, runningOf } from './rollout.ts'
import { waitingForStart, waitingText } from './waiting-for-start.ts'

const signs = { added: '+', changed: '~', removed: '-', new: '+' } as const
const receivers = {
  spid: 'SPID metadata changes: YES, send it to AgID',
  cie: 'CIE metadata changes: YES, send it to the Ministry',
}

const textOf = (value: Plain | undefined): string => (value === undefined ? '…' : inlineText(value))

const lineOf = ({ path, from, to, what }: Change): string => {
  if (from === undefined && to === undefined) return `    ${signs[what]} ${path}\n`
  const values = what === 'changed' ? `${textOf(from)} → ${textOf(to)}` : textOf(to ?? from)
  return `    ${signs[what]} ${path}: ${values}\n`
}

export const planText = (planned: readonly Planned[]): string =>
  planned
    .map(({ tenant, what, changes, metadata }) => {
      const unknown = what === 'changed' && changes === undefined
      return [
        `  ${signs[what]} ${tenant}${what === 'changed' ? '' : `  ${what}`}\n`,
        ...(unknown ? ['    what runs is not kept on this machine: its values are not known here\n'] : []),
        ...(changes ?? []).map(lineOf),
        ...metadata.map((upstream) => `    ! ${receivers[upstream]}\n`),
      ].join('')
    })
    .join('')

/** Who serves something else than the others. */
const standingText = ({ gateways, tenants }: Running): string => {
  if (gateways.length === 0)
    return 'No gateway runs: this is against what ran last, and takes effect at the next start.\n'
  const sets = new Set(gateways.map(({ tenantsHash }) => tenantsHash))
  const older = gateways.filter(({ id }) => !tenants.has(id)).map(({ id }) => id)
  return [
    ...(older.length > 0 ? [`Not known of ${older.join(', ')}: of another version, or just started.\n`] : []),
    ...(sets.size > 1
      ? [`The ${gateways.length} gateways do not serve the same: varco tenant apply brings them in step.\n`]
      : []),
  ].join('')
}

export const tenantPlan: Command = {
  name: 'tenant plan',
  operands: ['[TENANT]'],
  options: '--config FILE [--json]',
  summary: 'shows what varco tenant apply would change: values, services, and whether metadata must be sent again',
  run: async (args, world) => {
    const [only] = args.operands
    const around = await readAround(args, world)
    if (around === undefined) return 1
    const running = await runningOf(around, world.now)
    if (only !== undefined && !isTenantOf(around, running, only, world)) return 1
    const planned = await planOf(around, running, only)
    const files = new Set(around.broken.filter(({ id }) => only === undefined || id === only).map(({ file }) => file))
    const problems = around.problems.filter(({ file }) => files.has(file))
    world.err(formatProblems(problems))
    const standing = standingText(running)
    const atStart = waitingForStart(around, running, args.config)
    if (args.json) {
      const gateways = running.gateways.map(({ id, tenantsHash, broken, differs }) => ({
        id,
        tenantsHash,
        broken,
        differs,
      }))
      world.out(jsonText({ gateways, tenants: planned, atStart, problems }))
    } else {
      world.err(standing)
      const nothing =
        atStart.length > 0 ? 'No tenant changes.\n' : 'Nothing changes: what runs is what the files say.\n'
      world.out(planned.length === 0 ? nothing : planText(planned))
      world.out(waitingText(atStart))
    }
    return problems.length > 0 ? 1 : standing === '' && atStart.length === 0 ? 0 : 2
  },
}
