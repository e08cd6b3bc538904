/** The metadata of all tenants, by the entityID that is also the address where each document stands. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import { cieMetadataOf } from './cie-metadata.ts'
import type { Complete } from './missing.ts'
import { spidMetadataOf } from './spid-metadata.ts'

type Document = Complete<{ readonly xml: string }>

/**
 * Undefined where no tenant has this entityID. Each document is made when first asked for and kept: what it is made of
 * changes at a restart only. Where SPID and CIE were registered under one entityID (docs/rules/cie.md A2.2) SPID's stands
 * there: its providers may fetch it, while the Ministry is handed a file.
 */
export const createServedMetadata = (config: GatewayConfig) => {
  // a draft is not to be read by anybody who might believe it
  const tenants = config.tenants.filter(({ state }) => state !== 'draft' || config.sandbox)
  const makers = new Map<string, () => Document>([
    ...tenants.map((tenant) => [tenant.cie.entityId, () => cieMetadataOf(config, tenant)] as const),
    ...tenants.map((tenant) => [tenant.spid.entityId, () => spidMetadataOf(config, tenant)] as const),
  ])
  const made = new Map<string, Document>()
  return (entityId: string): Document | undefined => {
    const document = made.get(entityId) ?? makers.get(entityId)?.()
    if (document !== undefined) made.set(entityId, document)
    return document
  }
}
