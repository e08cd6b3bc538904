/**
 * The card listener (docs/rules/cns.md section 6): asks every browser for a certificate and lets the application judge it,
 * so that the citizen reads a sentence and not a TLS alert. TLS 1.2 because of card middleware without RSA-PSS; no session
 * is resumed, so that every login needs the card. A proxy may do all this in its place.
 */
import { constants } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { SecureContextOptions } from 'node:tls'

export interface CardTls {
  /** PEM. */
  readonly key: string
  readonly certificate: string
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'
  /** Of OpenSSL; absent: the system's. At 0 also a card that signs the handshake with SHA-1 is seen: cns.md 3, number 5. */
  readonly securityLevel?: 0 | 1
}

/** Room for the certificate headers (at most 16 KB, and refused in words beyond that) and what browsers send. */
const HEADERS_OF_A_PROXY = 48 * 1024

/** Towards the proxy: what we present, and whom we take for it (PEM). */
export interface ProxyTls {
  readonly key: string
  readonly certificate: string
  readonly clients: readonly string[]
}

/** Behind a proxy. With TLS nobody else gets as far as a request; without, its secret tells it from others. */
export const createProxiedCardServer = (tls: ProxyTls | undefined, listener: RequestListener): Server => {
  const maxHeaderSize = HEADERS_OF_A_PROXY
  if (tls === undefined) return createServer({ maxHeaderSize }, listener)
  const { key, certificate, clients } = tls
  return createTlsServer(
    {
      maxHeaderSize,
      key,
      cert: certificate,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: true,
      ca: [...clients],
      // a certificate of its own is named itself, whoever issued it
      allowPartialTrustChain: true,
      ALPNProtocols: ['http/1.1'],
    },
    listener,
  )
}

/**
 * @param authorities the card CAs (PEM): their names go to the browser, which then offers the right certificates only.
 */
export const createCardServer = (
  { key, certificate, maxVersion, securityLevel }: CardTls,
  authorities: { pems(): readonly string[]; subscribe(told: () => void): void },
  listener: RequestListener,
): Server => {
  const context = (): SecureContextOptions => ({
    key,
    cert: certificate,
    ca: [...authorities.pems()],
    minVersion: 'TLSv1.2',
    maxVersion,
    // no tickets; Node keeps no session cache of its own
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(securityLevel !== undefined && { ciphers: `DEFAULT:@SECLEVEL=${securityLevel}` }),
  })
  const server = createTlsServer(
    { ...context(), requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
    listener,
  )
  authorities.subscribe(() => server.setSecureContext(context()))
  // nor does a connection that was kept open serve a second login
  server.maxRequestsPerSocket = 1
  return server
}
