/** What AgID may ask of an aggregator: numbers without persons, and the list of the bodies that it serves. */
import { spidAccesses, uniqueUsers } from '../audit/register/statistics.ts'
import type { GatewayConfig } from '../config/gateway-config.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { type Arguments, type Command, UsageError, type World } from './command.ts'
import { readConfiguration } from './configuration.ts'
import { findTenant } from './find-tenant.ts'
import { openRegister } from './open-register.ts'
import { startTable } from './table.ts'

/** To `--out`, which must not be there yet, or to the output. */
const target = async ({ out }: Arguments, world: World) =>
  out === undefined
    ? { write: async (text: string) => world.out(text), close: async () => undefined }
    : await world.newFile(out)

const clientOf = ({ tenants }: GatewayConfig, tenant: string, client: string): Client | undefined =>
  tenants.find(({ id }) => id === tenant)?.clients.find(({ id }) => id === client)

export const reportSp1: Command = {
  name: 'report sp1',
  operands: [],
  options: '--config FILE [--from DAY] [--to DAY] [--tenant TENANT] [--out FILE] [--json]',
  summary: 'SP1 for AgID, as CSV or JSON: a row for each access by SPID, without persons and with the hour only',
  run: async (args, world) => {
    const opened = await openRegister(args, world)
    if (opened === undefined) return 1
    const { config, where, findings, note } = opened
    if (args.tenant !== undefined && findTenant({ config }, args.tenant, world) === undefined) return 1
    await note({ action: 'report', reason: 'SP1', ...(args.tenant !== undefined && { tenant: args.tenant }) })
    const file = await target(args, world)
    try {
      const table = await startTable(file.write, ['entity_id', 'auth_id', 'timestamp', 'cofog', 'code'], args)
      for await (const { entityId, authId, hour, code, tenant, client } of spidAccesses(where, args.tenant))
        await table.row([entityId, authId, hour, clientOf(config, tenant, client)?.cofog, code])
      await table.end()
    } finally {
      await file.close()
    }
    return findings.length > 0 ? 2 : 0
  },
}

export const reportSp3: Command = {
  name: 'report sp3',
  operands: [],
  options: '--year YEAR --config FILE [--out FILE] [--json]',
  summary: 'SP3 for AgID, as CSV or JSON: how many people each body let in within a year, by each way in',
  run: async (args, world) => {
    const { year } = args.register
    if (year === undefined || !/^20\d\d$/.test(year)) throw new UsageError('Which year? Add --year 2026.')
    const days = { from: `${year}-01-01`, to: `${year}-12-31` }
    const opened = await openRegister({ ...args, register: { ...args.register, ...days } }, world)
    if (opened === undefined) return 1
    const { where, findings, note } = opened
    await note({ action: 'report', reason: 'SP3', ...days })
    const rows = await uniqueUsers(where)
    const file = await target(args, world)
    try {
      const table = await startTable(file.write, ['year', 'tenant', 'system', 'entity_id', 'unique_users'], args)
      for (const { tenant, upstream, entityId, users } of rows)
        await table.row([year, tenant, upstream, entityId, users])
      await table.end()
    } finally {
      await file.close()
    }
    return findings.length > 0 ? 2 : 0
  },
}

const aggregatedHead = [
  'ipa_code',
  'name',
  'profile',
  'entity_id',
  'contact_email',
  'contact_phone',
  'url',
  'service',
  'service_url',
  'level',
  'attributes',
  'cofog',
  'state',
] as const

const attributesFor = ({ spid }: Tenant, { attributeSet }: Client): string =>
  (spid.attributeSets.find(({ index }) => index === attributeSet)?.attributes ?? []).join(' ')

/** A row for each service that lets people in by SPID. */
const aggregatedRows = (tenant: Tenant) =>
  tenant.clients.map((client) => [
    tenant.ipaCode,
    tenant.names.it,
    tenant.spid.profile,
    tenant.spid.entityId,
    tenant.spid.contact.email,
    tenant.spid.contact.phone,
    tenant.urls.it,
    client.names.it,
    client.url,
    client.minLevel,
    attributesFor(tenant, client),
    client.cofog,
    tenant.state,
  ])

export const reportAggregated: Command = {
  name: 'report aggregated',
  operands: [],
  options: '--config FILE [--all] [--out FILE] [--json]',
  summary:
    'the bodies that the region serves by SPID, as CSV or JSON: contact, services, levels, attributes; live ones, or all',
  run: async (args, world) => {
    const config = (await readConfiguration(args, world))?.config
    if (config === undefined) return 1
    const all = args.register.all === true
    const tenants = config.tenants.filter(({ state, methods }) => methods.spid && (all || state === 'live'))
    const file = await target(args, world)
    try {
      const table = await startTable(file.write, aggregatedHead, args)
      for (const row of tenants.flatMap(aggregatedRows)) await table.row(row)
      await table.end()
    } finally {
      await file.close()
    }
    if (tenants.length === 0) world.err('No tenant with SPID is live yet. Add --all for the others.\n')
    return 0
  },
}
