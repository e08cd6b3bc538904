/** Writes down what is served, in the background, for the day on which a file of it is broken. */
import type { Audit } from '../audit/events.ts'
import type { KeptSource } from '../config/tenant-folder.ts'
import type { LastGood } from '../keyring/last-good.ts'
import { hashOf } from '../tenant/hash.ts'

export interface Keeping {
  /** One after the other, and nobody waits for it. @param running those that are served, at the moment when it is written. */
  write(running: () => ReadonlyMap<string, KeptSource>): void
  /** Resolves when all is on the disk, or was told that it is not. */
  settled(): Promise<void>
}

export const createKeeping = ({ lastGood, audit }: { readonly lastGood: LastGood; readonly audit: Audit }): Keeping => {
  const failed =
    (tenant: string) =>
    ({ message: reason }: Error) =>
      audit({ type: 'tenant.not_kept', tenant, reason })

  const keep = async (running: ReadonlyMap<string, KeptSource>, outdated: ReadonlySet<string>): Promise<void> => {
    const kept = await lastGood.hashes()
    for (const { tenant, copy } of running.values()) {
      if (kept.get(tenant.id) === hashOf(tenant) && !outdated.has(tenant.id)) continue
      await lastGood.keep(tenant.id, hashOf(tenant), copy()).catch(failed(tenant.id))
    }
    // a file that is gone took its tenant with it
    for (const id of kept.keys()) if (!running.has(id)) await lastGood.drop(id).catch(failed(id))
  }

  let work = Promise.resolve()
  let outdated: ReadonlySet<string> | undefined
  return {
    write: (running) => {
      work = work
        .then(async () => {
          // once: what an older master key sealed
          const old = outdated === undefined ? await lastGood.outdated() : new Set<string>()
          outdated = old
          await keep(running(), old)
        })
        .catch(failed('*'))
    },
    settled: () => work,
  }
}
