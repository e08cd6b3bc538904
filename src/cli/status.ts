/** What runs, for whoever is called: no login, no browser. */
import type { Presence } from '../operations/presence.ts'
import type { Switches } from '../operations/switches.ts'
import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { withControl } from './control.ts'
import { printable } from './printable.ts'

const ago = (now: number, time: number | undefined): string => {
  if (time === undefined) return 'never'
  const minutes = Math.round((now - time) / 60_000)
  if (minutes < 1) return 'less than a minute ago'
  if (minutes === 1) return 'a minute ago'
  return minutes < 120 ? `${minutes} minutes ago` : `${Math.round(minutes / 60)} hours ago`
}

const newest = (gateways: readonly Presence[]): Readonly<Record<string, number>> => {
  const all: Record<string, number> = {}
  for (const { lastLogins } of gateways)
    for (const [way, time] of Object.entries(lastLogins)) all[way] = Math.max(all[way] ?? 0, time)
  return all
}

/** What it serves is the same where the hash is. */
const aboutTenants = ({ tenantsHash, broken = {}, differs }: Partial<Presence>): readonly string[] => [
  ...(tenantsHash === undefined ? [] : [`    serves ${tenantsHash}`]),
  ...Object.entries(broken).map(([tenant, reason]) => `    ! ${tenant} as it last was, its file is broken: ${reason}`),
  ...(differs === undefined ? [] : [`    ! its folder differs from what was applied: ${differs.tenants.join(', ')}`]),
]

const text = (gateways: readonly Presence[], switches: Switches, now: number): string => {
  const lines = [`${gateways.length} gateway${gateways.length === 1 ? '' : 's'}`]
  for (const { id, version, startedAt, tenants, draining, lists, ...one } of gateways) {
    lines.push(
      `  ${id}  version ${version}, started ${ago(now, startedAt)}, ${tenants} tenant${tenants === 1 ? '' : 's'}${draining ? ', draining' : ''}`,
    )
    lines.push(...aboutTenants(one))
    for (const [list, readAt] of Object.entries(lists)) lines.push(`    ${list} read ${ago(now, readAt)}`)
  }
  const switched = Object.entries(switches)
  lines.push(switched.length === 0 ? 'nothing is paused' : 'switched')
  for (const [target, { until, reason, by }] of switched)
    lines.push(`  ${target} until ${new Date(until).toISOString()} by ${printable(`${by}: ${reason}`)}`)
  const logins = Object.entries(newest(gateways)).sort(([, a], [, b]) => b - a)
  lines.push(logins.length === 0 ? 'nobody has logged in since the start' : 'last logins')
  for (const [way, time] of logins) lines.push(`  ${way}  ${ago(now, time)}`)
  return `${lines.join('\n')}\n`
}

export const status: Command = {
  name: 'status',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'which gateways run, what is paused, when each provider last let somebody in',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const [gateways, switches] = await withControl(config, world.now, (control) =>
      Promise.all([control.gateways(), control.switches()]),
    )
    world.out(args.json ? jsonText({ gateways, switches }) : text(gateways, switches, world.now()))
    const amiss = gateways.some(({ broken = {}, differs }) => Object.keys(broken).length > 0 || differs !== undefined)
    return gateways.length === 0 || amiss ? 2 : 0
  },
}
