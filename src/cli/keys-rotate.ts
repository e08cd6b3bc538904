import { createLastGood } from '../keyring/last-good.ts'
import { standingsOf } from '../keyring/signing-key.ts'
import { type Arguments, type Command, jsonText, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'
import { describe, keyringOf, text } from './keys.ts'
import { registerKeyringOf } from './open-register.ts'

/** The tenants that are meant and have keys; undefined once the error output has said what is wrong. */
const chosen = async (args: Arguments, world: World) => {
  const [id] = args.operands
  const around = await readWithout(args, world)
  if (around === undefined) return undefined
  const { config } = around
  const keyring = keyringOf(config, world)
  const tenants = id === undefined ? config.tenants : [findTenant(around, id, world)].flatMap((one) => one ?? [])
  const found = []
  for (const tenant of tenants) {
    const keys = await keyring.load(tenant.id)
    if (keys !== undefined) found.push({ tenant, keys })
    else if (id !== undefined) world.err(`${id} has no keys yet. Type: varco keys create ${id} --config FILE.\n`)
  }
  return id !== undefined && found.length === 0 ? undefined : { config, keyring, found }
}

export const keysRotate: Command = {
  name: 'keys rotate',
  operands: ['[TENANT]'],
  options: '--config FILE [--now] [--json]',
  summary:
    'publishes new signing keys, which sign once sites know them; --now where the old ones leaked: these end at once',
  run: async (args, world) => {
    const work = await chosen(args, world)
    if (work === undefined) return 1
    const { config, keyring, found } = work
    const listed = []
    let waiting = 0
    for (const { tenant, keys } of found) {
      const isOnItsWay = standingsOf(keys.signing, world.now()).some(({ state }) => state === 'next')
      if (isOnItsWay && !args.now) waiting += 1
      const held =
        isOnItsWay && !args.now
          ? keys
          : await keyring.rotate(tenant.id, keys, args.now ? 'withdraw' : { wait: config.signingKeys.publish })
      listed.push(describe(tenant, held, world.now()))
    }
    world.out(args.json ? jsonText(listed) : listed.map(text).join(''))
    if (waiting > 0) world.err(`${waiting} had new keys on their way already: those were left as they are.\n`)
    if (!args.json && listed.length > waiting) world.out(`${afterwards(args.now)}\nBack up ${config.stateDir} now.\n`)
    return 0
  },
}

const afterwards = (now: boolean): string =>
  now
    ? 'Running gateways use them within seconds. Sites that keep the old keys refuse logins until they read the JWKS again, an hour at most where they heed its Cache-Control.'
    : 'Running gateways publish them within seconds and sign with them when their time comes. Nothing else is to be done.'

export const keysReseal: Command = {
  name: 'keys reseal',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'seals the keys of all tenants and of the register with the first master key, so that an older one can go',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const keyring = keyringOf(config, world)
    const seals = config.masterKeys[0]?.id
    // also those whose files are gone: they may come back
    const tenants = [...(await keyring.epochs()).keys()]
    const resealed: string[] = []
    for (const tenant of tenants) {
      if ((await keyring.sealedWith(tenant)) === seals) continue
      const keys = await keyring.load(tenant)
      if (keys !== undefined) await keyring.renew(tenant, keys)
      if ((await keyring.sealedWith(tenant)) !== seals)
        throw new Error(`${tenant} was changed meanwhile, by a gateway with another first master key: restart that one`)
      resealed.push(tenant)
    }
    const register = await registerKeyringOf(config, world).reseal()
    const lastGood = await createLastGood(config).reseal()
    const too = register.length === 0 ? '' : `; of the register: ${register.join(', ')}`
    world.out(
      args.json
        ? jsonText({ masterKey: seals, resealed, tenants: tenants.length, register, lastGood })
        : `${resealed.length} of ${tenants.length} tenants sealed anew with "${seals}"${too}.\n`,
    )
    return 0
  },
}
