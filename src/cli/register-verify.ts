import { type Finding, findingText } from '../audit/register/finding.ts'
import { verifyRegister } from '../audit/register/verify.ts'
import { type Command, jsonText } from './command.ts'
import { openRegister } from './open-register.ts'
import { printable } from './printable.ts'

export const registerVerify: Command = {
  name: 'register verify',
  operands: [],
  options: '--config FILE [--from DAY] [--json]',
  summary: 'is every record of the register there, as it was written? Names each that is not',
  run: async (args, world) => {
    const opened = await openRegister(args, world)
    if (opened === undefined) return 1
    const { folder, keys, from } = opened.where
    const findings: Finding[] = []
    const find = (finding: Finding): void => {
      findings.push(finding)
      if (!args.json) world.out(`${printable(findingText(finding))}\n`)
    }
    const verified = await verifyRegister({ folder, keys, ...(from !== undefined && { from }), now: world.now, find })
    if (args.json) world.out(jsonText({ ...verified, findings }))
    else {
      const { closed, open, dropped, chains, records, unended, lastAnchor } = verified
      world.out(
        `${closed} days closed, ${open} open, ${dropped} dropped at their time: ${records} records in ${chains} chains.\n`,
      )
      if (unended > 0)
        world.out(
          `Chains of open days without an end: ${unended}. Their gateways run, or were killed: what stood behind the last record nobody can tell.\n`,
        )
      if (lastAnchor !== undefined)
        world.out(
          `The anchor of ${lastAnchor.day} is ${lastAnchor.sha256}: as register.anchored in the log of the day after?\n`,
        )
      world.out(findings.length === 0 ? 'All of it is as it was written.\n' : `${findings.length} findings.\n`)
    }
    return findings.length === 0 ? 0 : 1
  },
}
