/** What is wrong with files that would take a live tenant away by another id. */
import type { Ready } from '../config/load.ts'
import type { Problem } from '../config/problem.ts'
import type { Candidate, KeptSource } from '../config/tenant-folder.ts'
import { createLastGood } from '../keyring/last-good.ts'
import { type Renamed, renamedIn } from '../tenant/renamed.ts'

/** What ran last and has no file now. Opened are only copies of those: nearly always none. */
const withoutFile = async (
  { config, folder }: Ready,
  candidates: readonly Pick<Candidate, 'id'>[],
): Promise<readonly KeptSource[]> => {
  const ids = new Set(candidates.map(({ id }) => id))
  const lastGood = createLastGood(config)
  const kept = await lastGood.hashes().catch(() => new Map<string, string>())
  const lost = [...kept.keys()].filter((id) => !ids.has(id))
  const sources = await Promise.all(
    lost.map(async (id) => {
      const copy = await lastGood.read(id).catch(() => undefined)
      return copy === undefined ? undefined : folder.restore(copy)
    }),
  )
  return sources.flatMap((one) => one ?? [])
}

export interface RenamedSinceLive extends Renamed<KeptSource> {
  readonly problems: readonly Problem[]
}

/** @param broken files that are not among the sources. */
export const renamedSinceLive = async (
  ready: Ready,
  sources: readonly KeptSource[],
  broken: readonly Pick<Candidate, 'file' | 'id'>[] = [],
): Promise<readonly RenamedSinceLive[]> => {
  if (sources.length === 0) return []
  const sound = sources.map((source) => ({ file: source.yaml.file, id: source.tenant.id, problems: [], source }))
  const candidates: readonly Candidate[] = [...sound, ...broken.map((one) => ({ ...one, problems: [] }))]
  const found = await Promise.all(
    renamedIn(candidates, await withoutFile(ready, candidates)).map(async (one) => ({
      ...one,
      problems: await ready.rules.renamedSinceLive(one),
    })),
  )
  return found.filter(({ problems }) => problems.length > 0)
}
