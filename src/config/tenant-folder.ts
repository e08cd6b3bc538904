/**
 * The folder of the tenant files, as often as somebody wants to know what it says: only what has changed since the last
 * look is parsed again, and a tenant of which nothing has changed is the very same object.
 */
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { TenantSource } from '../tenant/between.ts'
import { hashOf } from '../tenant/hash.ts'
import { readTenant, type Surroundings } from '../tenant/read.ts'
import { confinedTo } from './confined.ts'
import { deepFreeze } from './freeze.ts'
import { type Problem, unreadable } from './problem.ts'
import { isStillSo } from './recording.ts'
import type { Readers } from './references.ts'
import { type RegionFile, regionSchema } from './region-schema.ts'
import { inherited, type ReadTenantFile, readCopy, readTenantFile } from './tenant-file.ts'
import { parseYaml, validate } from './yaml-file.ts'

/** What one file of the folder says. */
export interface Candidate {
  readonly file: string
  /** As the file says, even where it is broken; undefined where it does not say so. */
  readonly id: string | undefined
  readonly problems: readonly Problem[]
  /** Absent where the file breaks the rules of its schema. With problems it is only good for finding more of them. */
  readonly source?: KeptSource
}

export interface KeptSource extends TenantSource {
  /** For `restore`. */
  readonly copy: () => string
}

export type FolderReading =
  | { readonly candidates: readonly Candidate[] }
  /** Nothing can be said of any tenant. */
  | { readonly problems: readonly Problem[] }

export interface TenantFolder {
  read(): Promise<FolderReading>
  /** The tenant of a copy. Undefined where this version of Varco, or this gateway, no longer takes it. */
  restore(copy: string): Promise<KeptSource | undefined>
}

/** How many files are looked at together, and how many parsed: requests have their turn between them. */
const LOOKED_AT = 64
const PARSED = 4

/** The answers in the order of the items. */
const inTurns = async <T, R>(items: readonly T[], many: number, work: (item: T) => R | Promise<R>): Promise<R[]> => {
  const done: R[] = []
  for (let start = 0; start < items.length; start += many) {
    done.push(...(await Promise.all(items.slice(start, start + many).map(work))))
    await setImmediate()
  }
  return done
}

export interface TenantFiles {
  /** Every file of the folder, in the order of their names. */
  readAll(region: unknown): Promise<readonly ReadTenantFile[] | { readonly problems: readonly Problem[] }>
}

/**
 * @param secrets a folder for each tenant, by its id, with the keys that it alone may name
 * @param folderProblem where the folder is named, for what is wrong with it as a whole
 */
export const createTenantFiles = (
  { folder, secrets }: { readonly folder: string; readonly secrets: string },
  readers: Readers,
  folderProblem: (reason: string, fix: string) => Problem,
): TenantFiles => {
  const around = (id: string) => confinedTo([folder, join(secrets, id)], readers)
  let known: ReadonlyMap<string, ReadTenantFile> = new Map()
  let regionText = ''

  const listed = async (): Promise<readonly string[] | Problem> => {
    const names = await readers.readDir(folder).catch(() => undefined)
    if (names === undefined)
      return folderProblem(`${folder} is not a folder that can be read`, 'create it, or correct the path')
    const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted()
    if (files.length === 0)
      return folderProblem(
        `${folder} holds no tenant file`,
        'write one: varco tenant new TENANT --config FILE --name TEXT --ipa c_x999 --url URL',
      )
    return files.map((name) => `${folder.replace(/\/$/, '')}/${name}`)
  }

  return {
    readAll: async (region) => {
      const paths = await listed()
      if ('reason' in paths) return { problems: [paths] }
      const below = inherited(region)
      const text = JSON.stringify(below)
      if (text !== regionText) known = new Map()
      regionText = text
      const unchanged = await inTurns(paths, LOOKED_AT, async (path) => {
        const before = known.get(path)
        return before && (await isStillSo(before.seen, before.read)) ? before : undefined
      })
      const others = paths.filter((_, index) => unchanged[index] === undefined)
      const parsed = await inTurns(others, PARSED, (path) => readTenantFile(path, below, readers, around))
      known = new Map([...unchanged.flatMap((one) => one ?? []), ...parsed].map((one) => [one.yaml.file, one]))
      return paths.flatMap((path) => known.get(path) ?? [])
    },
  }
}

/**
 * @param surroundings what a tenant takes from the gateway, and from the region's file as it is
 * @param region path of the region's file
 */
export const createTenantFolder = ({
  files,
  region: regionPath,
  readers,
  surroundingsWith,
}: {
  readonly files: TenantFiles
  readonly region: string
  readonly readers: Readers
  readonly surroundingsWith: (region: RegionFile) => Surroundings
}): TenantFolder => {
  let made = new Map<ReadTenantFile, Candidate>()
  let aroundText = ''
  let surroundings: Surroundings | undefined

  const regionNow = async (): Promise<{ readonly plain: unknown; readonly problems: readonly Problem[] }> => {
    const text = await readers.readFile(regionPath).catch((cause) => ({ cause: cause as unknown }))
    if (typeof text !== 'string') return { plain: undefined, problems: [unreadable(regionPath, text.cause)] }
    const yaml = parseYaml(regionPath, text)
    // it may have other rules by heart than these: what is known of them is kept
    const inheritedText = JSON.stringify(inherited(yaml.value))
    if (surroundings !== undefined && inheritedText === aroundText) return { plain: yaml.value, problems: [] }
    const problems: Problem[] = []
    const region = validate(yaml, regionSchema, problems)
    if (region === undefined) return { plain: undefined, problems }
    surroundings = surroundingsWith(region)
    aroundText = inheritedText
    made = new Map()
    return { plain: yaml.value, problems: [] }
  }

  return {
    read: async () => {
      const { plain, problems } = await regionNow()
      if (surroundings === undefined || problems.length > 0) return { problems }
      const read = await files.readAll(plain)
      if ('problems' in read) return read
      const around = surroundings
      const candidates = await inTurns(read, PARSED, (one) => {
        const candidate = made.get(one) ?? finished(one, around)
        // here, where others have their turn between two of them
        if (candidate.source !== undefined) hashOf(candidate.source.tenant)
        return candidate
      })
      made = new Map(read.map((one, index) => [one, candidates[index] as Candidate]))
      return { candidates }
    },
    restore: async (copy) => {
      const around = surroundings ?? ((await regionNow()).problems.length === 0 ? surroundings : undefined)
      const { problems, source } = around ? finished(await readCopy(copy), around) : { problems: [] }
      return problems.length === 0 ? source : undefined
    },
  }
}

/** The tenant of a file, once it is known what is around it. */
export const finished = ({ yaml, problems, content }: ReadTenantFile, around: Surroundings): Candidate => {
  const { file } = yaml
  const id = (yaml.value as { readonly id?: unknown } | null | undefined)?.id
  const named = { file, id: typeof id === 'string' ? id : undefined }
  if (content === undefined) return { ...named, problems }
  const all = [...problems]
  const tenant = readTenant(yaml, content.value, content.secrets, around, all, content.signings, content.logo)
  return { ...named, problems: all, source: { yaml, tenant: deepFreeze(tenant), copy: content.copy } }
}
