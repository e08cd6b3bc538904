/**
 * The origin is ours, not the request's (design 10). Before anything else reads the request: forwarded and certificate
 * headers are dropped unless a configured proxy sent them, the host must be one that the configuration gives for this
 * listener, and host and protocol are then set from the configuration. oidc-provider builds every address from them.
 */
import type { Audit } from '../audit/events.ts'
import { GatewayError } from '../errors.ts'
import { createNetworks, type Networks } from './networks.ts'
import type { Handler } from './request-context.ts'

/** An underscore is as good as a dash: programs behind a CGI interface cannot tell the two. */
const FORWARDED =
  /^(forwarded|x-forwarded-.*|x-real-ip|x-original-.*|client-cert(-chain)?|x-ssl-.*|x-client-.*|x-proxy-auth)$/

/** The last address in the chain that is not one of our proxies: what stands left of it, anybody may have written. */
const clientAddress = (peer: string, forwardedFor: string | undefined, proxies: Networks): string => {
  const chain = [...(forwardedFor?.split(',').map((address) => address.trim()) ?? []), peer]
  return chain.reverse().find((address) => !proxies.includes(address)) ?? peer
}

/**
 * @param originOf the origin (`https://host[:port]`) that the configuration gives for a Host header, or undefined.
 * Throws `host_unknown` (421).
 */
export const origin = ({
  originOf,
  trustedProxies,
  audit,
}: {
  originOf: (host: string) => string | undefined
  trustedProxies: readonly string[]
  audit: Audit
}): Handler => {
  const proxies = createNetworks(trustedProxies)
  return (ctx, next) => {
    const { req } = ctx
    const peer = req.socket.remoteAddress ?? ''
    const forwardedFor = req.headers['x-forwarded-for']
    ctx.state.clientAddress = peer
    if (proxies.includes(peer)) ctx.state.clientAddress = clientAddress(peer, forwardedFor?.toString(), proxies)
    const forwarded = Object.keys(req.headers).filter((header) => FORWARDED.test(header.replaceAll('_', '-')))
    if (forwarded.length > 0 && !proxies.includes(peer)) audit({ type: 'header.stripped', header: forwarded.join(' ') })
    for (const header of forwarded) delete req.headers[header]

    const { host = '' } = req.headers
    const hosts = req.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
    const ours = hosts.length === 1 ? originOf(host.toLowerCase()) : undefined
    if (ours === undefined) throw new GatewayError('host_unknown')

    const { protocol, host: ownHost } = new URL(ours)
    req.headers.host = ownHost
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1)
    req.headers['x-forwarded-for'] = ctx.state.clientAddress
    return next()
  }
}
