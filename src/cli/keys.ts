import type { GatewayConfig } from '../config/gateway-config.ts'
import { createKeyring } from '../keyring/keyring.ts'
import type { Command, World } from './command.ts'
import { readConfiguration } from './configuration.ts'

const keyringOf = ({ stateDir, masterKeys }: GatewayConfig, { now }: World) =>
  createKeyring({ stateDir, masterKeys, now })

export const keysCreate: Command = {
  name: 'keys create',
  operands: ['TENANT'],
  options: '--config FILE',
  summary: 'makes the signing keys of a tenant, once: a live tenant is not served without them',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const config = (await readConfiguration(args, world))?.config
    if (config === undefined) return 1
    const tenant = config.tenants.find((one) => one.id === id)
    if (tenant === undefined) {
      world.err(`No tenant is called ${id}. There are: ${config.tenants.map((one) => one.id).join(', ')}.\n`)
      return 1
    }
    const keyring = keyringOf(config, world)
    if ((await keyring.load(id)) !== undefined) {
      world.err(`${id} has its keys already. They stay as they are: new ones would break every login under way.\n`)
      return 1
    }
    const { signing } = await keyring.create(id)
    world.out(
      `${id}: ${kids(signing)}\nBack up ${config.stateDir} now: without these keys a live tenant is not served.\n`,
    )
    return 0
  },
}

export const keysList: Command = {
  name: 'keys list',
  operands: [],
  options: '--config FILE',
  summary: 'shows which tenants have signing keys',
  run: async (args, world) => {
    const config = (await readConfiguration(args, world))?.config
    if (config === undefined) return 1
    const keyring = keyringOf(config, world)
    let missing = 0
    for (const { id, state } of config.tenants) {
      const keys = await keyring.load(id)
      world.out(`${id}  ${state}  ${keys === undefined ? 'no keys' : kids(keys.signing)}\n`)
      if (keys === undefined && state === 'live') missing += 1
    }
    if (missing === 0) return 0
    world.err('A live tenant without keys is not served: restore them from the backup, or varco keys create TENANT.\n')
    return 2
  },
}

const kids = (keys: readonly { readonly kid?: string; readonly alg?: string }[]): string =>
  keys.map(({ kid, alg }) => `${kid} (${alg})`).join(', ')
