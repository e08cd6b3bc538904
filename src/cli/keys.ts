/** The signing keys of the tenants: made once, shown. How they change is keys-rotate.ts. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import { createKeyring, type Keyring, type TenantKeys } from '../keyring/keyring.ts'
import { KEPT, standingsOf } from '../keyring/signing-key.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Command, jsonText, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'

export const keyringOf = ({ stateDir, masterKeys }: GatewayConfig, { now }: World): Keyring =>
  createKeyring({ stateDir, masterKeys, now })

export const keysCreate: Command = {
  name: 'keys create',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary: 'makes the signing keys of a tenant, once: a live tenant is not served without them',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const around = await readWithout(args, world)
    if (around === undefined) return 1
    const { config } = around
    const tenant = findTenant(around, id, world)
    if (tenant === undefined) return 1
    const keyring = keyringOf(config, world)
    if ((await keyring.load(id)) !== undefined) {
      world.err(`${id} has its keys already. Type: varco keys rotate ${id} --config FILE, for new ones beside them.\n`)
      return 1
    }
    const described = describe(tenant, await keyring.create(id), world.now())
    if (args.json) world.out(jsonText(described))
    else {
      const kids = described.keys.map(({ kid, alg }) => `${kid} (${alg})`).join(', ')
      world.out(`${id}: ${kids}\nBack up ${config.stateDir} now: without these keys a live tenant is not served.\n`)
    }
    return 0
  },
}

export const keysList: Command = {
  name: 'keys list',
  operands: ['[TENANT]'],
  options: '--config FILE [--json]',
  summary: 'shows the signing keys of the tenants, and which of them sign',
  run: async (args, world) => {
    const [id] = args.operands
    const around = await readWithout(args, world)
    if (around === undefined) return 1
    const { config } = around
    const tenants = id === undefined ? config.tenants : [findTenant(around, id, world)].flatMap((one) => one ?? [])
    if (tenants.length === 0) return 1
    const keyring = keyringOf(config, world)
    const seals = config.masterKeys[0]?.id
    const listed = []
    for (const tenant of tenants) {
      try {
        const sealedWith = await keyring.sealedWith(tenant.id)
        listed.push({ ...describe(tenant, await keyring.load(tenant.id), world.now()), sealedWith })
      } catch (error) {
        listed.push({ ...describe(tenant, undefined, world.now()), problem: (error as Error).message })
      }
    }
    world.out(args.json ? jsonText(listed) : listed.map(text).join(''))
    const missing = listed.some(({ state, keys }) => state === 'live' && keys.length === 0)
    if (missing) {
      const fix = 'varco restore FILE --tenant TENANT, or varco keys create TENANT'
      world.err(`A live tenant without keys is not served: ${fix}.\n`)
    }
    const older = listed.filter((one) => 'sealedWith' in one && (one.sealedWith ?? seals) !== seals)
    if (older.length > 0) {
      const fix = 'varco keys reseal --config FILE'
      world.err(`${older.length} sealed with an older master key than "${seals}". Type: ${fix}.\n`)
    }
    return missing || older.length > 0 || listed.some((one) => 'problem' in one) ? 2 : 0
  },
}

/** Times in ISO 8601. */
export const describe = ({ id, state }: Tenant, keys: TenantKeys | undefined, now: number) => ({
  tenant: id,
  state,
  ...(keys !== undefined && { epoch: keys.epoch }),
  keys: standingsOf(keys?.signing ?? [], now).map((key) => ({
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    activeFrom: iso(key.activeFrom),
    ...(key.retiredAt !== undefined && { retiredAt: iso(key.retiredAt), keptUntil: iso(key.retiredAt + KEPT) }),
  })),
})
type Described = ReturnType<typeof describe>

const iso = (time: number): string => new Date(time).toISOString()

export const text = ({ tenant, state, epoch, keys, problem }: Described & { readonly problem?: string }): string =>
  [
    `${tenant}  ${state}  ${problem ?? (epoch === undefined ? 'no keys' : `epoch ${epoch}`)}`,
    ...keys.map((key) => `  ${key.alg}  ${key.state.padEnd(7)}  ${key.kid}  ${whenText(key)}`),
    '',
  ].join('\n')

const minute = (time: string): string => time.slice(0, 16).replace('T', ' ')

const whenText = ({ state, activeFrom, retiredAt, keptUntil }: Described['keys'][number]): string => {
  if (state === 'next') return `signs from ${minute(activeFrom)} UTC`
  if (retiredAt === undefined || keptUntil === undefined) return `since ${minute(activeFrom)} UTC`
  return `until ${minute(retiredAt)} UTC, kept until ${keptUntil.slice(0, 10)}`
}
