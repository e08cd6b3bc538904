/** What a tenant must be beyond its own file: unlike the others, unlike the gateway, and what it was when it went live. */
import { sharedBetween, type TenantSource } from '../tenant/between.ts'
import { differences, readPin } from '../tenant/immutable.ts'
import type { Renamed } from '../tenant/renamed.ts'
import type { Settings } from './gateway.ts'
import type { Problem } from './problem.ts'
import type { Readers } from './references.ts'

export interface RulesBetween {
  /** Told at the second of two that do not go together. `unread`: ids of files that are broken, as far as they give one. */
  between(sources: readonly TenantSource[], unread?: readonly (string | undefined)[]): readonly Problem[]
  /** Of a live tenant. */
  changedSinceLive(source: TenantSource): Promise<readonly Problem[]>
  /** Of a file that stood for a tenant that was live. */
  renamedSinceLive(renamed: Renamed<TenantSource>): Promise<readonly Problem[]>
  /** Of one that goes live while the gateway runs, which cannot read its own file again. */
  unfitForLive(source: TenantSource): readonly Problem[]
}

type Facts = Pick<
  Settings,
  'sandbox' | 'publicUrl' | 'cns' | 'stateDir' | 'subjectKeyFingerprint' | 'fingerprintOfSubjectKey'
>

const wasLive = ({ stateDir }: Facts, { readFile }: Readers, id: string): Promise<boolean> =>
  readPin(stateDir, id, readFile).then(
    (pin) => pin !== undefined,
    // damaged: there was one
    () => true,
  )

export const rulesBetween = (gateway: Facts, readers: Readers): RulesBetween => ({
  between: (sources, unread) => [...sharedBetween(sources, unread), ...hostsOfTheGateway(gateway, sources)],
  changedSinceLive: async ({ yaml, tenant }) => {
    try {
      const pin = await readPin(gateway.stateDir, tenant.id, readers.readFile)
      return pin === undefined
        ? []
        : differences(tenant, pin).map(({ path, reason, fix }) => yaml.problem(path, reason, fix))
    } catch (damaged) {
      const fix = 'or delete it, if nothing of this tenant was ever registered'
      return [yaml.problem(['id'], (damaged as Error).message, fix)]
    }
  },
  renamedSinceLive: async ({ source: { yaml, tenant }, before }) => {
    if (!(await wasLive(gateway, readers, before))) return []
    const reason = `was ${before} when the tenant went live, and is ${tenant.id} now: ${before} would no longer be served`
    const fix = `write ${before} again, and ${tenant.id} into a file of its own; a body that is gone has its file removed`
    return [yaml.problem(['id'], reason, fix)]
  },
  unfitForLive: ({ yaml, tenant }) => {
    if (tenant.state !== 'live') return []
    if (gateway.sandbox)
      return [yaml.problem(['state'], 'is live, and the gateway’s file says sandbox: true', 'write state: test')]
    if (gateway.subjectKeyFingerprint !== undefined) return []
    const fix = `add fingerprint: ${gateway.fingerprintOfSubjectKey} under subject_key there, and start the gateways again`
    return [yaml.problem(['state'], 'is live, and the gateway’s file has no fingerprint of the subject key', fix)]
  },
})

const hostsOfTheGateway = (
  { publicUrl, cns }: Pick<Facts, 'publicUrl' | 'cns'>,
  sources: readonly TenantSource[],
): readonly Problem[] => {
  const taken = [publicUrl, cns?.url].flatMap((url) => (url === undefined ? [] : [new URL(url).host]))
  return sources
    .filter(({ tenant }) => tenant.host !== undefined && taken.includes(tenant.host))
    .map(({ yaml }) =>
      yaml.problem(['host'], 'is a host of the gateway itself', 'write the own host of this Comune, or remove the key'),
    )
}
