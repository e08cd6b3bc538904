/** What operators switch while the gateways run. Every gateway follows within seconds, and each switch ends by itself. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import { LONGEST_SWITCH, MAINTENANCE } from '../operations/switches.ts'
import { type Arguments, type Command, type ExitCode, jsonText, UsageError, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { withControl } from './control.ts'
import { knownProviders } from './known-providers.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90m`, `2h`, `1d` → milliseconds. */
export const durationOf = (typed: string): number => {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(typed) ?? []
  const length = Number(count) * (units[unit] ?? Number.NaN)
  if (!(length > 0 && length <= LONGEST_SWITCH))
    throw new UsageError(`--for ${typed}: write 30m, 2h or 1d; at most 7d, so that nothing is off for ever.`)
  return length
}

const waysIn = ['spid', 'cie', 'cns', 'eidas']

const targetOf = (typed: string): string => {
  if (waysIn.includes(typed) || URL.canParse(typed)) return typed
  throw new UsageError(
    `"${typed}" is no way in: write ${waysIn.join(', ')} or the entityID of a provider (varco spid idps list).`,
  )
}

const switchOn = async (config: GatewayConfig, args: Arguments, { out, now, user }: World, target: string) => {
  const until = now() + durationOf(args.for ?? '1h')
  const value = { since: now(), until, reason: args.reason ?? '', by: user }
  await withControl(config, now, (control) => control.set(target, value))
  const end = new Date(until).toISOString()
  out(args.json ? jsonText({ target, ...value }) : `${target}: until ${end}, at every gateway within seconds.\n`)
}

const switchOff = async (config: GatewayConfig, args: Arguments, { out, err, now }: World, target: string) => {
  const found = await withControl(config, now, (control) => control.clear(target))
  if (args.json) out(jsonText({ target, wasOn: found }))
  else if (found) out(`${target}: over, at every gateway within seconds.\n`)
  else err(`${target} was not switched. What is: varco status --config FILE.\n`)
  return found ? 0 : 2
}

type Work = (config: GatewayConfig, args: Arguments, world: World) => Promise<ExitCode | undefined>

const withConfiguration =
  (work: Work): Command['run'] =>
  async (args, world) => {
    const config = (await readWithout(args, world))?.config
    return config === undefined ? 1 : ((await work(config, args, world)) ?? 0)
  }

const TIMED = '--config FILE [--for 2h] --reason TEXT [--json]'

const needReason = ({ reason }: Arguments) => {
  if (!reason) throw new UsageError('Say why: --reason "provider reports an outage". It goes to the log.')
}

export const upstreamPause: Command = {
  name: 'upstream pause',
  operands: ['WAY'],
  options: TIMED,
  summary: 'switches spid, cie, cns, eidas or one provider off for a while (1h); the pages say so and offer the others',
  run: withConfiguration(async (config, args, world) => {
    needReason(args)
    const target = targetOf(args.operands[0] ?? '')
    await switchOn(config, args, world, target)
    if (waysIn.includes(target) || ((await knownProviders(config, world))?.has(target) ?? true)) return 0
    world.err(
      `No provider that this machine knows is called ${target}: is it written as varco spid idps list shows it?\n`,
    )
    return 2
  }),
}

export const upstreamResume: Command = {
  name: 'upstream resume',
  operands: ['WAY'],
  options: '--config FILE [--json]',
  summary: 'switches it on again before its time',
  run: withConfiguration((config, args, world) => switchOff(config, args, world, targetOf(args.operands[0] ?? ''))),
}

export const maintenance: Command = {
  name: 'maintenance',
  operands: ['on|off'],
  options: TIMED,
  summary: 'no new login for a while (1h), with a page that says so; who is logging in may finish',
  run: withConfiguration(async (config, args, world) => {
    const [wanted] = args.operands
    if (wanted === 'off') return switchOff(config, args, world, MAINTENANCE)
    if (wanted !== 'on') throw new UsageError('Type: varco maintenance on, or varco maintenance off.')
    needReason(args)
    return void (await switchOn(config, args, world, MAINTENANCE))
  }),
}
