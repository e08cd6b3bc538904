/**
 * Where the card's certificate comes from (docs/rules/cns.md section 6): the browser's handshake with us, or the word of a
 * proxy that made the handshake. Certificates are public, so a header proves nothing: only a proxy that is bound to us,
 * by its address and by a secret or by TLS, is believed. What the certificate is worth is judged elsewhere, and never by the proxy.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Audit, ProxyFault } from '../audit/events.ts'
import { GatewayError } from '../errors.ts'
import { certificatesIn, type HeaderFormat, headersOf } from './certificate-header.ts'
import { createNetworks } from './networks.ts'
import type { Handler } from './request-context.ts'

export interface CardProxy {
  /** Addresses or CIDR blocks. */
  readonly from: readonly string[]
  /** What it sends in `X-Proxy-Auth`; absent where it has proved itself by TLS before it could send anything. */
  readonly secret?: string
  readonly header: HeaderFormat
}

const PROXY_AUTH = 'x-proxy-auth'
/** What the proxy thinks of the certificate: nginx says `SUCCESS`, `NONE` or `FAILED:reason`. */
const VERDICT = 'x-ssl-client-verify'
/** Characters of all certificate headers: cns.md 6.4. */
const LIMIT = 16 * 1024

/** On a listener with TLS of its own. */
export const certificateOfSocket: Handler = (ctx, next) => {
  ctx.state.clientCertificate = peerChain(ctx.req.socket as TLSSocket)
  return next()
}

/** Behind a proxy. Must come before `origin`, which deletes what is read here. Throws `cns_proxy_refused`. */
export const certificateOfProxy = ({ from, secret, header }: CardProxy, audit: Audit): Handler => {
  const proxies = createNetworks(from)
  const refuse = (reason: ProxyFault): never => {
    audit({ type: 'card_proxy.refused', reason })
    throw new GatewayError('cns_proxy_refused', reason)
  }
  return (ctx, next) => {
    const { req } = ctx
    if (!proxies.includes(req.socket.remoteAddress ?? '')) refuse('address')
    const names = headersOf[header]
    if ([PROXY_AUTH, VERDICT, ...names].some((name) => isTwice(req, name))) refuse('header twice')
    if (secret !== undefined && !isEqual(headerOf(req, PROXY_AUTH) ?? '', secret)) refuse('secret')
    const values = names.map((name) => headerOf(req, name))
    if (values.join('').length > LIMIT) refuse('header too large')
    ctx.state.clientCertificate = certificatesIn[header](values) ?? refuse('header malformed')
    const verdict = headerOf(req, VERDICT)
    // the proxy saw no certificate, so it lets pass what the browser wrote
    if (verdict === 'NONE' && ctx.state.clientCertificate.length > 0) refuse('no handshake')
    if (verdict !== undefined) ctx.state.log.info({ verdict: verdict.slice(0, 100) }, 'the proxy says of the card')
    return next()
  }
}

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => headers[name]?.toString()

/** Also as `X_SSL_Client_Cert`: one of the two is the proxy's, the other somebody's who hopes that it counts. */
const isTwice = ({ rawHeaders }: IncomingMessage, name: string): boolean =>
  rawHeaders.filter((raw, index) => index % 2 === 0 && raw.toLowerCase().replaceAll('_', '-') === name).length > 1

/** In a time that says nothing about how much of it was right, nor how long the right one is. */
const isEqual = (given: string, expected: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))

/** DER of what the browser presented, leaf first; empty without a card. */
const peerChain = (socket: TLSSocket): Buffer[] => {
  const chain: Buffer[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate)
    chain.push(next.raw)
  return chain
}
