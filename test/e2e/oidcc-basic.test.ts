/** The plan "Basic OP" of the OpenID Foundation's conformance suite, one test a module: docs/oidc-conformance.md. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
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

describe.each(tenants)('Basic OP, at %s', (tenant) => {
  for (const [name, module] of Object.entries(basic)) {
    it(name, async () => module(await createRelyingParty(gateway, tenant, 'query')))
  }
})

describe('where single sign-on is off', () => {
  let strict: TestGateway
  beforeAll(async () => {
    strict = await startGateway(conformanceRegion({ singleSignOn: false }))
    return () => strict.close()
  })

  it('prompt=none is answered with login_required, also to who has just logged in', async () => {
    const rp = await createRelyingParty(strict, 'ala', 'query')
    const { tokens } = await rp.flow()
    const sent = await rp.send({ prompt: 'none', id_token_hint: tokens.id_token ?? '' })
    expect(rp.errorIn(sent.page, sent)).toBe('login_required')
    // and that cost the tokens nothing
    await rp.userinfo(tokens.access_token ?? '').expect(200)
  })
})
