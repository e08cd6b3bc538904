/** A change of a tenant's file by a command: checked as a whole before it is written, and every other byte stays. */
import { join } from 'node:path'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { loadGatewayConfig } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import { editYaml, type YamlEdit, YamlEditError } from '../config/yaml-edit.ts'
import { parseYaml } from '../config/yaml-file.ts'
import { StartError } from '../errors.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Arguments, UsageError, type World } from './command.ts'
import { readAround } from './configuration.ts'
import { findTenant } from './find-tenant.ts'

export interface TenantFile {
  readonly config: GatewayConfig
  readonly tenant: Tenant
  readonly file: string
  readonly text: string
  /** As it is written. */
  readonly plain: unknown
  /** The region's file, as it is written. */
  readonly region: unknown
  /** Files of other tenants that are broken: they are not in the way of this one. */
  readonly brokenOthers: ReadonlySet<string>
}

/** Undefined once the error output has said what is wrong. */
export const readTenantFile = async (args: Arguments, world: World, id: string): Promise<TenantFile | undefined> => {
  const loaded = await readAround(args, world)
  if (loaded === undefined) return undefined
  const tenant = findTenant(loaded, id, world)
  const file = loaded.tenantFiles.get(id)
  if (file === undefined || tenant === undefined) return undefined
  const text = await world.readers.readFile(file)
  return {
    config: loaded.config,
    tenant,
    file,
    text,
    plain: parseYaml(file, text).value,
    region: loaded.regionFile,
    brokenOthers: new Set(loaded.broken.map((one) => one.file)),
  }
}

/** Writes the file, or says on the error output what would be wrong with it and resolves with `false`. */
export const writeTenantFile = async (
  tenantFile: TenantFile,
  edits: readonly YamlEdit[],
  args: Arguments,
  world: World,
): Promise<boolean> => {
  const changed = editTenantFile(tenantFile, edits)
  const problems = await problemsOfChange(tenantFile, changed, args, world)
  if (problems.length > 0) {
    world.err(`${formatProblems(problems)}Nothing was written.\n`)
    return false
  }
  await replaceTenantFile(tenantFile, changed, world)
  return true
}

/** The text of the file after these edits. Throws a StartError where no program can make them. */
export const editTenantFile = ({ file, text }: TenantFile, edits: readonly YamlEdit[]): string => {
  try {
    return editYaml(text, edits)
  } catch (cause) {
    if (cause instanceof YamlEditError) throw new StartError(`${file}: ${cause.message}`, { cause })
    throw cause
  }
}

/** Of the whole gateway, if the file had this text; but not what was wrong with others before. */
export const problemsOfChange = async (
  { file, brokenOthers }: TenantFile,
  changed: string,
  { config = '' }: Arguments,
  { readers }: World,
): Promise<readonly Problem[]> => {
  const readFile = (path: string) => (join(path) === join(file) ? Promise.resolve(changed) : readers.readFile(path))
  const loaded = await loadGatewayConfig(config, { ...readers, readFile })
  return 'problems' in loaded ? loaded.problems.filter((problem) => !brokenOthers.has(problem.file)) : []
}

/** Throws where somebody else changed it since it was read. */
export const replaceTenantFile = async (
  { file, text }: TenantFile,
  changed: string,
  { readers, writeFile }: World,
): Promise<void> => {
  if ((await readers.readFile(file)) !== text)
    throw new UsageError(`${file} was changed by somebody else at this moment: type it again.`)
  await writeFile(file, changed)
}
