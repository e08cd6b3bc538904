/** The plan "Back-Channel Logout OP" of the OpenID Foundation's conformance suite, one test a module: docs/oidc-conformance.md. */
import { beforeAll, describe, it } from 'vitest'
import { backChannelLogout, type LogoutEar, startLogoutEar } from '../conformance/oidc/back-channel-logout.ts'
import { conformanceRegion, tenants } from '../conformance/oidc/region.ts'
import { createRelyingParty } from '../conformance/oidc/relying-party.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
let ear: LogoutEar
beforeAll(async () => {
  ear = await startLogoutEar()
  gateway = await startGateway({
    ...conformanceRegion({ backchannelLogoutUri: ear.uri }),
    // the suite listens on this machine
    config: (config) => ({ ...config, outgoing: { ...config.outgoing, allowedNetworks: ['127.0.0.0/8'] } }),
  })
  return async () => {
    await gateway.close()
    await ear.close()
  }
})

describe.each(tenants)('Back-Channel Logout OP, at %s', (tenant) => {
  for (const [name, module] of Object.entries(backChannelLogout)) {
    it(name, async () => module(await createRelyingParty(gateway, tenant, 'query'), ear))
  }
})
