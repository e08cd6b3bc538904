/** How `varco tenant test` reaches processes, network and disk: a private gateway, the sandbox, one browser after another. */
import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { GatewayConfig } from '../../config/gateway-config.ts'
import type { Answers, Envelope, Question, Reply } from './protocol.ts'
import { createScratch } from './scratch.ts'

export interface Sandbox {
  ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]>
  close(): void
}

export interface PrivateGateway {
  readonly regionalPort: number
  /** 0 where no card is taken. */
  readonly cardPort: number
  /** What it logged of level `error`. */
  readonly logged: () => string
  close(): Promise<void>
}

export interface Sent {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly status: number
  readonly location?: string
  readonly cookies: readonly string[]
  readonly text: string
}

/** In the place of the servers that are told when a session ends. */
export interface Inbox {
  readonly port: number
  /** What was posted to this path, once it has come; undefined where it does not within a few seconds. */
  readonly form: (path: string) => Promise<URLSearchParams | undefined>
  close(): void
}

export interface TrialWorld {
  /** Undefined where there is none: in the image. */
  readonly sandbox: () => Promise<Sandbox | undefined>
  /** `files` lie in a folder of their own while it runs; `config` is told where. */
  readonly gateway: (
    files: Readonly<Record<string, string>>,
    config: (folder: string) => GatewayConfig,
  ) => Promise<PrivateGateway>
  readonly inbox: () => Promise<Inbox>
  /** To that port of this machine, whatever the host of the address. Follows no redirect. */
  readonly send: (port: number, sent: Sent) => Promise<Received>
}

const PATIENCE = 20_000

const openSandbox = async (program: string): Promise<Sandbox> => {
  const child = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  const giveUp = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }
  child.on('message', (reply: Reply) => {
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('fault' in reply) asker?.reject(new Error(reply.fault))
    else asker?.resolve(reply.answer as never)
  })
  child.once('error', (error) => giveUp(`the sandbox cannot be started: ${error.message}`))
  child.once('exit', (code) => giveUp(`the sandbox ended with code ${code}`))
  let last = 0
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        child.send({ ...question, id: last } satisfies Envelope)
        setTimeout(() => reject(new Error('the sandbox does not answer')), PATIENCE).unref()
      }),
    close: () => child.disconnect(),
  }
}

/** A queue is looked at every second. */
const DELIVERY = 5000
const LOOK = 50

const openInbox = (): Promise<Inbox> =>
  new Promise((resolve, reject) => {
    const come = new Map<string, URLSearchParams>()
    const server = createServer(async (req, res) => {
      come.set(req.url ?? '', new URLSearchParams(await textOf(req)))
      res.end()
    })
    const form: Inbox['form'] = async (path) => {
      for (let waited = 0; waited < DELIVERY && !come.has(path); waited += LOOK) await pause(LOOK)
      const found = come.get(path)
      come.delete(path)
      return found
    }
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ port: (server.address() as AddressInfo).port, form, close })
    })
  })

/** @param exists of a file. @param start runs a gateway and logs into `write`. */
export const createTrialWorld = ({
  program,
  exists,
  start,
}: {
  readonly program: string
  readonly exists: (path: string) => boolean
  readonly start: (
    config: GatewayConfig,
    write: (line: string) => void,
  ) => Promise<{
    readonly addresses: { readonly regional: { readonly port: number }; readonly cns?: { readonly port: number } }
    close(): Promise<void>
  }>
}): TrialWorld => ({
  sandbox: async () => (exists(program) ? await openSandbox(program) : undefined),
  gateway: async (files, config) => {
    const { folder, drop } = createScratch(process)
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
      const lines: string[] = []
      const { addresses, close } = await start(config(folder), (line) => lines.push(line))
      return {
        regionalPort: addresses.regional.port,
        cardPort: addresses.cns?.port ?? 0,
        logged: () => lines.join(''),
        close: async () => {
          await close()
          drop()
        },
      }
    } catch (error) {
      drop()
      throw error
    }
  },
  inbox: openInbox,
  send: (port, { method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const path = `${url.pathname}${url.search}`
      const options = {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...headers, host: url.host },
        timeout: PATIENCE,
      }
      const sent = request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const { location } = response.headers
          resolve({
            status: response.statusCode ?? 0,
            ...(location !== undefined && { location: new URL(location, url).href }),
            cookies: response.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      })
      sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
      sent.once('error', reject)
      sent.end(body)
    }),
})
