/** The file of a tenant may change while a login is under way: who is no longer in it gets no answer. */
import { GatewayError } from '../errors.ts'
import type { Client } from '../tenant/tenant.ts'

/** Of an authorization request: who asked, and where the answer shall go. */
export interface Asked {
  readonly client: string
  readonly redirectUri: string
}

export const askedIn = (params: Readonly<Record<string, unknown>>): Asked => ({
  client: String(params.client_id),
  redirectUri: String(params.redirect_uri),
})

/**
 * The client as it is now. The library compares the address when a login begins, and believes it from then on.
 *
 * @throws GatewayError `service_gone`, `redirect_uri_gone`
 */
export const stillRegistered = (
  { client: id, redirectUri }: Asked,
  clientOf: (id: string) => Client | undefined,
): Client => {
  const client = clientOf(id)
  if (client === undefined) throw new GatewayError('service_gone', id)
  if (!client.redirectUris.includes(redirectUri)) throw new GatewayError('redirect_uri_gone', id)
  return client
}
