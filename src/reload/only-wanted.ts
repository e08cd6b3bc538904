import { basename } from 'node:path'
import type { Candidate, KeptSource } from '../config/tenant-folder.ts'
import type { Wanted } from '../operations/rollout.ts'
import { asItRuns } from './patience.ts'

/** Those of the folder, but what nobody wants to change as it runs. */
export const onlyWanted = (
  candidates: readonly Candidate[],
  running: readonly KeptSource[],
  { tenants }: Wanted,
): readonly Candidate[] => {
  const isWanted = (id: string | undefined) => id !== undefined && Object.hasOwn(tenants, id)
  const files = new Set(running.filter(({ tenant }) => isWanted(tenant.id)).map(({ yaml }) => basename(yaml.file)))
  return [
    // who is to be gone has no file, not even a broken one
    ...candidates.filter(
      ({ id, file, problems }) => isWanted(id) || (problems.length > 0 && files.has(basename(file))),
    ),
    ...running.filter(({ tenant }) => !isWanted(tenant.id)).map(asItRuns),
  ]
}
