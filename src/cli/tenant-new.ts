/** `varco tenant new`: the file of one body, or the drafts of all bodies of a table, each with what it still lacks. */
import { dirname, join, relative } from 'node:path'
import { loadGatewayConfig } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import { tenantsFolderIn } from '../config/schema.ts'
import { parseYaml, validate } from '../config/yaml-file.ts'
import { bodiesOf } from '../tenant/bodies-table.ts'
import { type Body, draftOf, ipaCodeFault, type Missing } from '../tenant/draft.ts'
import { tenantSchema } from '../tenant/schema.ts'
import { languages as allLanguages, type Language } from '../tenant/tenant.ts'
import { type Arguments, type Command, type ExitCode, jsonText, UsageError, type World } from './command.ts'
import { readAround } from './configuration.ts'

const schemaFile = join(import.meta.dirname, '../../docs/schema/tenant.schema.json')

export const tenantNew: Command = {
  name: 'tenant new',
  operands: ['[TENANT]'],
  options: '--config FILE --name TEXT --ipa CODE --url URL | --from TABLE.csv --out DIR [--config FILE] [--json]',
  summary: 'writes the file of a new tenant, or drafts for every row of a table, and lists what each still lacks',
  run: (args, world) => (args.from === undefined ? one(args, world) : all(args.from, args, world)),
}

const one = async (args: Arguments, world: World): Promise<ExitCode> => {
  const [id] = args.operands
  const { name, url } = args.service
  if (id === undefined || name === undefined || args.ipa === undefined || url === undefined)
    throw new UsageError('Which body? Type: varco tenant new TENANT --config FILE --name TEXT --ipa c_x999 --url URL.')
  if (args.config === undefined)
    throw new UsageError('Which gateway? Add --config FILE: its tenants folder gets the file.')
  // it becomes the name of a file
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id))
    throw new UsageError(`${id} is no tenant id: write small letters, digits, dashes.`)
  const folder = await tenantsFolder(args.config, world)
  const file = join(folder, `${id}.yaml`)
  const taken = () => new UsageError(`${file} is there already: choose another id, or edit it.`)
  if (await exists(file, world)) throw taken()
  const belfiore = /^c_([a-z]\d{3})$/.exec(args.ipa)?.[1]?.toUpperCase()
  const body: Body = {
    id,
    names: { it: name },
    ipaCode: args.ipa,
    siteUrl: url,
    ...(belfiore !== undefined && { belfiore }),
  }
  const schema = relative(dirname(file), schemaFile)
  const { text } = draftOf(body, schema)
  const loaded = await loadedWith(file, text, args.config, world)
  // of the new file only: what others have wrong already is not in its way
  const wrong = 'problems' in loaded ? loaded.problems.filter((problem) => join(problem.file) === join(file)) : []
  const told = new Set(wrong.map(({ path }) => path))
  wrong.push(...ipaCodeProblems(body, file, text).filter(({ path }) => !told.has(path)))
  if (wrong.length > 0) {
    world.err(`${formatProblems(wrong)}Nothing was written.\n`)
    return 1
  }
  const languages = 'config' in loaded ? loaded.config.tenants.find((tenant) => tenant.id === id)?.languages : undefined
  const { missing } = draftOf(body, schema, languages)
  if (!(await created(file, text, world))) throw taken()
  if (args.json) world.out(jsonText({ id, file, missing }))
  else
    world.out(`${file}\n${missingText(missing)}
Next:
  1. Fill in what is missing, with an editor that knows YAML: it reads the rules from docs/schema.
  2. varco client add ${id} CLIENT --config ${args.config} --name TEXT --url URL --redirect-uri URI --preset PRESET
  3. varco tenant validate --config ${args.config}
  4. varco tenant test ${id} --config ${args.config}
`)
  return missing.length > 0 ? 2 : 0
}

const all = async (table: string, args: Arguments, world: World): Promise<ExitCode> => {
  const { out } = args
  if (out === undefined)
    throw new UsageError('Where to? Add --out DIR: a draft is moved into the tenants folder once nothing is missing.')
  const text = await world.readers.readFile(table).catch(() => {
    throw new UsageError(
      `${table} cannot be read: name a table with a line of column names, and allow Varco to read it.`,
    )
  })
  const read = bodiesOf(text)
  if ('fault' in read) throw new UsageError(`${table}: ${read.fault}`)
  const languages = args.config === undefined ? allLanguages : await regionalLanguages(args, world)
  if (languages === undefined) return 1
  const drafts = []
  for (const body of read.bodies) {
    const file = join(out, `${body.id}.yaml`)
    // its whole path: the draft is moved into the tenants folder
    const draft = draftOf(body, schemaFile, languages)
    const missing = [...draft.missing, ...wrongIn(body, file, draft)]
    const written = !(await exists(file, world)) && (await created(file, draft.text, world))
    drafts.push({ id: body.id, file, written, missing })
  }
  const rows = read.faults.map(({ line, reason }) => `${table}:${line}  ${reason}: no draft is made of this row\n`)
  world.err(rows.join(''))
  if (args.json) world.out(jsonText(drafts))
  else {
    for (const { file, written, missing } of drafts)
      world.out(written ? `${file}\n${missingText(missing)}` : `${file}  is there already and stays as it is\n`)
    world.out(
      `${drafts.filter(({ written }) => written).length} of ${drafts.length} drafts written. Check them with: varco tenant validate ${out}\n`,
    )
  }
  if (rows.length > 0) return 1
  return drafts.some(({ missing }) => missing.length > 0) ? 2 : 0
}

/** Those of every tenant whose file names none. Undefined once the error output has said what is wrong. */
const regionalLanguages = async (args: Arguments, world: World): Promise<readonly Language[] | undefined> => {
  const around = await readAround(args, world, { evenEmpty: true })
  if (around === undefined) return undefined
  const { tenants } = around.regionFile as { readonly tenants?: { readonly languages?: readonly Language[] } }
  return tenants?.languages ?? allLanguages
}

const ipaCodeProblems = (body: Body, file: string, text: string): readonly Problem[] => {
  const fault = ipaCodeFault(body)
  return fault === undefined ? [] : [parseYaml(file, text).problem(['organisation', 'ipa_code'], ...fault)]
}

/** What a row says that is not right, beside what it lacks. */
const wrongIn = (body: Body, file: string, { text, missing }: ReturnType<typeof draftOf>): readonly Missing[] => {
  const problems: Problem[] = []
  validate(parseYaml(file, text), tenantSchema, problems)
  const told = new Set(missing.map(({ path }) => path))
  return [...problems, ...ipaCodeProblems(body, file, text)].flatMap(({ path, reason, fix }) =>
    told.has(path) ? [] : [{ path, reason, fix, needed: true }],
  )
}

const missingText = (missing: readonly Missing[]): string =>
  missing
    .map(
      ({ path, reason = 'is missing', fix, needed }) =>
        `  ${needed ? '✗' : '!'} ${path}  ${reason}\n           → ${fix}\n`,
    )
    .join('')

const tenantsFolder = async (config: string, { readers }: World): Promise<string> => {
  const text = await readers.readFile(config).catch(() => {
    throw new UsageError(`${config} cannot be read: correct the path, or make it with varco init.`)
  })
  const named = tenantsFolderIn(parseYaml(config, text).value)
  if (named === undefined) throw new UsageError(`${config} names no folder of tenants: add tenants: tenants.`)
  return join(dirname(config), named)
}

const loadedWith = (file: string, text: string, config: string, { readers }: World) =>
  loadGatewayConfig(config, {
    ...readers,
    readFile: (path) => (join(path) === join(file) ? Promise.resolve(text) : readers.readFile(path)),
    readDir: async (path) => {
      if (join(path) !== join(dirname(file))) return readers.readDir(path)
      // the first file makes its folder
      const names = await readers.readDir(path).catch(() => [])
      return [...names, file.slice(dirname(file).length + 1)]
    },
  })

/** False where somebody else made it meanwhile: theirs stays. */
const created = (file: string, text: string, { createFile }: World): Promise<boolean> =>
  createFile(file, text, { inherit: true }).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
      return false
    },
  )

const exists = (file: string, { readers }: World): Promise<boolean> =>
  readers.readFile(file).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
  )
