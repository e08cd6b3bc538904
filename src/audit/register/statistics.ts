/**
 * Numbers without persons, read from the register: it keeps longer than any report is asked for. What AgID may ask of an
 * aggregator: SP1, a row for each access by SPID; SP3, how many people a body let in within a year.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { LoginResponse } from './records.ts'
import { scanRegister } from './search.ts'
import type { Where } from './where.ts'

/** Answers that a provider (or a card) vouched for; anybody may have sent the others. */
const authentic = async function* (
  where: Where,
  wanted: (record: LoginResponse) => boolean,
): AsyncGenerator<LoginResponse & { readonly time: string }> {
  for await (const { record } of scanRegister(where, ({ kind }) => kind === 'login.response')) {
    if (record.kind === 'login.response' && record.authenticated && wanted(record)) yield record
  }
}

export interface Access {
  /** Of the aggregated body. */
  readonly entityId: string
  /** ID of the AuthnRequest. */
  readonly authId: string
  /** Cut to the hour, UTC: `2026-01-15T10:00:00Z`. */
  readonly hour: string
  /** NN of the provider's `ErrorCode nrNN`; 1 for success. */
  readonly code: number
  readonly tenant: string
  readonly client: string
}

/** SP1, in the order of time within each chain. */
export async function* spidAccesses(where: Where, tenant?: string): AsyncGenerator<Access> {
  const wanted = (record: LoginResponse) =>
    record.upstream === 'spid' && record.anomaly !== undefined && (tenant === undefined || record.tenant === tenant)
  for await (const { entityId, requestId, time, anomaly = 1, tenant: body, client } of authentic(where, wanted)) {
    yield { entityId, authId: requestId, hour: `${time.slice(0, 13)}:00:00Z`, code: anomaly, tenant: body, client }
  }
}

export interface UniqueUsers {
  readonly tenant: string
  readonly upstream: string
  readonly entityId: string
  readonly users: number
}

/**
 * SP3: people, not logins, regardless of level. Each is counted by a keyed hash of tenant, way in and tax code; the key is
 * drawn for this count and gone with it, so that nothing of it can be compared with another year or another tenant.
 */
export const uniqueUsers = async (where: Where): Promise<readonly UniqueUsers[]> => {
  const key = randomBytes(32)
  const counted = new Map<string, { readonly about: Omit<UniqueUsers, 'users'>; readonly people: Set<string> }>()
  for await (const record of authentic(where, ({ result }) => result === 'verified')) {
    const { tenant, upstream, entityId, person } = record
    if (person === undefined) continue
    const name = `${tenant}\0${upstream}\0${entityId}`
    const row = counted.get(name) ?? { about: { tenant, upstream, entityId }, people: new Set() }
    counted.set(name, row)
    row.people.add(createHmac('sha256', key).update(`${name}\0${person}`).digest('base64url').slice(0, 16))
  }
  return [...counted.values()]
    .map(({ about, people }) => ({ ...about, users: people.size }))
    .toSorted((one, other) => one.tenant.localeCompare(other.tenant) || one.upstream.localeCompare(other.upstream))
}
