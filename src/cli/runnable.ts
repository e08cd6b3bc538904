/** What a gateway can start with, although files of its tenants may be broken: their last good versions stand in for them. */
import { loadGatewayConfig, type Ready } from '../config/load.ts'
import { formatProblems } from '../config/problem.ts'
import type { KeptSource } from '../config/tenant-folder.ts'
import { createLastGood } from '../keyring/last-good.ts'
import { accept, type Broken } from '../tenant/accept.ts'
import { type Arguments, UsageError, type World } from './command.ts'

export type Runnable = Ready & { readonly broken?: readonly Broken[] }

/** Undefined once the error output has said what keeps it from starting. What is broken and kept is said there too. */
export const readRunnable = async ({ config: file }: Arguments, world: World): Promise<Runnable | undefined> => {
  if (file === undefined) throw new UsageError('Which gateway? Add --config FILE; the example is config/gateway.yaml.')
  const loaded = await loadGatewayConfig(file, world.readers)
  if ('config' in loaded) return loaded
  world.err(formatProblems(loaded.problems))
  if (loaded.rest === undefined) return undefined
  const { withTenants } = loaded.rest
  const around = withTenants([])
  const reading = await around.folder.read()
  if ('problems' in reading) return undefined
  const { between, changedSinceLive, unfitForLive } = around.rules
  const candidates = await Promise.all(
    reading.candidates.map(async ({ source, ...one }) => ({
      ...one,
      ...(source !== undefined && { source }),
      problems: [...one.problems, ...(source ? [...unfitForLive(source), ...(await changedSinceLive(source))] : [])],
    })),
  )
  const { sources, broken } = accept(candidates, await lastGoodOf(around, world), between)
  const served = new Set(sources.map(({ tenant }) => tenant.id))
  const lost = broken.filter(({ id }) => id === undefined || !served.has(id))
  if (lost.length > 0) {
    world.err(`${lost.map((one) => one.file).join(', ')}: no last good version is kept in state_dir.\n`)
    return undefined
  }
  world.err(`Served as they last were: ${broken.map(({ id }) => id).join(', ')}. Mend the files.\n`)
  return { ...withTenants(sources), broken }
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
