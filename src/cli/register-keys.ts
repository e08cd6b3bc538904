import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { registerKeyringOf } from './open-register.ts'

export const registerKeys: Command = {
  name: 'register keys',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'the keys of the register, and the fingerprints by which others know its signatures',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const keys = (await registerKeyringOf(config, world).load()).map(({ id, createdAt, fingerprint }) => ({
      id,
      createdAt: new Date(createdAt).toISOString(),
      fingerprint,
    }))
    if (args.json) world.out(jsonText(keys))
    else
      for (const { id, createdAt, fingerprint } of keys)
        world.out(`${id}  since ${createdAt.slice(0, 10)}  ${fingerprint}\n`)
    if (keys.length === 0) world.err('There is none yet: the first one is made when a gateway starts.\n')
    return keys.length === 0 ? 1 : 0
  },
}

export const registerRotate: Command = {
  name: 'register rotate',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'a new key for the register; the old ones stay, for what they sealed',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const { id, fingerprint } = await registerKeyringOf(config, world).create()
    if (args.json) world.out(jsonText({ id, fingerprint }))
    else
      world.out(
        `Key ${id}, ${fingerprint}: running gateways seal and sign with it from their next chain on, tomorrow (UTC) at the latest.\n` +
          `Note the fingerprint where the old ones are noted, and back up ${config.stateDir} now.\n`,
      )
    return 0
  },
}
