/** What a gateway can start with, although files of its tenants may be broken: their last good versions stand in for them. */
import { loadGatewayConfig, type Ready } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import type { KeptSource } from '../config/tenant-folder.ts'
import { createLastGood } from '../keyring/last-good.ts'
import { accept, type Broken } from '../tenant/accept.ts'
import { renamedIn } from '../tenant/renamed.ts'
import { type Arguments, UsageError, type World } from './command.ts'
import { renamedSinceLive } from './renamed.ts'

export type Runnable = Ready & { readonly broken?: readonly Broken[] }

/** Undefined once the error output has said what keeps it from starting. What is broken and kept is said there too. */
export const readRunnable = async ({ config: file }: Arguments, world: World): Promise<Runnable | undefined> => {
  if (file === undefined) throw new UsageError('Which gateway? Add --config FILE; the example is config/gateway.yaml.')
  const loaded = await loadGatewayConfig(file, world.readers)
  const gone = 'config' in loaded ? await renamedSinceLive(loaded, loaded.sources) : []
  if ('config' in loaded && gone.length === 0) return loaded
  world.err(formatProblems('config' in loaded ? gone.flatMap(({ problems }) => problems) : loaded.problems))
  const around = 'config' in loaded ? loaded : loaded.rest?.withTenants([])
  const reading = await around?.folder.read()
  if (around === undefined || reading === undefined || 'problems' in reading) return undefined
  const { rules } = around
  const kept = await lastGoodOf(around, world)
  const renamed = new Map(renamedIn(reading.candidates, kept.values()).map((one) => [one.source, one]))
  const faultsOf = async (source: KeptSource): Promise<readonly Problem[]> => {
    const other = renamed.get(source)
    const gone = other === undefined ? [] : await rules.renamedSinceLive(other)
    return [...gone, ...rules.unfitForLive(source), ...(await rules.changedSinceLive(source))]
  }
  const candidates = await Promise.all(
    reading.candidates.map(async ({ source, ...one }) => ({
      ...one,
      ...(source !== undefined && { source }),
      problems: [...one.problems, ...(source ? await faultsOf(source) : [])],
    })),
  )
  const { sources, broken } = accept(candidates, kept, rules.between)
  const served = new Set(sources.map(({ tenant }) => tenant.id))
  const lost = broken.filter(({ id }) => id === undefined || !served.has(id))
  if (lost.length > 0) {
    world.err(`${lost.map((one) => one.file).join(', ')}: no last good version is kept in state_dir.\n`)
    return undefined
  }
  world.err(`Served as they last were: ${broken.map(({ id }) => id).join(', ')}. Mend the files.\n`)
  return { ...around.withTenants(sources), broken }
}

/** What is kept of each tenant, as this gateway would serve it. */
const lastGoodOf = async (
  { config: { stateDir, masterKeys }, folder }: Ready,
  { err }: World,
): Promise<ReadonlyMap<string, KeptSource>> => {
  const lastGood = createLastGood({ stateDir, masterKeys })
  const kept = new Map<string, KeptSource>()
  for (const id of (await lastGood.hashes()).keys()) {
    try {
      const copy = await lastGood.read(id)
      const source = copy === undefined ? undefined : await folder.restore(copy)
      if (source !== undefined) kept.set(id, source)
    } catch (error) {
      err(`The last good version of ${id} cannot be used: ${(error as Error).message}.\n`)
    }
  }
  return kept
}
