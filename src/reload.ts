/**
 * Tenants that change while the gateway runs. The folder is read, what is broken keeps what it stood for, whatever changed
 * is built beside what is served, and then all of it takes its place in one step: page, metadata, own host, clients. A
 * request under way ends on what it began with.
 */
import { basename } from 'node:path'
import type { Audit } from './audit/events.ts'
import type { AtStart } from './config/at-start.ts'
import { formatProblems, type Problem } from './config/problem.ts'
import type { RulesBetween } from './config/rules-between.ts'
import type { Candidate, KeptSource, TenantFolder } from './config/tenant-folder.ts'
import type { LastGood } from './keyring/last-good.ts'
import { fulfils, type Hashes, type Wanted } from './operations/rollout.ts'
import { createKeeping } from './reload/keeping.ts'
import { onlyWanted } from './reload/only-wanted.ts'
import { createPatience } from './reload/patience.ts'
import { type Accepted, accept, type Broken } from './tenant/accept.ts'
import { hashesOf, hashOf, hashOfAll } from './tenant/hash.ts'
import type { TenantRegistry } from './tenant/registry.ts'
import { renamedIn } from './tenant/renamed.ts'
import type { Tenant } from './tenant/tenant.ts'
import type { Prepared } from './tenant-apps.ts'

/** What `loadGatewayConfig` and `varco start` know of the tenants. */
export interface TenantFiles {
  readonly folder: TenantFolder
  readonly rules: RulesBetween
  readonly sources: readonly KeptSource[]
  /** Served as they last were since the start. */
  readonly broken?: readonly Broken[]
  /** What of the gateway's and the region's file stays as it is until the next start. */
  readonly atStart?: AtStart
}

/** Who takes the folder where nobody asked. */
export const POLL = 'poll'
export const SIGNAL = 'signal'

export interface Reload {
  /** Takes the folder as it is. Never rejects. @param by a person's account, `signal` or `poll`. */
  take(by: string): Promise<void>
  /** Takes what an operator wants, if the folder has it. Never rejects. */
  want(wanted: Wanted): Promise<void>
  hashes(): Hashes
  /** For the presence of the gateway. */
  standing(): {
    readonly tenantsHash: string
    readonly broken: Readonly<Record<string, string>>
    readonly differs?: { readonly wanted: string; readonly tenants: readonly string[] }
    readonly atStart?: AtStart
  }
  /** Resolves when the last good versions are on the disk. */
  settled(): Promise<void>
}

/** Of a reason in the log and beside the other gateways: `varco tenant validate` says all. */
const LONGEST_REASON = 2000
const reasonOf = (problems: readonly Problem[]): string => {
  const reason = formatProblems(problems).trim().split('\n').slice(1).join(' ')
  return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason
}
const nameOf = ({ id, file }: Pick<Broken, 'id' | 'file'>): string => id ?? basename(file)

export const createReload = ({
  files: { folder, rules, sources, broken: brokenAtStart = [], atStart },
  registry,
  prepare,
  pin,
  lastGood,
  audit,
  changed: onChange,
}: {
  readonly files: TenantFiles
  readonly registry: TenantRegistry
  readonly prepare: (tenants: readonly Tenant[]) => Promise<Prepared>
  /** Writes down what a live tenant may not change any more. */
  readonly pin: (tenants: readonly Tenant[]) => Promise<void>
  readonly lastGood: LastGood
  readonly audit: Audit
  /** Others are served now, or a file is broken or mended. */
  readonly changed: () => void
}): Reload => {
  let running: ReadonlyMap<string, KeptSource> = new Map(sources.map((source) => [source.tenant.id, source]))
  const keeping = createKeeping({ lastGood, audit })
  let broken: readonly Broken[] = []
  let differs: { readonly wanted: string; readonly tenants: readonly string[] } | undefined
  let hashes = hashesOf(sources.map(({ tenant }) => tenant))
  let tenantsHash = hashOfAll(hashes)
  let unreadable: string | undefined
  let announced = `${tenantsHash}${brokenAtStart.length}`

  /** Each is told once, and again when it is wrong in another way. */
  const tell = (found: readonly Broken[]) => {
    const known = new Map(broken.map(({ file, problems }) => [file, reasonOf(problems)]))
    for (const { id, file, problems, kept } of found) {
      const reason = reasonOf(problems)
      if (known.get(file) !== reason)
        audit({ type: 'tenant.broken', ...(id !== undefined && { tenant: id }), file, reason, kept })
    }
    const still = new Set(found.map(({ file }) => file))
    for (const { file } of broken) if (!still.has(file)) audit({ type: 'tenant.mended', file })
    broken = found
  }

  /** What a file may not say of a tenant that is live, or goes live now. */
  const faultsOf = async (source: KeptSource): Promise<readonly Problem[]> => {
    const before = running.get(source.tenant.id)
    if (before !== undefined && hashOf(before.tenant) === hashOf(source.tenant)) return []
    return [...rules.unfitForLive(source), ...(await rules.changedSinceLive(source))]
  }
  const checked = async (candidates: readonly Candidate[]): Promise<readonly Candidate[]> => {
    const renamed = new Map(renamedIn(candidates, running.values()).map((one) => [one.source, one]))
    return Promise.all(
      candidates.map(async (candidate) => {
        const { source, problems } = candidate
        if (source === undefined || problems.length > 0) return candidate
        const other = renamed.get(source)
        const gone = other === undefined ? [] : await rules.renamedSinceLive(other)
        return { ...candidate, problems: [...gone, ...(await faultsOf(source))] }
      }),
    )
  }

  const patience = createPatience()

  /** Accepted, and built. A file of which no application can be made is broken too. */
  const build = async (candidates: readonly Candidate[]) => {
    const unbuilt = new Map<string, Problem>()
    for (;;) {
      const accepted = accept(
        candidates.map((one) => {
          const fault = unbuilt.get(one.file)
          return fault === undefined ? one : { ...one, problems: [...one.problems, fault] }
        }),
        running,
        rules.between,
      )
      const changed = accepted.sources.filter(({ tenant }) => running.get(tenant.id)?.tenant !== tenant)
      const prepared = await prepare(changed.map(({ tenant }) => tenant))
      if (prepared.failed.size === 0) return { accepted, changed, prepared }
      for (const { yaml, tenant } of changed) {
        const reason = prepared.failed.get(tenant.id)
        if (reason !== undefined)
          unbuilt.set(yaml.file, yaml.problem([], `is not taken: ${reason}`, 'correct the entry of the service'))
      }
    }
  }

  const swap = async (
    by: string,
    { sources }: Accepted<KeptSource>,
    changed: readonly KeptSource[],
    done: Prepared,
  ) => {
    await pin(changed.map(({ tenant }) => tenant))
    const before = running
    // from here to the end of the step nothing is waited for
    running = new Map(sources.map((source) => [source.tenant.id, source]))
    registry.replace(sources.map(({ tenant }) => tenant))
    done.serve()
    hashes = hashesOf(registry.all())
    tenantsHash = hashOfAll(hashes)
    const removed = [...before.keys()].filter((id) => !running.has(id))
    if (changed.length + removed.length === 0) return
    const ids = changed.map(({ tenant }) => tenant.id)
    const added = ids.filter((id) => !before.has(id))
    audit({
      type: 'tenants.reloaded',
      by,
      hash: tenantsHash,
      added,
      changed: ids.filter((id) => before.has(id)),
      removed,
    })
    keeping.write(() => running)
  }

  /** What an earlier wish lacked here, and this one says nothing of. */
  const differing = ({ tenants }: Wanted): readonly string[] =>
    (differs?.tenants ?? []).filter((id) => !Object.hasOwn(tenants, id))

  const look = async (by: string, wanted?: Wanted): Promise<void> => {
    const reading = await folder.read()
    if ('problems' in reading) {
      const reason = reasonOf(reading.problems)
      if (reason !== unreadable) audit({ type: 'tenants.not_reloaded', reason })
      unreadable = reason
      if (wanted !== undefined) differs = { wanted: wanted.id, tenants: Object.keys(wanted.tenants) }
      return
    }
    unreadable = undefined
    const { candidates, waiting } =
      by === POLL ? patience(reading.candidates, running.values()) : { ...reading, waiting: new Set() }
    const all = await checked(candidates)
    const { accepted, changed, prepared } = await build(
      wanted === undefined ? all : onlyWanted(all, [...running.values()], wanted),
    )
    if (wanted !== undefined) {
      const found = hashesOf(accepted.sources.map(({ tenant }) => tenant))
      if (!fulfils(found, wanted)) {
        const tenants = Object.keys(wanted.tenants).filter((id) => (found[id] ?? null) !== wanted.tenants[id])
        differs = { wanted: wanted.id, tenants: [...differing(wanted), ...tenants] }
        return audit({ type: 'tenants.differ', by, tenants })
      }
    }
    const still = wanted === undefined ? [] : differing(wanted)
    differs = differs !== undefined && still.length > 0 ? { ...differs, tenants: still } : undefined
    await swap(by, accepted, changed, prepared)
    if (wanted === undefined) tell([...accepted.broken, ...broken.filter(({ file }) => waiting.has(file))])
    else tell(broken.filter(({ id }) => id === undefined || !(id in wanted.tenants)))
    if (announced !== `${tenantsHash}${broken.length}`) onChange()
    announced = `${tenantsHash}${broken.length}`
  }

  const failed = ({ message: reason }: Error) => audit({ type: 'tenants.not_reloaded', reason })
  let turn = Promise.resolve()
  let waiting = 0
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    waiting += 1
    turn = turn
      .then(work)
      .catch(failed)
      .finally(() => {
        waiting -= 1
      })
    return turn
  }
  tell(brokenAtStart)
  keeping.write(() => running)

  return {
    // a folder that hangs is waited for once
    take: (by) => (by === POLL && waiting > 0 ? turn : inTurn(() => look(by))),
    want: (wanted) => inTurn(() => look(wanted.by, wanted)),
    hashes: () => hashes,
    standing: () => ({
      tenantsHash,
      broken: Object.fromEntries(broken.map((one) => [nameOf(one), reasonOf(one.problems)])),
      ...(differs !== undefined && { differs }),
      ...(atStart !== undefined && { atStart }),
    }),
    settled: keeping.settled,
  }
}
