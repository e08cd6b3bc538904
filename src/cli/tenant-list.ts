import { type Command, jsonText } from './command.ts'
import { readConfiguration } from './configuration.ts'

export const tenantList: Command = {
  name: 'tenant list',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'shows every tenant with its state, issuer, ways in and services',
  run: async (args, world) => {
    const loaded = await readConfiguration(args, world)
    if (loaded === undefined) return 1
    const rows = loaded.config.tenants.map(({ id, kind, state, names, ipaCode, issuer, methods, clients }) => ({
      id,
      kind,
      state,
      name: names.it,
      ipaCode,
      issuer,
      methods: Object.entries(methods).flatMap(([method, on]) => (on ? [method] : [])),
      clients: clients.map((client) => client.id),
      file: loaded.tenantFiles.get(id),
    }))
    if (args.json) world.out(jsonText(rows))
    else {
      const width = Math.max(...rows.map(({ id }) => id.length))
      const lines = rows.map(
        ({ id, state, methods, clients, issuer, name }) =>
          `${id.padEnd(width)}  ${state.padEnd(9)}  ${methods.join(' ').padEnd(18)}  ${`${clients.length}`.padStart(3)} services  ${issuer}  ${name}\n`,
      )
      world.out(lines.join(''))
    }
    return 0
  },
}
