/** The plan "RP-Initiated Logout OP" of the OpenID Foundation's conformance suite, one test a module: docs/oidc-conformance.md. */
import { beforeAll, describe, it } from 'vitest'
import { rpInitiatedLogout } from '../conformance/oidc/logout.ts'
import { conformanceRegion, tenants } from '../conformance/oidc/region.ts'
import { createRelyingParty } from '../conformance/oidc/relying-party.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway(conformanceRegion())
  return () => gateway.close()
})

describe.each(tenants)('RP-Initiated Logout OP, at %s', (tenant) => {
  for (const [name, module] of Object.entries(rpInitiatedLogout)) {
    it(name, async () => module(await createRelyingParty(gateway, tenant, 'query')))
  }
})
