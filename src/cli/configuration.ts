/** The configuration that `--config` names, or everything that is wrong with it on the error output. */
import { type Loaded, type LoadOptions, loadGatewayConfig } from '../config/load.ts'
import { formatProblems } from '../config/problem.ts'
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
