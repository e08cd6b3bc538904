import { formatProblems, inShort } from '../config/problem.ts'
import { type Command, jsonText } from './command.ts'
import { readAround } from './configuration.ts'

export const tenantList: Command = {
  name: 'tenant list',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'shows every tenant with its state, issuer, ways in and services, and every file that is broken',
  run: async (args, world) => {
    const around = await readAround(args, world, { evenEmpty: true })
    if (around === undefined) return 1
    const { config, tenantFiles, broken, problems } = around
    const rows = config.tenants.map(({ id, kind, state, names, ipaCode, issuer, methods, clients }) => ({
      id,
      kind,
      state,
      name: names.it,
      ipaCode,
      issuer,
      methods: Object.entries(methods).flatMap(([method, on]) => (on ? [method] : [])),
      clients: clients.map((client) => client.id),
      file: tenantFiles.get(id),
    }))
    const faults = broken.map(({ id, file }) => ({ id, file, problems: problems.filter((one) => one.file === file) }))
    if (args.json) world.out(jsonText([...rows, ...faults]))
    else {
      const width = Math.max(...[...rows, ...faults].map(({ id }) => id.length))
      const lines = rows.map(
        ({ id, state, methods, clients, issuer, name }) =>
          `${id.padEnd(width)}  ${state.padEnd(9)}  ${methods.join(' ').padEnd(18)}  ${`${clients.length}`.padStart(3)} services  ${issuer}  ${name}\n`,
      )
      world.out(lines.join(''))
      world.out(
        faults.map((one) => `${one.id.padEnd(width)}  broken     ${one.file}:${inShort(one.problems)}\n`).join(''),
      )
    }
    if (problems.length === 0) return 0
    // without a file there is nothing to list but that
    if (broken.length === 0) world.err(formatProblems(problems))
    else world.err('What to write instead: varco tenant validate --config FILE.\n')
    return 1
  },
}
