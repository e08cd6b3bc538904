/**
 * Before anything reads an address: a request target in absolute form (RFC 9112 3.2.2) is brought into origin form, its
 * authority taking the place of Host, and what is no address at all is answered here. Readers of addresses further in
 * differ on what they bear, and one that throws in the wrong place ends the process.
 */
import type { RequestListener } from 'node:http'

const NO_ADDRESS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Connection: 'close' }

export const originForm =
  (listener: RequestListener): RequestListener =>
  (req, res) => {
    if (!req.url?.startsWith('/')) {
      const target = URL.parse(req.url ?? '')
      if (target === null || !/^https?:$/.test(target.protocol)) {
        res.writeHead(400, NO_ADDRESS).end('{"error":"request_malformed"}\n')
        return
      }
      req.headers.host = target.host
      req.url = `${target.pathname}${target.search}`
    }
    listener(req, res)
  }
