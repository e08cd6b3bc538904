/** `varco tenant publish` and `varco tenant suspend`: a tenant goes from state to state in its file, and nowhere else. */
import { formatProblems } from '../config/problem.ts'
import type { Plain, YamlEdit } from '../config/yaml-edit.ts'
import { blockText } from '../config/yaml-text.ts'
import { readPin } from '../tenant/immutable.ts'
import type { AttributeSet, Tenant, TenantState } from '../tenant/tenant.ts'
import { type Arguments, type Command, type ExitCode, jsonText, type World } from './command.ts'
import { editTenantFile, problemsOfChange, readTenantFile, replaceTenantFile, type TenantFile } from './edit-tenant.ts'
import { keyringOf } from './keys.ts'
import { type Lack, lacksForLive, lacksForTest, lacksText } from './tenant-lacks.ts'

export const tenantPublish: Command = {
  name: 'tenant publish',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary: 'moves a tenant on, draft to test to live, or opens a suspended one again; or lists what it lacks for that',
  run: async (args, world) => {
    const found = await readTenantFile(args, world, args.operands[0] ?? '')
    if (found === undefined) return 1
    const to = await nextOf(found, world)
    if (to === undefined) {
      world.err(`${found.tenant.id} is live already.\n`)
      return 1
    }
    const lacks = to === 'live' ? await lacksOf(found, world) : lacksForTest(found.tenant, world.now())
    const stated = editTenantFile(found, [{ set: to, at: ['state'] }, ...registrations(found, to, world)])
    const changed = withoutNote(to === 'live' ? withRegistrations(found, stated) : stated)
    return move(found, { to, changed, lacks }, args, world)
  },
}

export const tenantSuspend: Command = {
  name: 'tenant suspend',
  operands: ['TENANT'],
  options: '--config FILE [--reason TEXT] [--json]',
  summary: 'closes a tenant for a while: a courteous page for citizens, no tokens; varco tenant publish opens it again',
  run: async (args, world) => {
    const found = await readTenantFile(args, world, args.operands[0] ?? '')
    if (found === undefined) return 1
    const { tenant } = found
    if (tenant.state === 'suspended' || tenant.state === 'draft') {
      world.err(`${tenant.id} is ${tenant.state}: there is nothing to close.\n`)
      return 1
    }
    const day = new Date(world.now()).toISOString().slice(0, 10)
    const why = args.reason === undefined ? '' : `: ${args.reason.replace(/\s+/g, ' ').trim()}`
    const note = `# suspended ${day} by ${world.user}, was ${tenant.state}${why}\n`
    const changed = editTenantFile(found, [{ set: 'suspended', at: ['state'] }]).replace(
      /^state:/m,
      () => `${note}state:`,
    )
    return move(found, { to: 'suspended', changed, lacks: [] }, args, world)
  },
}

/** Written by `suspend`, above the state. */
const NOTE = /^# suspended \d{4}-\d\d-\d\d by [^,\n]*, was (test|live)\b.*\n(?=state:)/m

/** Undefined where there is no further state. A suspended one goes back to where it was: its note says, or what was pinned. */
const nextOf = async ({ tenant, config, text }: TenantFile, { readers }: World): Promise<TenantState | undefined> => {
  switch (tenant.state) {
    case 'draft':
      return 'test'
    case 'test':
      return 'live'
    case 'live':
      return undefined
    case 'suspended':
      if (NOTE.test(text)) return NOTE.exec(text)?.[1] === 'live' ? 'live' : 'test'
      return (await readPin(config.stateDir, tenant.id, readers.readFile)) === undefined ? 'test' : 'live'
  }
}

const lacksOf = async ({ config, tenant }: TenantFile, world: World): Promise<readonly Lack[]> => {
  const hasKeys = (await keyringOf(config, world).load(tenant.id)) !== undefined
  return lacksForLive(config, tenant, { now: world.now(), hasKeys })
}

const withoutNote = (text: string): string => text.replace(NOTE, '')

/** The Ministry knows a service by a UUID that is made once: before the metadata are sent. */
const registrations = ({ tenant, plain }: TenantFile, to: TenantState, { randomUuid }: World): readonly YamlEdit[] => {
  const stands = blockOf(plain, 'federation')
  if (to !== 'test' || !tenant.methods.cie || blockOf(stands, 'cie')?.service_uuid !== undefined) return []
  const uuid = randomUuid()
  if (stands === undefined) return [{ set: { cie: { service_uuid: uuid } }, at: ['federation'] }]
  if (blockOf(stands, 'cie') === undefined) return [{ set: { service_uuid: uuid }, at: ['federation', 'cie'] }]
  return [{ set: uuid, at: ['federation', 'cie', 'service_uuid'] }]
}

/** A way in that the gateway lacks today must not open by itself once it has it: nothing would be registered there. */
const switchedOff = ({ tenant, plain }: TenantFile): readonly YamlEdit[] => {
  const off = (['spid', 'cie'] as const).filter(
    (way) => !tenant.methods[way] && !(way === 'spid' && tenant.methods.eidas),
  )
  const standing = blockOf(plain, 'methods')
  if (standing === undefined)
    return off.length === 0 ? [] : [{ set: Object.fromEntries(off.map((way) => [way, false])), at: ['methods'] }]
  return off.flatMap((way) => (standing[way] === undefined ? [{ set: false, at: ['methods', way] }] : []))
}

/** Letter by letter, as it is registered: a default would move with the gateway's address. */
const withRegistrations = (found: TenantFile, before: string): string => {
  const { tenant, plain } = found
  const text = editTenantFile({ ...found, text: before }, switchedOff(found))
  const registered = {
    ...((tenant.methods.spid || tenant.methods.eidas) && {
      spid: {
        entity_id: tenant.spid.entityId,
        acs_url: tenant.spid.acsUrl,
        attribute_sets: tenant.spid.attributeSets.map(setOf),
      },
    }),
    ...(tenant.methods.cie && { cie: { entity_id: tenant.cie.entityId, acs_url: tenant.cie.acsUrl } }),
  }
  const standing = blockOf(plain, 'federation')
  if (standing === undefined) {
    const lines = Object.entries(registered).flatMap(([system, values]) => [
      `  ${system}:`,
      ...blockText(values).map((line) => `    ${line}`),
    ])
    const added =
      lines.length === 0 ? '' : `federation: # as registered: none of it changes any more\n${lines.join('\n')}\n`
    return text.replace(/^clients:/m, () => `${added}clients:`)
  }
  const edits = Object.entries(registered).flatMap(([system, values]): YamlEdit[] => {
    const own = blockOf(standing, system)
    if (own === undefined) return [{ set: values as Plain, at: ['federation', system] }]
    return Object.entries(values).flatMap(([key, value]) =>
      own[key] === undefined ? [{ set: value as Plain, at: ['federation', system, key] }] : [],
    )
  })
  return editTenantFile({ ...found, text }, edits)
}

const setOf = ({ index, name, serviceNames, descriptions, attributes }: AttributeSet) => ({
  index,
  name,
  ...(serviceNames !== undefined && { service_names: { ...serviceNames } }),
  ...(descriptions !== undefined && { descriptions: { ...descriptions } }),
  attributes: [...attributes],
})

const blockOf = (value: unknown, key: string): Readonly<Record<string, unknown>> | undefined => {
  const inner = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
  return typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>) : undefined
}

const move = async (
  found: TenantFile,
  { to, changed, lacks }: { readonly to: TenantState; readonly changed: string; readonly lacks: readonly Lack[] },
  args: Arguments,
  world: World,
): Promise<ExitCode> => {
  const { tenant, file } = found
  const { id, state: from } = tenant
  const problems = await problemsOfChange(found, changed, args, world)
  if (lacks.length + problems.length > 0) {
    if (args.json) world.out(jsonText({ tenant: id, state: from, refused: to, lacks, problems }))
    else
      world.err(
        `${id} stays ${from}. For ${to} it lacks:\n${lacksText(lacks)}${formatProblems(problems)}Nothing was written.\n`,
      )
    return 1
  }
  await replaceTenantFile(found, changed, world)
  if (args.json) world.out(jsonText({ tenant: id, state: to, before: from, file }))
  else {
    world.out(`${id}: ${from} → ${to}, in ${file}. Make it count:\n`)
    world.out(`  varco tenant plan ${id} --config ${args.config}\n  varco tenant apply ${id} --config ${args.config}\n`)
    if (to === 'test') world.out(afterTest(tenant))
  }
  return 0
}

/** What takes others days is told on the first day. */
const afterTest = ({ id, methods, golive }: Tenant): string => {
  const steps = [
    ...(golive.agreement === undefined ? ['golive.agreement: the day on which the agreement is signed'] : []),
    ...(methods.spid && golive.spidMetadata === undefined
      ? [`golive.spid_metadata: varco spid submission makes the ZIP for AgID; the day on which AgID takes it`]
      : []),
    ...(methods.cie && golive.cieMetadata === undefined
      ? [`golive.cie_metadata: varco cie metadata ${id} is for the Ministry’s portal; the day on which it takes them`]
      : []),
  ]
  if (steps.length === 0) return ''
  return `\nFor live its file will have to say, among other things:\n${steps.map((step) => `  ${step}\n`).join('')}`
}
