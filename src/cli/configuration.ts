/** The configuration that `--config` names, or everything that is wrong with it on the error output. */
import { type Loaded, type LoadOptions, loadGatewayConfig, type Ready } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import { type Arguments, UsageError, type World } from './command.ts'

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
  /** Files that are broken, with the ids that they give where they do. */
  readonly broken: readonly { readonly file: string; readonly id: string | undefined }[]
}

/**
 * The same for whoever works on running gateways: files of tenants may be broken, then it is about the others. What is wrong
 * with them is for the caller to say.
 */
export const readAround = async ({ config: file }: Arguments, { err, readers }: World): Promise<Around | undefined> => {
  if (file === undefined) throw new UsageError('Which gateway? Add --config FILE; the example is config/gateway.yaml.')
  const loaded = await loadGatewayConfig(file, readers)
  if ('config' in loaded) return { ...loaded, problems: [], broken: [] }
  if (loaded.rest !== undefined) {
    const { sound, broken, withTenants } = loaded.rest
    return { ...withTenants(sound), problems: loaded.problems, broken }
  }
  err(formatProblems(loaded.problems))
  return undefined
}

/** For what must work on a bad day: whoever is broken is named on the error output and left out. */
export const readWithout = async (args: Arguments, world: World): Promise<Around | undefined> => {
  const around = await readAround(args, world)
  const files = around?.broken.map(({ file }) => file) ?? []
  if (files.length > 0) {
    world.err(
      `${files.join(', ')}: broken, so this goes on without it. What is wrong: varco tenant validate --config FILE.\n`,
    )
  }
  return around
}
