/** A short name for what a tenant is: two gateways that say the same serve the same. */
import { createHash } from 'node:crypto'
import type { Tenant } from './tenant.ts'

/** Keys in order, so that how a file is arranged says nothing. */
const canonical = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value))
    return createHash('sha256')
      .update(value as Buffer)
      .digest('base64url')
  if (Array.isArray(value)) return value.map(canonical)
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}

/** 132 bits in base64url. */
const LENGTH = 22
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, LENGTH)

const known = new WeakMap<Tenant, string>()

/** Of everything that its file, its pictures and certificates and the region's file make of it; tells nothing about its keys. */
export const hashOf = (tenant: Tenant): string => {
  const hash = known.get(tenant) ?? digestOf(tenant)
  known.set(tenant, hash)
  return hash
}

/** Of plain data, however its keys are arranged. */
export const digestOf = (value: unknown): string => digest(JSON.stringify(canonical(value)))

/** Tenant → hash. */
export type Hashes = Readonly<Record<string, string>>

export const hashesOf = (tenants: readonly Tenant[]): Hashes =>
  Object.fromEntries(tenants.map((tenant) => [tenant.id, hashOf(tenant)]))

/** Of a whole set of tenants. */
export const hashOfAll = (hashes: Hashes): string =>
  digest(
    Object.entries(hashes)
      .map(([id, hash]) => `${id} ${hash}\n`)
      .toSorted()
      .join(''),
  )
