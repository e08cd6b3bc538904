/** The plan "Form Post OP" of the OpenID Foundation's conformance suite, one test a module: docs/oidc-conformance.md. */
import { afterEach, beforeAll, describe, it, vi } from 'vitest'
import { basic } from '../conformance/oidc/basic.ts'
import { conformanceRegion, tenants } from '../conformance/oidc/region.ts'
import { createRelyingParty } from '../conformance/oidc/relying-party.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway(conformanceRegion())
  return () => gateway.close()
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each(tenants)('Form Post OP, at %s', (tenant) => {
  for (const [name, module] of Object.entries(basic)) {
    it(name, async () => module(await createRelyingParty(gateway, tenant, 'form_post')))
  }
})
