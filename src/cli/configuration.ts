/** The configuration that `--config` names, or everything that is wrong with it on the error output. */
import { basename } from 'node:path'
import { type Loaded, type LoadOptions, loadGatewayConfig, type Ready } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import { type Arguments, UsageError, type World } from './command.ts'
import { renamedSinceLive } from './renamed.ts'

export const readConfiguration = async (
  { config: file }: Arguments,
  { err, readers }: World,
  options: LoadOptions = {},
): Promise<Extract<Loaded, { readonly config: unknown }> | undefined> => {
  if (file === undefined) throw new UsageError('Which gateway? Add --config FILE; the example is config/gateway.yaml.')
  const loaded = await loadGatewayConfig(file, readers, options)
  if ('config' in loaded) return loaded
  err(formatProblems(loaded.problems))
  return undefined
}

export type Around = Ready & {
  readonly problems: readonly Problem[]
  /** Files that are broken, each with the id that it gives; one that gives none with what it is called. */
  readonly broken: readonly { readonly file: string; readonly id: string }[]
}

/**
 * The same for whoever works on running gateways: files of tenants may be broken, then it is about the others. What is wrong
 * with them is for the caller to say. @param evenEmpty also where there is no file of a tenant, or no folder.
 */
export const readAround = async (
  { config: file }: Arguments,
  { err, readers }: World,
  { evenEmpty = false }: { readonly evenEmpty?: boolean } = {},
): Promise<Around | undefined> => {
  if (file === undefined) throw new UsageError('Which gateway? Add --config FILE; the example is config/gateway.yaml.')
  const loaded = await loadGatewayConfig(file, readers)
  if ('config' in loaded) return withoutRenamed({ ...loaded, problems: [], broken: [] })
  const { problems, rest } = loaded
  if (rest !== undefined && (evenEmpty || rest.folderProblem === undefined)) {
    const broken = rest.broken.map(({ file, id }) => ({ file, id: id ?? basename(file).replace(/\.ya?ml$/, '') }))
    return withoutRenamed({ ...rest.withTenants(rest.sound), problems, broken })
  }
  err(formatProblems(problems))
  return undefined
}

/** A file that would take a live tenant away by another id is broken too. */
const withoutRenamed = async (around: Around): Promise<Around> => {
  const { sources, problems, broken } = around
  const renamed = await renamedSinceLive(around, sources, broken)
  if (renamed.length === 0) return around
  const others = new Set(renamed.map(({ source }) => source))
  return {
    ...around.withTenants(sources.filter((source) => !others.has(source))),
    problems: [...problems, ...renamed.flatMap((one) => one.problems)],
    // both ids are in question
    broken: [
      ...broken,
      ...renamed.flatMap(({ source: { yaml, tenant }, before }) =>
        [tenant.id, before].map((id) => ({ file: yaml.file, id })),
      ),
    ],
  }
}

/** For what must work on a bad day: whoever is broken is named on the error output and left out. */
export const readWithout = async (args: Arguments, world: World): Promise<Around | undefined> => {
  const around = await readAround(args, world, { evenEmpty: true })
  if (around === undefined) return undefined
  const { broken, problems } = around
  if (broken.length === 0) world.err(formatProblems(problems))
  else {
    const files = broken.map(({ file }) => file).join(', ')
    world.err(`${files}: broken, so this goes on without it. What is wrong: varco tenant validate --config FILE.\n`)
  }
  return around
}
