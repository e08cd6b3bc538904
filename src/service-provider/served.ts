/** The metadata of all tenants, by the entityID that is also the address where each document stands. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { cieMetadataOf } from './cie-metadata.ts'
import type { Complete } from './missing.ts'
import { spidMetadataOf } from './spid-metadata.ts'

/** Addresses of the gateway itself, which no tenant's file takes by calling its metadata so. */
const OWN = /^\/(?:t|assets|status)(?:\/|$)/

type Document = Complete<{ readonly xml: string }>

/** Documents that are kept, of some 10 KB each; one more is made again in a millisecond. */
const MOST = 1000

/**
 * Undefined where no tenant has this entityID. Each document is made when asked for and kept while its tenant is the
 * same and it is among those asked last. Where SPID and CIE were registered under one entityID (docs/rules/cie.md A2.2) SPID's stands
 * there: its providers may fetch it, while the Ministry is handed a file.
 */
export const createServedMetadata = (config: GatewayConfig, tenants = () => config.tenants) => {
  /** Whoever was asked last stands last. */
  const made = new Map<string, { readonly tenant: Tenant; readonly document: Document }>()
  const documentOf = (tenant: Tenant, entityId: string): Document => {
    const make = entityId === tenant.spid.entityId ? spidMetadataOf : cieMetadataOf
    const known = made.get(entityId)
    const document = known?.tenant === tenant ? known.document : make(config, tenant)
    made.delete(entityId)
    made.set(entityId, { tenant, document })
    if (made.size > MOST) made.delete(made.keys().next().value ?? entityId)
    return document
  }
  let indexed: readonly Tenant[] = []
  let whose: ReadonlyMap<string, Tenant> = new Map()
  return (entityId: string): Document | undefined => {
    if (indexed !== tenants()) {
      indexed = tenants()
      // a draft is not to be read by anybody who might believe it
      const shown = indexed.filter(({ state }) => state !== 'draft' || config.sandbox)
      whose = new Map([
        ...shown.map((tenant) => [tenant.cie.entityId, tenant] as const),
        ...shown.map((tenant) => [tenant.spid.entityId, tenant] as const),
      ])
    }
    const tenant = OWN.test(new URL(entityId).pathname) ? undefined : whose.get(entityId)
    return tenant && documentOf(tenant, entityId)
  }
}
