/** Reads gateway.yaml and everything that it names, and finds all problems at once. Decides nothing: the rules are in the schemas. */
import type { z } from 'zod'
import { sharedBetween, type TenantSource } from '../tenant/between.ts'
import { differences, readPin } from '../tenant/immutable.ts'
import { lifetimesOf } from '../tenant/lifetimes.ts'
import { noticesOf } from '../tenant/notices.ts'
import { helpdeskOf, legalOf, readClientSecrets, readTenant, type Surroundings } from '../tenant/read.ts'
import { readOwnSignings } from '../tenant/read-federation.ts'
import type { Marks } from '../tenant/region.ts'
import { tenantSchema } from '../tenant/schema.ts'
import { mergedBelow } from '../tenant/shared-schema.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { deepFreeze } from './freeze.ts'
import { readGateway } from './gateway.ts'
import type { GatewayConfig, Region } from './gateway-config.ts'
import { readMarks } from './marks.ts'
import { readPicture } from './picture.ts'
import type { Problem } from './problem.ts'
import { beside, createReading, type Readers } from './references.ts'
import { gatewaySchema, type RegionFile, regionSchema } from './schema.ts'
import { warningsOf } from './warnings.ts'
import { parseYaml, validate, type YamlFile } from './yaml-file.ts'

export interface LoadOptions {
  /** A pair that need not be readable yet, for the command that makes it: `aggregator.spid`. */
  readonly unmade?: string
}

export type Loaded =
  | {
      readonly config: GatewayConfig
      readonly warnings: readonly Problem[]
      /** By the id of its tenant. */
      readonly tenantFiles: ReadonlyMap<string, string>
      /** The tenants with the files that they stand in. */
      readonly sources: readonly TenantSource[]
      /** The region's file as it is written. */
      readonly regionFile: unknown
    }
  | { readonly problems: readonly Problem[] }

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

  const open = async <S extends z.ZodType>(
    path: string,
    schema: S,
    below?: unknown,
  ): Promise<Checked<z.output<S>> | undefined> => {
    let text: string
    try {
      text = await readers.readFile(path)
    } catch (cause) {
      problems.push(unreadable(path, cause))
      return undefined
    }
    const yaml = parseYaml(path, text)
    const value = validate({ ...yaml, value: mergedBelow(below, yaml.value) }, schema, problems)
    return { yaml, ...(value !== undefined && { value }) }
  }

  const gateway = await open(file, gatewaySchema)
  if (gateway === undefined) return { problems }
  // the other files are looked at even where this one has problems: the person wants to hear of all of them
  const named = gateway.yaml.value as { readonly region?: unknown; readonly tenants?: unknown } | null | undefined
  const region =
    typeof named?.region === 'string' ? await open(pathOf(gateway.yaml, named.region), regionSchema) : undefined
  const tenants = []
  for (const path of typeof named?.tenants === 'string'
    ? await tenantFiles(gateway.yaml, named.tenants, readers, problems)
    : []) {
    const tenant = await open(path, tenantSchema, region?.value?.tenants)
    if (tenant?.value === undefined) continue
    const { yaml, value } = tenant
    tenants.push({
      yaml,
      value,
      secrets: await readClientSecrets(yaml, value, reading, problems),
      signings: await readOwnSignings(yaml, value, reading, problems),
      logo:
        value.branding.logo === undefined
          ? undefined
          : await readPicture(yaml, ['branding', 'logo'], value.branding.logo, reading, problems),
    })
  }

  const settings = gateway.value && (await readGateway(gateway.yaml, gateway.value, reading, problems))
  if (settings === undefined || region?.value === undefined) return { problems }
  const marks =
    region.value.marks === undefined ? undefined : await readMarks(region.yaml, region.value.marks, reading, problems)
  const everywhere = regionOf(region.value, settings.eidas !== undefined, marks)
  const offered = (method: keyof Tenant['methods']) => everywhere.methodOrder.includes(method)
  const surroundings: Surroundings = {
    publicUrl: settings.publicUrl,
    region: everywhere,
    methods: {
      spid: offered('spid') && (settings.spid.metadata.length > 0 || settings.spid.registry !== undefined),
      cie: offered('cie') && settings.cie.metadata.length > 0,
      cns: offered('cns') && settings.cns !== undefined,
      eidas: offered('eidas') && settings.eidas !== undefined,
    },
    ...(settings.eidas !== undefined && { eidasIndex: settings.eidas.attributeSetIndex }),
  }
  const sources = tenants.map(
    ({ yaml, value, secrets, signings, logo }): TenantSource => ({
      yaml,
      tenant: readTenant(yaml, value, secrets, surroundings, problems, signings, logo),
    }),
  )
  problems.push(...sharedBetween(sources), ...hostsOfTheGateway(settings, sources))
  for (const { yaml, tenant } of sources) {
    if (tenant.state === 'live') problems.push(...(await changedSinceLive(yaml, tenant, settings.stateDir, readers)))
  }
  const all = sources.map(({ tenant }) => tenant)
  const live = all.find(({ state }) => state === 'live')
  if (live !== undefined && settings.sandbox) {
    const fix = 'remove sandbox, or write state: test there'
    problems.push(gateway.yaml.problem(['sandbox'], `is true, and ${live.id} is live`, fix))
  }
  if (live !== undefined && settings.subjectKeyFingerprint === undefined) {
    const reason = `is missing, and ${live.id} is live`
    problems.push(
      gateway.yaml.problem(
        ['subject_key', 'fingerprint'],
        reason,
        `add fingerprint: ${settings.fingerprintOfSubjectKey}`,
      ),
    )
  }
  const inTheWay = problems.filter(
    (one) => one.file !== file || unmade === undefined || !one.path.startsWith(`${unmade}.`),
  )
  if (inTheWay.length > 0) return { problems: inTheWay }
  const { fingerprintOfSubjectKey, ...rest } = settings
  const config: GatewayConfig = { ...rest, region: surroundings.region, tenants: all }
  return {
    config: deepFreeze(config),
    warnings: warningsOf(gateway.yaml, config),
    tenantFiles: new Map(sources.map(({ yaml, tenant }) => [tenant.id, yaml.file])),
    sources,
    regionFile: region.yaml.value,
  }
}

const pathOf = (yaml: YamlFile, name: string): string => beside(yaml, name.replace(/^file:/, ''))

const unreadable = (file: string, cause: unknown): Problem => ({
  file,
  line: 1,
  column: 1,
  path: '',
  reason: `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
  fix: 'create the file, allow Varco to read it, or correct the path',
})

const tenantFiles = async (
  yaml: YamlFile,
  folder: string,
  readers: Readers,
  problems: Problem[],
): Promise<readonly string[]> => {
  const path = pathOf(yaml, folder)
  const names = await readers.readDir(path).catch(() => undefined)
  const files = (names ?? []).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  if (names === undefined) {
    problems.push(
      yaml.problem(['tenants'], `${path} is not a folder that can be read`, 'create it, or correct the path'),
    )
  } else if (files.length === 0) {
    problems.push(
      yaml.problem(
        ['tenants'],
        `${path} holds no tenant file`,
        'write one: varco tenant new TENANT --config FILE --name TEXT --ipa c_x999 --url URL',
      ),
    )
  }
  return files.map((name) => `${path.replace(/\/$/, '')}/${name}`)
}

export const regionOf = (file: RegionFile, eidas: boolean, marks?: Marks): Region => ({
  name: file.name,
  helpdesk: helpdeskOf(file.helpdesk),
  legal: legalOf(file.legal),
  cnsLabel: file.cns_label,
  methodOrder: eidas && !file.method_order.includes('eidas') ? [...file.method_order, 'eidas'] : file.method_order,
  lifetimes: lifetimesOf(file.lifetimes),
  notices: noticesOf(file.notices),
  ...(marks !== undefined && { marks }),
})

const hostsOfTheGateway = (
  { publicUrl, cns }: Pick<GatewayConfig, 'publicUrl' | 'cns'>,
  sources: readonly TenantSource[],
): readonly Problem[] => {
  const taken = [publicUrl, cns?.url].flatMap((url) => (url === undefined ? [] : [new URL(url).host]))
  return sources
    .filter(({ tenant }) => tenant.host !== undefined && taken.includes(tenant.host))
    .map(({ yaml }) =>
      yaml.problem(['host'], 'is a host of the gateway itself', 'write the own host of this Comune, or remove the key'),
    )
}

const changedSinceLive = async (
  yaml: YamlFile,
  tenant: Tenant,
  stateDir: string,
  readers: Readers,
): Promise<readonly Problem[]> => {
  try {
    const pin = await readPin(stateDir, tenant.id, readers.readFile)
    return pin === undefined
      ? []
      : differences(tenant, pin).map(({ path, reason, fix }) => yaml.problem(path, reason, fix))
  } catch (damaged) {
    return [
      yaml.problem(['id'], (damaged as Error).message, 'or delete it, if nothing of this tenant was ever registered'),
    ]
  }
}
