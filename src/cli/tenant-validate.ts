/** `varco tenant validate`: all that is wrong in all files, and what might be, as a compiler says it. */
import { join } from 'node:path'
import { loadGatewayConfig } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import { parseYaml, validate } from '../config/yaml-file.ts'
import { adviceOn } from '../tenant/advice.ts'
import { tenantSchema } from '../tenant/schema.ts'
import { type Command, jsonText, UsageError, type World } from './command.ts'
import { renamedSinceLive } from './renamed.ts'

interface Found {
  readonly problems: readonly Problem[]
  /** Of tenants. */
  readonly files: number
}

export const tenantValidate: Command = {
  name: 'tenant validate',
  operands: ['[PATH]'],
  options: '[--config FILE] [--json]',
  summary: 'checks the files of the tenants; a PATH alone, a file or a folder, without the gateway around them',
  run: async (args, world) => {
    const [path] = args.operands
    if (path === undefined && args.config === undefined)
      throw new UsageError('What? Type: varco tenant validate --config FILE, or: varco tenant validate tenants/.')
    const whole = args.config === undefined ? undefined : await inGateway(args.config, path, world)
    const found = whole ?? (await alone(path ?? '', world))
    const { problems, files } = found
    const errors = problems.filter(({ warning }) => !warning).length
    if (args.json) world.out(jsonText({ files, errors, warnings: problems.length - errors, problems }))
    else {
      world.out(formatProblems(problems))
      world.out(errors > 0 ? '' : `${files} tenant ${files === 1 ? 'file is' : 'files are'} valid.\n`)
      if (args.config === undefined)
        world.out('Checked alone: with --config FILE also against the region, the other tenants and their secrets.\n')
    }
    return errors > 0 ? 1 : problems.length > 0 ? 2 : 0
  },
}

const within = (file: string, path: string): boolean =>
  `${join(file)}/`.startsWith(`${join(path)}/`.replace(/\/+$/, '/'))

const inGateway = async (config: string, path: string | undefined, world: World): Promise<Found> => {
  const loaded = await loadGatewayConfig(config, world.readers)
  const ofPath = ({ file }: { readonly file: string }) => path === undefined || within(file, path)
  if ('problems' in loaded) {
    const problems = loaded.problems.filter(ofPath)
    // others are broken, so the gateway around it is unknown: then as far as the file itself goes
    if (problems.length === 0 && path !== undefined) return alone(path, world)
    return { problems, files: new Set(problems.map(({ file }) => file)).size }
  }
  const sources = loaded.sources.filter(({ yaml }) => ofPath(yaml))
  if (sources.length === 0) throw new UsageError(`${path} is no tenant file of ${config}: correct the path.`)
  const renamed = (await renamedSinceLive(loaded, loaded.sources)).flatMap(({ problems }) => problems).filter(ofPath)
  const advice = sources.flatMap((source) => adviceOn(source, world.now()))
  return { problems: [...renamed, ...advice], files: sources.length }
}

const alone = async (path: string, { readers }: World): Promise<Found> => {
  const names = await readers.readDir(path).catch(() => undefined)
  const files = names
    ?.filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => join(path, name)) ?? [path]
  const problems: Problem[] = []
  const seen = new Map<unknown, string>()
  for (const file of files) {
    const text = await readers.readFile(file).catch(() => {
      throw new UsageError(`${file} cannot be read: correct the path, or allow Varco to read it.`)
    })
    const yaml = parseYaml(file, text)
    const id = validate(yaml, tenantSchema, problems)?.id
    const first = seen.get(id)
    if (id !== undefined && first !== undefined)
      problems.push(yaml.problem(['id'], `${id} is also that of ${first}`, 'give each tenant an id of its own'))
    seen.set(id, first ?? file)
  }
  return { problems, files: files.length }
}
