/** The logout token of OpenID Connect Back-Channel Logout 2.4, as the library would issue it. Short-lived: each attempt has its own. */
import type Provider from 'oidc-provider'
import type { LogoutTokenOf } from './backchannel.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

export const createLogoutToken =
  ({ provider, randomId }: { provider: Provider; randomId: () => string }) =>
  async (
    clientId: Parameters<LogoutTokenOf>[1],
    { sub, sid }: Parameters<LogoutTokenOf>[2],
  ): ReturnType<LogoutTokenOf> => {
    const client = await provider.Client.find(clientId)
    if (client?.backchannelLogoutUri === undefined) return undefined
    const token = new provider.IdToken({}, { client, ctx: undefined })
    token.set('sub', sub)
    token.set('sid', sid)
    token.set('events', { [EVENT]: {} })
    token.set('jti', randomId())
    return { uri: client.backchannelLogoutUri, token: await token.issue({ use: 'logout' }) }
  }
