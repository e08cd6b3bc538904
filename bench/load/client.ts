/** HTTP over kept connections to one port of the loopback, as a proxy in front of a gateway keeps them. */
import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly setCookies: readonly string[]
  readonly body: string
  /** Milliseconds from the request to the first byte of the answer, and to its last. */
  readonly firstByte: number
  readonly whole: number
}

export interface Asked {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Client {
  send(asked: Asked): Promise<Answer>
  close(): void
}

/** `host`: what the Host header says. */
export const createClient = ({ port, host }: { readonly port: number; readonly host: string }): Client => {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000, scheduling: 'fifo' })
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const start = performance.now()
        const sent = request({ host: '127.0.0.1', port, path, method, agent, headers: { Host: host, ...headers } })
        sent.once('response', (response) => {
          const firstByte = performance.now() - start
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.once('error', reject)
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              location: response.headers.location,
              setCookies: response.headers['set-cookie'] ?? [],
              body: Buffer.concat(chunks).toString(),
              firstByte,
              whole: performance.now() - start,
            }),
          )
        })
        sent.once('error', reject)
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}
