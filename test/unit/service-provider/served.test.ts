import { beforeAll, expect, it } from 'vitest'
import type { GatewayConfig } from '../../../src/config/gateway-config.ts'
import { createServedMetadata } from '../../../src/service-provider/served.ts'
import type { Tenant } from '../../../src/tenant/tenant.ts'
import { configOf, edited, GATEWAY, load, validFiles } from '../config/files.ts'

let config: GatewayConfig
let tenant: Tenant
beforeAll(async () => {
  const files: Record<string, string> = { ...validFiles() }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', [
    'aggregator:',
    'aggregator:\n  name: Regione di Esempio\n  uri: https://login.regione.example\n  ipa_code: r_esempi\n  email: spid@regione.example\n  city: Trento',
  ])
  config = configOf(await load(files))
  const [first] = config.tenants
  if (first === undefined) throw new Error('no tenant')
  tenant = first
})

const many = (count: number): Tenant[] =>
  Array.from({ length: count }, (_, number) => ({
    ...tenant,
    spid: { ...tenant.spid, entityId: `https://login.regione.example/comune-${number}` },
  }))

it('a document is made once while its tenant is the same', () => {
  let tenants = [tenant]
  const metadataOf = createServedMetadata(config, () => tenants)
  const first = metadataOf(tenant.spid.entityId)
  expect(first).toMatchObject({ xml: expect.stringContaining('EntityDescriptor') })
  expect(metadataOf(tenant.spid.entityId)).toBe(first)
  tenants = [{ ...tenant }]
  expect(metadataOf(tenant.spid.entityId)).not.toBe(first)
  expect(metadataOf(tenant.spid.entityId)).toEqual(first)
})

it('of more than a thousand documents those that were asked last are kept, and the others are the same when made again', () => {
  const tenants = many(1001)
  const metadataOf = createServedMetadata(config, () => tenants)
  const asked = tenants.map(({ spid }) => metadataOf(spid.entityId))
  expect(metadataOf(tenants[1000]?.spid.entityId ?? '')).toBe(asked[1000])
  expect(metadataOf(tenants[1]?.spid.entityId ?? '')).toBe(asked[1])
  const again = metadataOf(tenants[0]?.spid.entityId ?? '')
  expect(again).not.toBe(asked[0])
  expect(again).toEqual(asked[0])
})

it('nobody is told the metadata of a tenant that is no longer there', () => {
  let tenants = [tenant]
  const metadataOf = createServedMetadata(config, () => tenants)
  expect(metadataOf(tenant.spid.entityId)).toBeDefined()
  tenants = []
  expect(metadataOf(tenant.spid.entityId)).toBeUndefined()
})
