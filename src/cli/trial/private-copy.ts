/** The configuration of a gateway that has this tenant alone, as it is but for everything that is secret, live or elsewhere. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { GatewayConfig } from '../../config/gateway-config.ts'
import type { Client, Tenant } from '../../tenant/tenant.ts'
import type { Prepared, Registered } from './protocol.ts'

/** What the command itself proves towards the token endpoint, for each client by its id. */
export interface Credentials {
  readonly secret: string
  /** For `private_key_jwt`. */
  readonly key: KeyObject
}

const ANY: GatewayConfig['listen'] = { host: '127.0.0.1', port: 0 }
const MEGABYTE = 1024 * 1024

/** Throw-away ones; the tenant with them in the place of its own. `inbox`: a port of this machine that is told of logouts. */
export const withCredentials = (
  tenant: Tenant,
  inbox: number,
): { readonly tenant: Tenant; readonly credentials: ReadonlyMap<string, Credentials> } => {
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'trial', use: 'sig', alg: 'RS256' }
  const credentials = new Map(
    tenant.clients.map(({ id }) => [id, { secret: randomBytes(32).toString('base64url'), key }]),
  )
  const own = (client: Client): Client => {
    // nobody out there is told or asked anything
    const { jwks: _, jwksUri: __, backchannelLogout: told, ...rest } = client
    const secret = credentials.get(client.id)?.secret ?? ''
    return {
      ...rest,
      secrets: client.secrets.length > 0 ? [{ sha256: createHash('sha256').update(secret).digest('hex') }] : [],
      ...(told !== undefined && {
        backchannelLogout: { ...told, uri: `http://127.0.0.1:${inbox}${toldAt(client)}` },
      }),
      ...(client.auth === 'private_key_jwt' && { jwks: { keys: [jwk] } }),
    }
  }
  const { signing: _, ...spid } = tenant.spid
  const { signing: __, ...cie } = tenant.cie
  // a live one would want the keys that it has
  return { tenant: { ...tenant, state: 'test', spid, cie, clients: tenant.clients.map(own) }, credentials }
}

/** The path of its back-channel logout. */
export const toldAt = ({ id }: Client): string => `/${encodeURIComponent(id)}`

/** What its providers know of it. */
export const registeredAs = ({ names, spid, cie, eidas }: Tenant, way: 'spid' | 'cie'): Registered => {
  const { entityId, acsUrl, attributeSets } = way === 'spid' ? spid : cie
  const sets = [...attributeSets, ...(way === 'spid' ? (eidas?.attributeSets ?? []) : [])]
  return {
    entityId,
    name: names.it,
    acsUrls: [acsUrl],
    attributeSets: sets.map(({ index, attributes }) => ({ index, attributes })),
  }
}

export const files = ({ metadata }: Prepared): Readonly<Record<string, string>> => ({
  'spid.xml': metadata.spid,
  'cie.xml': metadata.cie,
  'eidas.xml': metadata.eidas,
})

/** @param folder where `files` lie, and its state. */
export const privateCopy = (
  config: GatewayConfig,
  tenant: Tenant,
  { serviceProvider, cardListener, cardAuthority }: Prepared,
  folder: string,
): GatewayConfig => {
  const { subjectKeyFingerprint: _, tracing: __, cns, eidas, aggregator, ...rest } = config
  const { spid, cie } = aggregator
  const { next: ___, ...spidNow } = spid
  const { next: ____, ...cieNow } = cie
  const at = (file: string) => [{ file: join(folder, file) }]
  return {
    ...rest,
    sandbox: true,
    listen: ANY,
    operations: ANY,
    trustedProxies: [],
    store: { kind: 'memory', maxBytes: 64 * MEGABYTE },
    stateDir: join(folder, 'state'),
    masterKeys: [{ id: 'trial', key: randomBytes(32) }],
    subjectKey: randomBytes(32),
    aggregator: { ...aggregator, spid: { ...spidNow, ...serviceProvider }, cie: { ...cieNow, ...serviceProvider } },
    spid: { metadata: at('spid.xml'), names: {} },
    cie: { ...config.cie, metadata: at('cie.xml') },
    ...(cns !== undefined && {
      cns: {
        url: cns.url,
        startUrl: cns.url,
        listen: ANY,
        handshake: { by: 'varco', ...cardListener, maxVersion: 'TLSv1.2' },
        level: cns.level,
        minKeyBits: cns.minKeyBits,
        trust: [cardAuthority],
        revocation: { mode: 'off', graceHours: 0 },
      },
    }),
    ...(eidas !== undefined && { eidas: { ...eidas, metadata: at('eidas.xml') } }),
    reload: 'apply',
    outgoing: { allowedNetworks: ['127.0.0.1/32'] },
    tenants: [tenant],
  }
}
