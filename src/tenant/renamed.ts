/** A file whose tenant has another id now: what it stood for would be gone, although nobody removed a file. */
import { basename } from 'node:path'
import type { Candidate } from './accept.ts'
import type { TenantSource } from './between.ts'

export interface Renamed<S extends TenantSource> {
  readonly source: S
  /** Id of what the file stood for. */
  readonly before: string
}

/** Not where another file has that id: then only the files have other names. @param running what ran until now. */
export const renamedIn = <S extends TenantSource>(
  candidates: readonly Candidate<S>[],
  running: Iterable<S>,
): readonly Renamed<S>[] => {
  const ids = new Set(candidates.map(({ id }) => id))
  const byFile = new Map(candidates.map(({ file, source }) => [basename(file), source]))
  return [...running].flatMap(({ yaml, tenant: { id } }) => {
    const source = ids.has(id) ? undefined : byFile.get(basename(yaml.file))
    return source === undefined ? [] : [{ source, before: id }]
  })
}
