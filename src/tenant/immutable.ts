/**
 * What was registered with AgID, the Ministry and every client never changes once a tenant is live. The first live start
 * writes it down in `{stateDir}/live/{id}.json`; every later start compares.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { Path } from '../config/problem.ts'
import type { AttributeSet, SamlRegistration, Tenant } from './tenant.ts'

const registration = z.object({
  entityId: z.string(),
  acsUrl: z.string(),
  attributeSets: z.array(
    z.object({ index: z.number(), attributes: z.array(z.string()), serviceUuid: z.string().exactOptional() }),
  ),
})
const pinSchema = z.object({
  id: z.string(),
  issuer: z.string(),
  sector: z.string(),
  ipaCode: z.string(),
  spid: registration.exactOptional(),
  cie: registration.exactOptional(),
})
/** A way in that was never on while the tenant was live is not pinned. */
export type Pin = z.output<typeof pinSchema>

export interface Difference {
  /** In the tenant file. */
  readonly path: Path
  readonly reason: string
  readonly fix: string
}

export const pinOf = (tenant: Tenant, earlier?: Pin): Pin => {
  const { id, issuer, sector, ipaCode } = tenant
  const spid = tenant.methods.spid || tenant.methods.eidas ? registered(tenant.spid) : earlier?.spid
  const cie = tenant.methods.cie ? registered(tenant.cie) : earlier?.cie
  return { id, issuer, sector, ipaCode, ...(spid && { spid }), ...(cie && { cie }) }
}

/** Attribute sets may be added; those that stand keep their index and their meaning. */
export const differences = (tenant: Tenant, pin: Pin): readonly Difference[] => {
  const found: Difference[] = []
  const same = (path: Path, is: string, was: string) => {
    if (is !== was)
      found.push({ path, reason: `was ${was} when the tenant went live and cannot change`, fix: `write ${was} again` })
  }
  same(['host'], tenant.issuer, pin.issuer)
  same(['sector'], tenant.sector, pin.sector)
  same(['organisation', 'ipa_code'], tenant.ipaCode, pin.ipaCode)
  for (const upstream of ['spid', 'cie'] as const) {
    const was = pin[upstream]
    if (was === undefined) continue
    const is = tenant[upstream]
    same(['federation', upstream, 'entity_id'], is.entityId, was.entityId)
    same(['federation', upstream, 'acs_url'], is.acsUrl, was.acsUrl)
    for (const set of was.attributeSets) {
      const kept = is.attributeSets.find(({ index }) => index === set.index)
      if (kept !== undefined && meaning(kept) === meaning(set)) continue
      found.push({
        path: ['federation', upstream, upstream === 'spid' ? 'attribute_sets' : 'service_uuid'],
        reason: `index ${set.index} stood for ${meaning(set)} when the tenant went live and cannot change`,
        fix:
          upstream === 'spid'
            ? 'restore that set, and add a new one with an index of its own'
            : 'write that value again',
      })
    }
  }
  return found
}

const registered = ({ entityId, acsUrl, attributeSets }: SamlRegistration) => ({
  entityId,
  acsUrl,
  attributeSets: attributeSets.map(({ index, attributes, serviceUuid }) => ({
    index,
    attributes: [...attributes],
    ...(serviceUuid !== undefined && { serviceUuid }),
  })),
})

/** The order of the attributes says nothing. */
const meaning = ({ attributes, serviceUuid }: Pick<AttributeSet, 'attributes' | 'serviceUuid'>): string =>
  [...attributes.toSorted(), ...(serviceUuid === undefined ? [] : [serviceUuid])].join(' ')

const pinFile = (stateDir: string, id: string): string => join(stateDir, 'live', `${id}.json`)

/** What was written down for this tenant; undefined where it was never live. Rejects where the file is damaged. */
export const readPin = async (
  stateDir: string,
  id: string,
  readFile: (path: string) => Promise<string>,
): Promise<Pin | undefined> => {
  try {
    return pinSchema.parse(JSON.parse(await readFile(pinFile(stateDir, id))))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${pinFile(stateDir, id)} is damaged: restore it from the backup`, { cause })
  }
}

/** Writes down every live tenant; sets that were added are remembered too. `writeFile` makes the folders it needs and replaces in one step. */
export const pinLiveTenants = async ({
  stateDir,
  tenants,
  readFile,
  writeFile,
}: {
  readonly stateDir: string
  readonly tenants: readonly Tenant[]
  readonly readFile: (path: string) => Promise<string>
  readonly writeFile: (path: string, text: string) => Promise<void>
}): Promise<void> => {
  for (const tenant of tenants) {
    if (tenant.state !== 'live') continue
    const earlier = await readPin(stateDir, tenant.id, readFile)
    const pin = pinOf(tenant, earlier)
    if (JSON.stringify(pin) === JSON.stringify(earlier)) continue
    await writeFile(pinFile(stateDir, tenant.id), `${JSON.stringify(pin, null, 2)}\n`)
  }
}
