/**
 * What shall run after a look at the folder. A broken file keeps what it stood for running, and of two files that do not go
 * together the one that is new gives way, whatever it is called.
 */
import { basename } from 'node:path'
import type { Problem } from '../config/problem.ts'
import type { TenantSource } from './between.ts'
import { hashOf } from './hash.ts'

export interface Candidate<S extends TenantSource> {
  readonly file: string
  readonly id: string | undefined
  readonly problems: readonly Problem[]
  readonly source?: S
}

export interface Broken {
  readonly file: string
  /** Of the tenant that the file stands for, where that is known. */
  readonly id: string | undefined
  readonly problems: readonly Problem[]
  /** Is what it stood for kept? */
  readonly kept: boolean
}

export interface Accepted<S extends TenantSource> {
  readonly sources: readonly S[]
  readonly broken: readonly Broken[]
}

/** There is one folder, however its path is written. */
const isSameFile = (one: { readonly file: string }, other: { readonly file: string }): boolean =>
  basename(one.file) === basename(other.file)

/** @param running what ran until now, by id. @param between the rules over the whole set. */
export const accept = <S extends TenantSource>(
  candidates: readonly Candidate<S>[],
  running: ReadonlyMap<string, S>,
  between: (sources: readonly S[]) => readonly Problem[],
): Accepted<S> => {
  const byFile = new Map([...running.values()].map((source) => [basename(source.yaml.file), source]))
  /** First what it stood for: a file that calls itself by another's name does not take that one's place, nor lose its own. */
  const standsFor = ({ file, id }: Candidate<S>): readonly S[] => {
    const [stood, called] = [byFile.get(basename(file)), id === undefined ? undefined : running.get(id)]
    return [stood, called === stood ? undefined : called].filter((one) => one !== undefined)
  }

  /** The same object for the same tenant: nobody has to build it anew. */
  const unchanged = (source: S): S | undefined => {
    const { yaml, tenant } = source
    const before = running.get(tenant.id)
    if (before === undefined || hashOf(before.tenant) !== hashOf(tenant)) return undefined
    return isSameFile(before.yaml, yaml) ? before : { ...source, tenant: before.tenant }
  }
  const rankOf = (source: S): number => {
    const before = running.get(source.tenant.id)
    if (before === source) return 0
    return before !== undefined && isSameFile(before.yaml, source.yaml) ? 1 : 2
  }

  const faulty = new Map<string, readonly Problem[]>(
    candidates.filter(({ problems }) => problems.length > 0).map(({ file, problems }) => [file, problems]),
  )
  for (;;) {
    const good = candidates.flatMap(({ file, source }) =>
      source === undefined || faulty.has(file) ? [] : [unchanged(source) ?? source],
    )
    const ids = new Set(good.map(({ tenant }) => tenant.id))
    const kept = new Map(
      candidates.flatMap((candidate) => {
        const sources = faulty.has(candidate.file) ? standsFor(candidate) : []
        // another file that calls itself by this name must not have it because the tenant's own is broken
        const free = sources.filter((one) => !ids.has(one.tenant.id) || isSameFile(one.yaml, candidate))
        return free.map((source) => [source.tenant.id, source] as const)
      }),
    )
    const sources = [...good, ...kept.values()].toSorted((one, other) => rankOf(one) - rankOf(other))
    const found = between(sources).filter(({ file }) => good.some(({ yaml }) => yaml.file === file))
    if (found.length === 0) {
      const broken = candidates.flatMap((candidate) => {
        const problems = faulty.get(candidate.file)
        const id = standsFor(candidate)[0]?.tenant.id ?? candidate.id
        return problems === undefined
          ? []
          : [{ file: candidate.file, id, problems, kept: id !== undefined && kept.has(id) }]
      })
      return { sources: inOrder(sources), broken }
    }
    for (const problem of found) faulty.set(problem.file, [...(faulty.get(problem.file) ?? []), problem])
  }
}

/** As the folder lists them. */
const inOrder = <S extends TenantSource>(sources: readonly S[]): readonly S[] =>
  sources.toSorted((one, other) => (one.yaml.file < other.yaml.file ? -1 : 1))
