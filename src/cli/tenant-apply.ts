/** Makes every gateway serve what the files say, and waits until each says that it does. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { formatProblems } from '../config/problem.ts'
import type { Control } from '../operations/control.ts'
import type { Presence } from '../operations/presence.ts'
import { fulfils, type Wanted, withLater } from '../operations/rollout.ts'
import { hashesOf } from '../tenant/hash.ts'
import { type Command, type ExitCode, jsonText, type World } from './command.ts'
import { type Around, readAround } from './configuration.ts'
import { withControl } from './control.ts'
import { isTenantOf, type Planned, planOf, type Running, runningOf, tenantsOf } from './rollout.ts'
import { planText } from './tenant-plan.ts'
import { waitingForStart, waitingText } from './waiting-for-start.ts'

/** Milliseconds between two looks, and how many of them: a gateway looks every second, and a thousand tenants take some. */
const LOOK = 250
const LOOKS = 240

interface Result {
  readonly gateway: string
  readonly state: 'serves' | 'differs' | 'silent'
  /** Whose files are others there. */
  readonly tenants?: readonly string[]
}

/** @param ids of what was wanted: this, and whatever others have wanted since. */
const stateOf = (one: Presence, running: Running, wanted: Wanted, ids: readonly string[] = []): Result => {
  const { id: gateway, differs } = one
  const tenants = running.tenants.get(gateway)
  if (tenants !== undefined && fulfils(tenants, wanted)) return { gateway, state: 'serves' }
  const differing = differs?.tenants.filter((id) => Object.hasOwn(wanted.tenants, id)) ?? []
  return differs !== undefined && ids.includes(differs.wanted) && differing.length > 0
    ? { gateway, state: 'differs', tenants: differing }
    : { gateway, state: 'silent' }
}

/** What somebody has wanted after this, the earliest first. */
const since = async (control: Control, { id }: Wanted): Promise<readonly Wanted[]> => {
  const ids = await control.wantedIds()
  const later = await Promise.all(ids.slice(ids.indexOf(id) + 1).map((one) => control.wanted(one)))
  return ids.includes(id) ? later.flatMap((one) => one ?? []) : []
}

interface RolledOut {
  readonly results: readonly Result[]
  /** Of this, what another has wanted otherwise meanwhile, and who. */
  readonly overruled: readonly { readonly tenant: string; readonly by: string }[]
}

/** Until each gateway has said something, but not for ever. */
const rolledOut = async (control: Control, wanted: Wanted): Promise<RolledOut> => {
  await control.want(wanted)
  let results: readonly Result[] = []
  let later: readonly Wanted[] = []
  for (let look = 0; look < LOOKS; look++) {
    await pause(LOOK)
    const gateways = (await control.gateways()).filter(({ draining }) => !draining)
    const running = { gateways, tenants: await tenantsOf(gateways, control) }
    later = await since(control, wanted)
    const ids = [wanted, ...later].map(({ id }) => id)
    results = gateways.map((one) => stateOf(one, running, withLater(wanted, later), ids))
    if (results.every(({ state }) => state !== 'silent')) break
  }
  const otherwise = (tenant: string) => later.findLast(({ tenants }) => Object.hasOwn(tenants, tenant))
  const overruled = Object.entries(wanted.tenants).flatMap(([tenant, hash]) => {
    const last = otherwise(tenant)
    return last === undefined || last.tenants[tenant] === hash ? [] : [{ tenant, by: last.by }]
  })
  return { results, overruled }
}

const complaint = ({ gateway, state, tenants = [] }: Result): string =>
  state === 'differs'
    ? `✗ ${gateway}: its copy of the folder differs in ${tenants.join(', ')}\n    → bring it in step with this one, then type this again\n`
    : `✗ ${gateway}: has not said that it serves this\n    → see its log; varco status --config FILE says what it serves\n`

const wantedOf = (
  around: Around,
  planned: readonly Planned[],
  only: string | undefined,
  { now, user }: World,
): Wanted => {
  const gone = planned.filter(({ what }) => what === 'removed').map(({ tenant }) => [tenant, null] as const)
  const sources = around.sources.filter(({ tenant }) => only === undefined || tenant.id === only)
  const tenants = { ...hashesOf(sources.map(({ tenant }) => tenant)), ...Object.fromEntries(gone) }
  return { id: randomUUID(), at: now(), by: user, tenants }
}

export const tenantApply: Command = {
  name: 'tenant apply',
  operands: ['[TENANT]'],
  options: '--config FILE [--json]',
  summary: 'makes every running gateway serve what the files say, of all tenants or of one, without a restart',
  run: async (args, world): Promise<ExitCode> => {
    const [only] = args.operands
    const around = await readAround(args, world)
    if (around === undefined) return 1
    const running = await runningOf(around, world.now)
    if (only !== undefined && !isTenantOf(around, running, only, world)) return 1
    const files = new Set(around.broken.filter(({ id }) => only === undefined || id === only).map(({ file }) => file))
    if (files.size > 0) {
      world.err(formatProblems(around.problems.filter(({ file }) => files.has(file))))
      const others = only === undefined ? ' The others one by one: varco tenant apply TENANT.' : ''
      world.err(`Nothing was applied.${others}\n`)
      return 1
    }
    if (running.gateways.length === 0) {
      world.err('No gateway runs here: the files take effect when one starts. Type: varco start --config FILE.\n')
      return 3
    }
    if (!args.json) world.err(waitingText(waitingForStart(around, running, args.config)))
    const planned = await planOf(around, running, only)
    const wanted = wantedOf(around, planned, only, world)
    const isDone = running.gateways.every((one) => stateOf(one, running, wanted).state === 'serves')
    if (isDone && !args.json) {
      world.out('Nothing to apply: every gateway serves what the files of the tenants say.\n')
      return 0
    }
    if (!args.json) world.out(planText(planned))
    const { results, overruled }: RolledOut = isDone
      ? { results: running.gateways.map((one) => stateOf(one, running, wanted)), overruled: [] }
      : await withControl(around.config, world.now, (control) => rolledOut(control, wanted))
    const amiss = results.filter(({ state }) => state !== 'serves')
    if (args.json) world.out(jsonText({ applied: amiss.length === 0, tenants: planned, gateways: results, overruled }))
    else {
      for (const { tenant, by } of overruled)
        world.err(`  ! ${tenant}: ${by} has applied another version meanwhile, which counts\n`)
      for (const one of amiss) world.err(complaint(one))
      const served = results.length - amiss.length
      if (served > 0) world.out(`${served} ${served === 1 ? 'gateway serves' : 'gateways serve'} it now.\n`)
    }
    if (amiss.length === 0) return 0
    return amiss.some(({ state }) => state === 'differs') ? 1 : 3
  },
}
