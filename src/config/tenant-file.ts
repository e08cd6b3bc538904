/** One tenant's file with all that it names: read, checked, and as it is kept for the day on which it is broken. */
import { readClientSecrets } from '../tenant/read.ts'
import { type OwnSignings, readOwnSignings } from '../tenant/read-federation.ts'
import { type TenantFile, tenantSchema } from '../tenant/schema.ts'
import { mergedBelow } from '../tenant/shared-schema.ts'
import type { ClientSecret, Picture } from '../tenant/tenant.ts'
import { readPicture } from './picture.ts'
import { type Problem, unreadable } from './problem.ts'
import { emptySeen, recording, replaying, type Seen } from './recording.ts'
import { createReading, type Readers } from './references.ts'
import { parseYaml, validate, type YamlFile } from './yaml-file.ts'

export interface ReadTenantFile {
  /** As the file says, without what the region says. */
  readonly yaml: YamlFile
  readonly problems: readonly Problem[]
  /** Everything that was read for it. */
  readonly seen: Pick<Seen, 'digests'>
  readonly read: (path: string) => Promise<Buffer>
  /** Absent where the file has problems of its own. */
  readonly content?: TenantContent
}

export interface TenantContent {
  readonly value: TenantFile
  readonly secrets: ReadonlyMap<string, readonly ClientSecret[]>
  readonly signings: OwnSignings
  readonly logo: Picture | undefined
  /** For `readCopy`: serves the same tenant again, whatever becomes of its files. Holds keys, but no client's secret. */
  readonly copy: () => string
}

type Plain = Readonly<Record<string, unknown>>
const isBlock = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What of the region's file a tenant takes. */
export const inherited = (region: unknown): Plain => {
  const { helpdesk, legal, lifetimes, tenants } = (isBlock(region) ? region : {}) as Plain
  return { helpdesk, legal, lifetimes, tenants }
}

/** Bytes: a Comune with fifty services has 50 KB. Parsing takes the processor for so long that requests would wait. */
export const LARGEST_TENANT_FILE = 128 * 1024

/** @param region what it takes from the region's file. @param around for the files that the tenant of this id names. */
export const readTenantFile = async (
  path: string,
  region: Plain,
  readers: Readers,
  around: (id: string) => Readers = () => readers,
): Promise<ReadTenantFile> => {
  const digests = new Map<string, string>()
  const [named, hidden] = [
    { ...emptySeen(), digests },
    { ...emptySeen(), digests },
  ]
  let beside = readers
  const read = (named: string) =>
    named === path ? readers.readBytes(path, LARGEST_TENANT_FILE) : beside.readBytes(named)
  const problems: Problem[] = []
  let text: string
  try {
    text = await recording(readers, { ...emptySeen(), digests }).readFile(path, LARGEST_TENANT_FILE)
  } catch (cause) {
    const yaml = { ...parseYaml(path, ''), value: undefined }
    return { yaml, problems: [unreadable(path, cause)], seen: { digests }, read }
  }
  const yaml = parseYaml(path, text)
  // what is no YAML lacks nothing: it is not known what it says
  const merged = yaml.value === undefined ? undefined : mergedBelow(region.tenants, yaml.value)
  const value = validate({ ...yaml, value: merged }, tenantSchema, problems)
  if (value === undefined) return { yaml, problems, seen: { digests }, read }
  beside = around(value.id)
  const reading = createReading(recording(beside, named), problems)
  const secrets = await readClientSecrets(yaml, value, createReading(recording(beside, hidden), problems), problems)
  const signings = await readOwnSignings(yaml, value, reading, problems)
  const { logo: name } = value.branding
  const logo = name === undefined ? undefined : await readPicture(yaml, ['branding', 'logo'], name, reading, problems)
  const copy = () => copyOf(path, withHashes(withInherited(merged as Plain, region), secrets), named)
  return { yaml, problems, seen: { digests }, read, content: { value, secrets, signings, logo, copy } }
}

const withInherited = (file: Plain, region: Plain): Plain => ({
  ...file,
  ...(file.helpdesk === undefined && region.helpdesk !== undefined && { helpdesk: region.helpdesk }),
  legal: mergedBelow(region.legal ?? {}, file.legal),
  lifetimes: mergedBelow(region.lifetimes ?? {}, file.lifetimes),
})

/** In the place of references to secrets, which a copy need not know. */
const withHashes = (file: Plain, secrets: TenantContent['secrets']): Plain => ({
  ...file,
  clients: (file.clients as readonly Plain[]).map((client) => ({
    ...client,
    secrets: secrets.get(String(client.id))?.map(({ sha256, notAfter }) => ({
      sha256,
      ...(notAfter !== undefined && { not_after: new Date(notAfter).toISOString() }),
    })),
  })),
})

interface Copy {
  readonly file: string
  readonly value: unknown
  /** In base64. */
  readonly files: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

const copyOf = (file: string, value: unknown, { files, env }: Seen): string => {
  const bytes = Object.fromEntries([...files].map(([path, content]) => [path, content.toString('base64')]))
  return JSON.stringify({ file, value, files: bytes, env: Object.fromEntries(env) } satisfies Copy)
}

/** The same as when the copy was made; JSON is YAML. Throws a SyntaxError where it is no copy. */
export const readCopy = async (copy: string): Promise<ReadTenantFile> => {
  const { file, value, files, env } = JSON.parse(copy) as Copy
  const kept = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content, 'base64')]))
  kept.set(file, Buffer.from(JSON.stringify(value)))
  return readTenantFile(file, {}, replaying({ files: kept, env: new Map(Object.entries(env)) }))
}
