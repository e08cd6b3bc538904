/** What the folder says, what the gateways serve, and the difference: for `varco tenant plan` and `varco tenant apply`. */
import { basename } from 'node:path'
import type { KeptSource } from '../config/tenant-folder.ts'
import { StartError } from '../errors.ts'
import { createLastGood } from '../keyring/last-good.ts'
import type { Control } from '../operations/control.ts'
import type { Presence } from '../operations/presence.ts'
import { cieMetadataOf } from '../service-provider/cie-metadata.ts'
import { spidMetadataOf } from '../service-provider/spid-metadata.ts'
import { type Change, compare } from '../tenant/compare.ts'
import { type Hashes, hashOf } from '../tenant/hash.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { World } from './command.ts'
import type { Around } from './configuration.ts'
import { withControl } from './control.ts'

export interface Running {
  readonly gateways: readonly Presence[]
  /** Of each gateway, by its id; of one of an older version nothing. */
  readonly tenants: ReadonlyMap<string, Hashes>
}

export interface Planned {
  readonly tenant: string
  readonly what: 'new' | 'changed' | 'removed'
  /** Absent where the version that runs is not kept on this machine. */
  readonly changes?: readonly Change[]
  /** Documents that are others than those served: AgID or the Ministry must get them again. */
  readonly metadata: readonly ('spid' | 'cie')[]
}

/** Says on the error output that there is none of this id, in a file or running. */
export const isTenantOf = (around: Around, running: Running, id: string, { err }: World): boolean => {
  const known = new Set([
    ...around.sources.map(({ tenant }) => tenant.id),
    ...around.broken.flatMap((one) => one.id ?? []),
    ...[...running.tenants.values()].flatMap((set) => Object.keys(set)),
  ])
  if (!known.has(id)) err(`No tenant is called ${id}. There are: ${[...known].toSorted().join(', ')}.\n`)
  return known.has(id)
}

/** Nothing, where no gateway answers. */
export const runningOf = async ({ config }: Around, now: () => number): Promise<Running> => {
  const ask = async (control: Control): Promise<Running> => {
    const gateways = (await control.gateways()).filter(({ draining }) => !draining)
    return { gateways, tenants: await tenantsOf(gateways, control) }
  }
  return withControl(config, now, ask).catch((error: unknown) => {
    if (error instanceof StartError) return { gateways: [], tenants: new Map() }
    throw error
  })
}

export const tenantsOf = async (gateways: readonly Presence[], control: Control): Promise<Map<string, Hashes>> => {
  const sets = new Map<string, Hashes | undefined>()
  const found = new Map<string, Hashes>()
  for (const { id, tenantsHash } of gateways) {
    if (tenantsHash === undefined) continue
    if (!sets.has(tenantsHash)) sets.set(tenantsHash, await control.tenantsOf(tenantsHash))
    const hashes = sets.get(tenantsHash)
    if (hashes !== undefined) found.set(id, hashes)
  }
  return found
}

/** Files whose tenants are unknown or broken count for nothing here. Without a gateway: against what ran last. */
export const planOf = async (around: Around, running: Running, only?: string): Promise<readonly Planned[]> => {
  const { config, sources, folder } = around
  const lastGood = createLastGood(config)
  const kept = await lastGood.hashes()
  const copyOf = async (id: string): Promise<KeptSource | undefined> => {
    const copy = await lastGood.read(id).catch(() => undefined)
    return copy === undefined ? undefined : folder.restore(copy)
  }
  const sets = running.gateways.length === 0 ? [Object.fromEntries(kept)] : [...running.tenants.values()]
  const wanted = new Map(sources.map(({ tenant }) => [tenant.id, tenant]))
  const ids = new Set([...wanted.keys(), ...sets.flatMap((set) => Object.keys(set))])
  /** It stays as it runs: its file is there. */
  const isBroken = async (id: string): Promise<boolean> => {
    if (around.broken.length === 0 || wanted.has(id)) return false
    if (around.broken.some((one) => one.id === id)) return true
    const file = (await copyOf(id))?.yaml.file
    return file !== undefined && around.broken.some((one) => basename(one.file) === basename(file))
  }
  const planned: Planned[] = []
  for (const id of [...ids].toSorted()) {
    if ((only !== undefined && id !== only) || (await isBroken(id))) continue
    const after = wanted.get(id)
    const hash = after && hashOf(after)
    const others = sets.map((set) => set[id]).filter((one) => one !== hash)
    if (others.length === 0) continue
    const served = others.find((one) => one !== undefined)
    if (after === undefined) planned.push({ tenant: id, what: 'removed', metadata: [] })
    else if (served === undefined) planned.push({ tenant: id, what: 'new', metadata: [] })
    else {
      const before = kept.get(id) === served ? (await copyOf(id))?.tenant : undefined
      const found = before && { changes: compare(before, after), metadata: metadataThatChanged(around, before, after) }
      planned.push({ tenant: id, what: 'changed', metadata: [], ...found })
    }
  }
  return planned
}

const metadataThatChanged = ({ config }: Around, before: Tenant, after: Tenant): readonly ('spid' | 'cie')[] => {
  const makers = { spid: spidMetadataOf, cie: cieMetadataOf }
  const ofUse = { spid: after.methods.spid || after.methods.eidas, cie: after.methods.cie }
  return (['spid', 'cie'] as const).filter((upstream) => {
    if (!ofUse[upstream]) return false
    const [was, is] = [makers[upstream](config, before), makers[upstream](config, after)]
    return 'xml' in is && (!('xml' in was) || was.xml !== is.xml)
  })
}
