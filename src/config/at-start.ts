/** What the gateway's and the region's file say that counts from a start only: who looks can tell what still waits for one. */
import { digestOf, type Hashes } from '../tenant/hash.ts'
import { inherited } from './tenant-file.ts'

/** A digest of what stands at each key of the file. */
export interface AtStart {
  readonly gateway: Hashes
  readonly region: Hashes
}

/** Both files as they are written. What tenants take from the region's counts when it is applied. */
export const atStartOf = (gateway: unknown, region: unknown): AtStart => ({
  gateway: digestsOf(gateway, {}),
  region: digestsOf(region, inherited(region)),
})

const digestsOf = (file: unknown, without: object): Hashes =>
  Object.fromEntries(
    Object.entries(file as Readonly<Record<string, unknown>>)
      .filter(([key]) => !Object.hasOwn(without, key))
      .map(([key, value]) => [key, digestOf(value)]),
  )
