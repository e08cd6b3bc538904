/**
 * For who looks at a folder that somebody else is writing: a file counts once two looks find the same in it, and one that
 * is gone once two looks miss it. A file half written, or a folder that is copied anew, changes nothing.
 */
import { basename } from 'node:path'
import type { Candidate, KeptSource } from '../config/tenant-folder.ts'

export interface Patient {
  readonly candidates: readonly Candidate[]
  /** Files that are others than a look before: nothing is said of them yet. */
  readonly waiting: ReadonlySet<string>
}

/** As it runs, whatever its file says now. */
export const asItRuns = (source: KeptSource): Candidate => ({
  file: source.yaml.file,
  id: source.tenant.id,
  problems: [],
  source,
})

export const createPatience = () => {
  /** The folder answers with the same object as long as a file, and everything that it names, is the same. */
  let seen: ReadonlySet<Candidate> = new Set()
  let missing: ReadonlySet<string> = new Set()

  return (candidates: readonly Candidate[], running: Iterable<KeptSource>): Patient => {
    const steady = candidates.filter((one) => seen.has(one))
    const changing = candidates.filter((one) => !seen.has(one))
    seen = new Set(candidates)
    const settled = new Set(steady.map(({ file }) => basename(file)))
    const moving = new Set(changing.flatMap(({ id, file }) => [id, basename(file)]))
    const gone = new Set<string>()
    const held: Candidate[] = []
    for (const source of running) {
      const { id } = source.tenant
      const file = basename(source.yaml.file)
      // by its file, for another that calls itself so must not have its place meanwhile
      if (settled.has(file)) continue
      if (moving.has(file) || moving.has(id) || !missing.has(id)) held.push(asItRuns(source))
      if (!moving.has(file)) gone.add(id)
    }
    missing = gone
    return { candidates: [...steady, ...held], waiting: new Set(changing.map(({ file }) => file)) }
  }
}
