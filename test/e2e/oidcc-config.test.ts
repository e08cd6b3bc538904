/** The plan "Config OP" of the OpenID Foundation's conformance suite, one test a module: docs/oidc-conformance.md. */
import { beforeAll, describe, it } from 'vitest'
import { config } from '../conformance/oidc/config.ts'
import { conformanceRegion, tenants } from '../conformance/oidc/region.ts'
import { createRelyingParty } from '../conformance/oidc/relying-party.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway(conformanceRegion())
  return () => gateway.close()
})

describe.each(tenants)('Config OP, at %s', (tenant) => {
  for (const [name, module] of Object.entries(config)) {
    it(name, async () => module(await createRelyingParty(gateway, tenant, 'query')))
  }
})
