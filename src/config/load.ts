/** Reads gateway.yaml and everything that it names, and finds all problems at once. Decides nothing: the rules are in the schemas. */
import type { z } from 'zod'
import { lifetimesOf } from '../tenant/lifetimes.ts'
import { noticesOf } from '../tenant/notices.ts'
import { helpdeskOf, legalOf, type Surroundings } from '../tenant/read.ts'
import type { Marks } from '../tenant/region.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type AtStart, atStartOf } from './at-start.ts'
import { deepFreeze } from './freeze.ts'
import { readGateway, type Settings } from './gateway.ts'
import type { GatewayConfig, Region } from './gateway-config.ts'
import { readMarks } from './marks.ts'
import { type Problem, unreadable } from './problem.ts'
import { beside, createReading, type Readers } from './references.ts'
import { type RegionFile, regionSchema } from './region-schema.ts'
import { type RulesBetween, rulesBetween } from './rules-between.ts'
import { gatewaySchema, tenantsFolderIn } from './schema.ts'
import {
  type Candidate,
  createTenantFiles,
  createTenantFolder,
  finished,
  type KeptSource,
  type TenantFolder,
} from './tenant-folder.ts'
import { warningsOf } from './warnings.ts'
import { parseYaml, validate, type YamlFile } from './yaml-file.ts'

export interface LoadOptions {
  /** A pair that need not be readable yet, for the command that makes it: `aggregator.spid`. */
  readonly unmade?: string
}

export interface Ready {
  readonly config: GatewayConfig
  readonly warnings: readonly Problem[]
  /** By the id of its tenant. */
  readonly tenantFiles: ReadonlyMap<string, string>
  /** The tenants with the files that they stand in. */
  readonly sources: readonly KeptSource[]
  /** The region's file as it is written. */
  readonly regionFile: unknown
  /** Where it is. */
  readonly regionPath: string
  readonly atStart: AtStart
  /** To look at the tenants' files again. */
  readonly folder: TenantFolder
  readonly rules: RulesBetween
  /** The same with other tenants. */
  readonly withTenants: (sources: readonly KeptSource[]) => Ready
}

export type Loaded =
  | Ready
  | {
      readonly problems: readonly Problem[]
      /** Present where only files of tenants are broken, or there is none. */
      readonly rest?: {
        /** What is wrong with their folder as a whole: then nothing is known of any tenant. */
        readonly folderProblem?: Problem
        /** The tenants whose files are not. */
        readonly sound: readonly KeptSource[]
        /** The other files, with the ids that they give where they do. */
        readonly broken: readonly Pick<Candidate, 'file' | 'id'>[]
        /** Everything else, with the tenants that shall run. */
        readonly withTenants: (sources: readonly KeptSource[]) => Ready
      }
    }

interface Checked<T> {
  readonly yaml: YamlFile
  /** Absent where the file has problems. */
  readonly value?: T
}

/**
 * The configuration, frozen all the way down, or everything that is wrong in any of its files. Never rejects for what a
 * person wrote. `file` as the person named it; relative paths in a file are relative to that file.
 */
export const loadGatewayConfig = async (
  file: string,
  readers: Readers,
  { unmade }: LoadOptions = {},
): Promise<Loaded> => {
  const problems: Problem[] = []
  const reading = createReading(readers, problems)

  const open = async <S extends z.ZodType>(path: string, schema: S): Promise<Checked<z.output<S>> | undefined> => {
    let text: string
    try {
      text = await readers.readFile(path)
    } catch (cause) {
      problems.push(unreadable(path, cause))
      return undefined
    }
    const yaml = parseYaml(path, text)
    const value = validate(yaml, schema, problems)
    return { yaml, ...(value !== undefined && { value }) }
  }

  const gateway = await open(file, gatewaySchema)
  if (gateway === undefined) return { problems }
  // the other files are looked at even where this one has problems: the person wants to hear of all of them
  const named = gateway.yaml.value as { readonly region?: unknown } | null | undefined
  const regionPath = typeof named?.region === 'string' ? pathOf(gateway.yaml, named.region) : undefined
  const region = regionPath === undefined ? undefined : await open(regionPath, regionSchema)
  const folder = tenantsFolderIn(gateway.yaml.value)
  const files =
    folder === undefined
      ? undefined
      : createTenantFiles(
          { folder: beside(gateway.yaml, folder), secrets: beside(gateway.yaml, 'secrets') },
          readers,
          (reason, fix) => gateway.yaml.problem(['tenants'], reason, fix),
        )
  const found = (await files?.readAll(region?.value && region.yaml.value)) ?? []
  if ('problems' in found) problems.push(...found.problems)
  const tenants = 'problems' in found ? [] : found
  const ofTenants = new Set(tenants.map(({ yaml }) => yaml.file))
  problems.push(...tenants.flatMap((one) => one.problems))

  const settings = gateway.value && (await readGateway(gateway.yaml, gateway.value, reading, problems))
  if (files === undefined || regionPath === undefined || settings === undefined || region?.value === undefined)
    return { problems }
  const marks =
    region.value.marks === undefined ? undefined : await readMarks(region.yaml, region.value.marks, reading, problems)
  const everywhere = regionOf(region.value, settings.eidas !== undefined, marks)
  const surroundings = surroundingsOf(settings, everywhere)
  const candidates = tenants.map((one) => finished(one, surroundings))
  problems.push(...candidates.flatMap((one) => one.problems.filter((problem) => !problems.includes(problem))))
  const sources = candidates.flatMap(({ source }) => source ?? [])
  const rules = rulesBetween(settings, readers)
  const unread = candidates.flatMap(({ id, source }) => (source === undefined ? [id] : []))
  problems.push(...rules.between(sources, unread))
  for (const source of sources) problems.push(...(await rules.changedSinceLive(source)))
  const { fingerprintOfSubjectKey, ...rest } = settings
  const live = sources.find(({ tenant }) => tenant.state === 'live')?.tenant
  if (live !== undefined && settings.sandbox) {
    const fix = 'remove sandbox, or write state: test there'
    problems.push(gateway.yaml.problem(['sandbox'], `is true, and ${live.id} is live`, fix))
  }
  if (live !== undefined && settings.subjectKeyFingerprint === undefined) {
    const reason = `is missing, and ${live.id} is live`
    const fix = `add fingerprint: ${fingerprintOfSubjectKey}`
    problems.push(gateway.yaml.problem(['subject_key', 'fingerprint'], reason, fix))
  }
  const inTheWay = problems.filter(
    (one) => one.file !== file || unmade === undefined || !one.path.startsWith(`${unmade}.`),
  )
  const withTenants = (sources: readonly KeptSource[]): Ready => {
    const all = sources.map(({ tenant }) => tenant)
    const config: GatewayConfig = deepFreeze({ ...rest, region: surroundings.region, tenants: all })
    return {
      config,
      warnings: warningsOf(gateway.yaml, config),
      tenantFiles: new Map(sources.map(({ yaml, tenant }) => [tenant.id, yaml.file])),
      sources,
      regionFile: region.yaml.value,
      regionPath,
      atStart: atStartOf(gateway.yaml.value, region.yaml.value),
      rules,
      withTenants,
      folder: createTenantFolder({
        files,
        region: regionPath,
        readers,
        surroundingsWith: ({ helpdesk, legal, lifetimes }) => ({
          ...surroundings,
          // the rest is read at the start: every page shows it
          region: { ...everywhere, ...regionalDefaults({ helpdesk, legal, lifetimes }) },
        }),
      }),
    }
  }
  if (inTheWay.length === 0) return withTenants(sources)
  const [folderProblem] = 'problems' in found ? found.problems : []
  if (!inTheWay.every((one) => ofTenants.has(one.file) || one === folderProblem)) return { problems: inTheWay }
  const broken = new Set(inTheWay.map((one) => one.file))
  const sound = sources.filter(({ yaml }) => !broken.has(yaml.file))
  const others = candidates.filter(({ file }) => broken.has(file)).map(({ file, id }) => ({ file, id }))
  const whole = folderProblem === undefined ? {} : { folderProblem }
  return { problems: inTheWay, rest: { sound, broken: others, withTenants, ...whole } }
}

const pathOf = (yaml: YamlFile, name: string): string => beside(yaml, name.replace(/^file:/, ''))

const regionalDefaults = ({ helpdesk, legal, lifetimes }: Pick<RegionFile, 'helpdesk' | 'legal' | 'lifetimes'>) => ({
  helpdesk: helpdeskOf(helpdesk),
  legal: legalOf(legal),
  lifetimes: lifetimesOf(lifetimes),
})

export const regionOf = (file: RegionFile, eidas: boolean, marks?: Marks): Region => ({
  name: file.name,
  ...regionalDefaults(file),
  cnsLabel: file.cns_label,
  methodOrder: eidas && !file.method_order.includes('eidas') ? [...file.method_order, 'eidas'] : file.method_order,
  notices: noticesOf(file.notices),
  ...(marks !== undefined && { marks }),
})

const surroundingsOf = (settings: Settings, region: Region): Surroundings => {
  const offered = (method: keyof Tenant['methods']) => region.methodOrder.includes(method)
  return {
    publicUrl: settings.publicUrl,
    region,
    methods: {
      spid: offered('spid') && (settings.spid.metadata.length > 0 || settings.spid.registry !== undefined),
      cie: offered('cie') && settings.cie.metadata.length > 0,
      cns: offered('cns') && settings.cns !== undefined,
      eidas: offered('eidas') && settings.eidas !== undefined,
    },
    ...(settings.eidas !== undefined && { eidasIndex: settings.eidas.attributeSetIndex }),
  }
}
