/** Rules between the tenants of one gateway: what must not be the same at two of them. */
import type { Problem } from '../config/problem.ts'
import type { YamlFile } from '../config/yaml-file.ts'
import type { Tenant } from './tenant.ts'

export interface TenantSource {
  readonly yaml: YamlFile
  readonly tenant: Tenant
}

interface Unique {
  readonly path: readonly string[]
  readonly of: (tenant: Tenant) => string | undefined
  readonly fix: string
}

const uniques: readonly Unique[] = [
  { path: ['id'], of: ({ id }) => id, fix: 'give each tenant an id of its own' },
  { path: ['host'], of: ({ host }) => host, fix: 'give each tenant a host of its own, or none' },
  // one sector for two tenants: one `sub` for a person at both (design 6)
  {
    path: ['sector'],
    of: ({ sector }) => sector,
    fix: 'give each tenant a sector of its own; by default it is the id',
  },
  {
    path: ['federation', 'spid', 'entity_id'],
    of: ({ spid }) => spid.entityId,
    fix: 'correct the IPA code, or write the entityID that was registered for this body',
  },
  {
    // what is copied with a tenant file: the Ministry knows each service by its own
    path: ['federation', 'cie', 'service_uuid'],
    of: ({ cie }) => cie.attributeSets[0]?.serviceUuid?.toLowerCase(),
    fix: 'remove it from one of the two files, and varco cie metadata offers a fresh one',
  },
  {
    path: ['federation', 'cie', 'entity_id'],
    of: ({ cie }) => cie.entityId,
    fix: 'correct the IPA code, or write the entityID that was registered for this body',
  },
]

/** A body that was merged names the one that took its place: where its citizens are sent must exist, and end somewhere. */
const successors = (sources: readonly TenantSource[], unread: readonly (string | undefined)[]): readonly Problem[] => {
  const next = new Map(sources.map(({ tenant }) => [tenant.id, tenant.succeededBy]))
  // it may stand in a file that nobody can read: that is told there
  const mayBe = (id: string) => unread.includes(id) || unread.includes(undefined)
  return sources.flatMap(({ yaml, tenant: { id, succeededBy } }) => {
    if (succeededBy === undefined) return []
    const path = ['succeeded_by']
    if (!next.has(succeededBy)) {
      if (mayBe(succeededBy)) return []
      return [yaml.problem(path, 'is no tenant of this gateway', `write one of ${[...next.keys()].join(', ')}`)]
    }
    const seen = new Set([id])
    for (let at: string | undefined = succeededBy; at !== undefined; at = next.get(at)) {
      if (seen.has(at)) return [yaml.problem(path, `leads back to ${at}`, 'remove it from the body that still exists')]
      seen.add(at)
    }
    return []
  })
}

/** One body may have registered the same entityID for both (docs/rules/cie.md A2.2); of another it is not to be taken. */
const crossed = (sources: readonly TenantSource[]): readonly Problem[] => {
  const whose = new Map(sources.map(({ yaml, tenant }) => [tenant.cie.entityId, { file: yaml.file, id: tenant.id }]))
  return sources.flatMap(({ yaml, tenant: { id, spid } }) => {
    const other = whose.get(spid.entityId)
    if (other === undefined || other.id === id) return []
    const reason = `${spid.entityId} is the entityID that ${other.file} has for CIE`
    return [
      yaml.problem(['federation', 'spid', 'entity_id'], reason, 'write the one that was registered for this body'),
    ]
  })
}

/** Reported at the second of the two, naming the first. */
export const sharedBetween = (
  sources: readonly TenantSource[],
  unread: readonly (string | undefined)[] = [],
): readonly Problem[] => [
  ...successors(sources, unread),
  ...crossed(sources),
  ...uniques.flatMap(({ path, of, fix }) => {
    const seen = new Map<string, string>()
    return sources.flatMap(({ yaml, tenant }) => {
      const value = of(tenant)
      if (value === undefined) return []
      const first = seen.get(value)
      if (first !== undefined) return [yaml.problem(path, `${value} is also that of ${first}`, fix)]
      seen.set(value, yaml.file)
      return []
    })
  }),
]
