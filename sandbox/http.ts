/** The little of HTTP that the sandbox's servers share. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Markup } from './html.ts'

export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

const FORM_LIMIT = 1_000_000

export const pathOf = (req: IncomingMessage): string => (req.url ?? '/').replace(/[?#].*$/s, '')
export const queryOf = (req: IncomingMessage): URLSearchParams =>
  new URLSearchParams((req.url ?? '').replace(/^[^?]*\??/, ''))

/** The fields of a posted form; the first value of each name. */
export const readForm = async (req: IncomingMessage): Promise<Record<string, string>> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > FORM_LIMIT) throw new Error('form too large')
    chunks.push(chunk)
  }
  const fields: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) fields[name] ??= value
  return fields
}

export const send = (res: ServerResponse, status: number, type: string, body: string | Buffer): void => {
  res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
export const sendPage = (res: ServerResponse, page: Markup, status = 200): void =>
  send(res, status, 'text/html; charset=utf-8', page.markup)
export const redirect = (res: ServerResponse, location: string, headers: Record<string, string> = {}): void => {
  res.writeHead(303, { location, 'cache-control': 'no-store', ...headers }).end()
}

const assets = new Map(
  (
    [
      ['sandbox.css', 'text/css; charset=utf-8'],
      ['submit.js', 'text/javascript; charset=utf-8'],
      ['wait.js', 'text/javascript; charset=utf-8'],
    ] as const
  ).map(([name, type]) => [
    `/assets/${name}`,
    { type, body: readFileSync(new URL(`assets/${name}`, import.meta.url)) },
  ]),
)
/** Answers for the style sheet and the script below `{base}/assets/`; false when the path is none of them. */
export const serveAsset = (req: IncomingMessage, res: ServerResponse, base = ''): boolean => {
  const asset = assets.get(pathOf(req).slice(base.length))
  if (asset === undefined) return false
  send(res, 200, asset.type, asset.body)
  return true
}

/** Listens on the loopback address only. `port` 0: any free one. */
export const listen = (handler: Handler, port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer(async (req, res) => {
      try {
        await handler(req, res)
      } catch (error) {
        process.stderr.write(`sandbox: ${pathOf(req)}: ${error instanceof Error ? error.stack : String(error)}\n`)
        if (!res.headersSent) send(res, 500, 'text/plain; charset=utf-8', 'Errore interno del sandbox.')
      }
    })
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }),
    )
  })
