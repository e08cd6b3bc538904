/** A citizen with a reader: a real TLS handshake with a card's certificate, and what the gateway answers. */
import type { KeyObject } from 'node:crypto'
import { request } from 'node:https'

export interface CardReader {
  /** Origin of the gateway's CNS listener: `https://cns.localhost:7001`. */
  readonly cnsUrl: string
  /** Where it really listens on this machine, when that is not the port of its address. */
  readonly port?: number
  /** PEM: who signs the listener's certificate. */
  readonly authority: string
}

export interface GatewayAnswer {
  readonly status: number
  readonly location?: string
  readonly contentType: string
  readonly body: string
}

const LIMIT = 1_000_000

/** GET `path` with that card, or with none. Rejects when the handshake fails. */
export const presentCard = (
  { cnsUrl, port: listening, authority }: CardReader,
  path: string,
  card?: { readonly key: KeyObject; readonly certificate: string },
): Promise<GatewayAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, host, port } = new URL(cnsUrl)
    const req = request(
      {
        // Names under .localhost are for browsers: the connection goes to the loopback address, the name into SNI and Host.
        host: '127.0.0.1',
        port: listening ?? port,
        servername: hostname,
        headers: { host, accept: 'text/html' },
        path,
        ca: authority,
        ...(card === undefined
          ? {}
          : { key: card.key.export({ type: 'pkcs8', format: 'pem' }), cert: card.certificate }),
        // Old cards have RSA keys of 1024 bits, which OpenSSL otherwise does not even load: what they are worth the gateway says.
        ciphers: 'DEFAULT:@SECLEVEL=0',
        // A connection of its own for every card, as after "close the browser".
        agent: false,
        timeout: 10_000,
      },
      (res) => {
        const chunks: Buffer[] = []
        let size = 0
        res.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > LIMIT) req.destroy(new Error('answer too large'))
          chunks.push(chunk)
        })
        res.once('error', reject)
        res.once('end', () => {
          const { location } = res.headers
          resolve({
            status: res.statusCode ?? 0,
            ...(location === undefined ? {} : { location }),
            contentType: res.headers['content-type'] ?? 'text/plain',
            body: Buffer.concat(chunks).toString('utf8'),
          })
        })
      },
    )
    req.once('timeout', () => req.destroy(new Error('no answer within ten seconds')))
    req.once('error', reject)
    req.end()
  })
