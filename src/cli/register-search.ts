import { withoutPerson } from '../audit/register/records.ts'
import { searchRegister } from '../audit/register/search.ts'
import type { Term } from '../audit/register/terms.ts'
import { supportCodeOf } from '../audit/trace.ts'
import { isRequestId } from '../http/request-id.ts'
import { type Arguments, type Command, jsonText, UsageError, type World } from './command.ts'
import { openRegister, personIn, reasonIn } from './open-register.ts'
import { printable } from './printable.ts'

/** What to look for, in the register's words, and how that is noted. */
const soughtIn = async ({ assertion, request, support, person }: Arguments['register'], world: World) => {
  for (const [name, value] of Object.entries({ assertion, request }))
    if (value === '') throw new UsageError(`--${name} is empty.`)
  if (support !== undefined && !isRequestId(supportCodeOf(support)))
    throw new UsageError(`--support ${support} is no support code: three groups of four, as 7k2m-x9dp-4trq.`)
  const sought = [
    ...(assertion === undefined ? [] : [{ name: 'assertionId', value: assertion } as const]),
    ...(request === undefined ? [] : [{ name: 'requestId', value: request } as const]),
    ...(support === undefined ? [] : [{ name: 'support', value: supportCodeOf(support) } as const]),
    ...(person === undefined ? [] : [{ name: 'person', value: await personIn(person, world) } as const]),
  ] satisfies readonly Term[]
  const [term, ...others] = sought
  if (term === undefined || others.length > 0)
    throw new UsageError(
      'By what? One of --assertion ID, --request ID, --support CODE, --person TAX-CODE (or - to type it in).',
    )
  return term
}

const HEAD = ['time', 'kind', 'salt']

const text = (record: Readonly<Record<string, unknown>>): string => {
  const facts = Object.entries(record).filter(([name]) => !HEAD.includes(name))
  const lines = facts.map(
    ([name, value]) => `    ${name}  ${printable(typeof value === 'string' ? value : JSON.stringify(value), '      ')}`,
  )
  return [`${record.time}  ${record.kind}`, ...lines, ''].join('\n')
}

export const registerSearch: Command = {
  name: 'register search',
  operands: [],
  options:
    '(--assertion ID | --request ID | --support CODE | --person TAX-CODE) --reason TEXT --config FILE [--from DAY] [--to DAY] [--personal] [--json]',
  summary: 'all records of the logins that are meant; with --personal also what says who it was, and the messages',
  run: async (args, world) => {
    const reason = reasonIn(args)
    const term = await soughtIn(args.register, world)
    const opened = await openRegister(args, world)
    if (opened === undefined) return 1
    const { where, findings, note } = opened
    const personal = args.register.personal === true
    const started = new Date(world.now()).toISOString()
    await note({ action: 'search', reason, [term.name]: term.value, ...(personal && { personal: true }) })
    const found = await searchRegister(where, [term])
    const records = found
      .map(({ record }) => record)
      // who looked earlier is told to who asks about a person; this very search is not
      .filter(({ kind, time }) => kind !== 'register.access' || time < started)
      .map((record): Readonly<Record<string, unknown>> => (personal ? { ...record } : withoutPerson(record)))
    world.out(args.json ? jsonText(records) : records.map(text).join('\n'))
    if (records.length === 0) world.err('The register has nothing of that.\n')
    if (findings.length > 0)
      world.err('Something could not be read, so something may be missing: varco register verify.\n')
    return findings.length > 0 ? 2 : records.length === 0 ? 1 : 0
  },
}
