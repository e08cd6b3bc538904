/** Client secrets: made here, shown once, and kept as their hash in the tenant's file. */
import { createHash, randomBytes } from 'node:crypto'
import type { Plain, YamlEdit } from '../config/yaml-edit.ts'
import type { Client } from '../tenant/tenant.ts'
import { type Arguments, type Command, jsonText, UsageError, type World } from './command.ts'
import { readTenantFile, type TenantFile, writeTenantFile } from './edit-tenant.ts'

const DAY = 24 * 60 * 60 * 1000

/** 256 bits, in letters that no program forgets to encode. */
export const newSecret = (): { readonly secret: string; readonly sha256: string } => {
  const secret = randomBytes(32).toString('base64url')
  return { secret, sha256: createHash('sha256').update(secret).digest('hex') }
}

export const clientRotateSecret: Command = {
  name: 'client rotate-secret',
  operands: ['TENANT', 'CLIENT'],
  options: '--config FILE [--days N] [--now] [--json]',
  summary: 'makes a new secret, shown once; the one before it ends after 14 days, or at once with --now',
  run: async (args, world) => {
    const [id = '', clientId = ''] = args.operands
    const days = daysOf(args)
    const tenantFile = await readTenantFile(args, world, id)
    if (tenantFile === undefined) return 1
    const found = clientIn(tenantFile, clientId, world)
    if (found === undefined) return 1
    const ends = args.now ? world.now() : world.now() + days * DAY
    const { secret, sha256 } = newSecret()
    const plan = planOf(found, { sha256, ends, now: world.now(), atOnce: args.now })
    if ('refusal' in plan) {
      world.err(`${plan.refusal}\n`)
      return 1
    }
    if (!(await writeTenantFile(tenantFile, plan.edits, args, world))) return 1
    const oldEnds = plan.ends === undefined ? undefined : instant(plan.ends)
    if (args.json) world.out(jsonText({ tenant: id, client: clientId, secret, sha256, oldEnds, file: tenantFile.file }))
    else {
      world.out(handOver({ secret, client: clientId, tenant: id }))
      if (oldEnds !== undefined) world.out(`The one before it ends on ${oldEnds}.\n`)
      world.out(`Running gateways take it up by: varco tenant apply ${id} --config ${args.config}\n`)
    }
    return 0
  },
}

/** The one time that it is shown. */
export const handOver = ({ secret, client, tenant }: Record<'secret' | 'client' | 'tenant', string>): string =>
  `The secret of ${client} (${tenant}), shown only now: hand it to whoever runs the service, not by e-mail.

  ${secret}

`

const daysOf = ({ days = '14' }: Arguments): number => {
  if (/^[1-9]\d?$/.test(days)) return Number(days)
  throw new UsageError(`--days ${days} is no number of days: write 1 to 99, or --now.`)
}

interface Found {
  readonly client: Client
  /** Where it stands in the file. */
  readonly index: number
  readonly secrets: readonly Plain[]
}

const clientIn = ({ tenant, plain }: TenantFile, id: string, { err }: World): Found | undefined => {
  const client = tenant.clients.find((one) => one.id === id)
  if (client === undefined) {
    err(`${tenant.id} has no client ${id}. There are: ${tenant.clients.map((one) => one.id).join(', ')}.\n`)
    return undefined
  }
  const written = (plain as { readonly clients: readonly { readonly id: string; readonly secrets?: Plain[] }[] })
    .clients
  const index = written.findIndex((one) => one.id === id)
  return { client, index, secrets: written[index]?.secrets ?? [] }
}

type Plan = { readonly edits: readonly YamlEdit[]; readonly ends?: number } | { readonly refusal: string }

const planOf = (
  { client, index, secrets }: Found,
  { sha256, ends, now, atOnce }: { sha256: string; ends: number; now: number; atOnce: boolean },
): Plan => {
  if (secrets.length === 0) return { refusal: `${client.id} has auth: ${client.auth}, and so no secret.` }
  const elsewhere = secrets.filter((secret) => typeof secret === 'string')
  if (elsewhere.length > 0) {
    return {
      refusal:
        `The secret of ${client.id} does not stand in the file but in ${elsewhere.join(', ')}: change it there, and at ` +
        'the service. To have both for a while, write the hash of the old one beside it: { sha256: …, not_after: … }.',
    }
  }
  const place = ['clients', index, 'secrets'] as const
  const standing = secrets.map((_, at) => ({ at, until: client.secrets[at]?.notAfter ?? Number.POSITIVE_INFINITY }))
  const valid = standing.filter(({ until }) => until > now)
  if (valid.length > 1 && !atOnce) {
    const until = Math.min(...valid.map((one) => one.until))
    const wait = Number.isFinite(until) ? `until ${instant(until)}` : 'without an end'
    return {
      refusal: `${client.id} has two valid secrets already, one of them ${wait}: wait, or end both at once with --now.`,
    }
  }
  const dropped = atOnce ? standing : standing.filter((one) => !valid.includes(one))
  const [old] = atOnce ? [] : valid
  return {
    edits: [
      ...(old !== undefined && old.until > ends ? [{ set: instant(ends), at: [...place, old.at, 'not_after'] }] : []),
      { add: { sha256 }, to: place },
      // from behind, so that the places of the others stay
      ...dropped.toReversed().map(({ at }) => ({ remove: [...place, at] })),
    ],
    ...(old !== undefined && { ends: Math.min(old.until, ends) }),
  }
}

/** To the second, as it stands in the file. */
const instant = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
