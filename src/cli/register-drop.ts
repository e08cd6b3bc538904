import { daysDue, dropDay } from '../audit/register/retention.ts'
import { type Command, jsonText } from './command.ts'
import { openRegister, reasonIn } from './open-register.ts'

export const registerDrop: Command = {
  name: 'register drop',
  operands: [],
  options: '--reason TEXT --config FILE [--check] [--json]',
  summary: 'drops the days whose time is over, where a gateway held back (alarm register.retention_held)',
  run: async (args, world) => {
    const opened = await openRegister(args, world)
    if (opened === undefined) return 1
    const { config, where, note } = opened
    const { folder, keys } = where
    const months = config.register.retentionMonths
    const due = await daysDue(folder, months, world.now())
    const [first] = due
    const tell = (plain: string, dropped?: { readonly records: number }) =>
      world.out(args.json ? jsonText({ months, due, ...dropped }) : plain)
    if (first === undefined) {
      tell(`No day is older than ${months} months.\n`)
      return 0
    }
    const today = new Date(world.now()).toISOString().slice(0, 10)
    if (args.check) {
      tell(`${due.length} days are older than ${months} months today, ${today} (UTC): ${first} to ${due.at(-1)}.\n`)
      return 0
    }
    await note({ action: 'drop', reason: reasonIn(args), from: first, to: due.at(-1) ?? first })
    let records = 0
    for (const day of due) records += await dropDay({ folder, day, months, keys, now: world.now })
    tell(`${due.length} days dropped, ${first} to ${due.at(-1)}: ${records} records.\n`, { records })
    return 0
  },
}
