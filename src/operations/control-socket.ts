/**
 * The control of a gateway whose store nobody else can read (memory): a Unix socket below state_dir, for the account
 * that runs the gateway and no other.
 */
import { chmod, mkdir, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { join } from 'node:path'
import { StartError } from '../errors.ts'
import type { Control } from './control.ts'
import type { Hashes, Wanted } from './rollout.ts'
import type { Switch } from './switches.ts'

export const socketOf = (stateDir: string): string => join(stateDir, 'control.sock')

interface Call {
  readonly call: keyof Control
  readonly target?: string
  readonly value?: Switch
  readonly wanted?: Wanted
}

const readText = async (from: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of from) text += String(chunk)
  return text
}

const answerTo = ({ call, target = '', value, wanted }: Call, control: Control): Promise<unknown> => {
  if (call === 'want' && wanted !== undefined) return control.want(wanted)
  if (call === 'wantedIds') return control.wantedIds()
  if (call === 'wanted') return control.wanted(target)
  if (call === 'tenantsOf') return control.tenantsOf(target)
  if (call === 'set' && value !== undefined) return control.set(target, value)
  if (call === 'clear') return control.clear(target)
  return call === 'gateways' ? control.gateways() : control.switches()
}

const send = (path: string, call: Call): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath: path, method: 'POST', path: '/', timeout: 5000 }, async (response) => {
      const text = await readText(response)
      if (response.statusCode === 200) resolve(JSON.parse(text))
      else reject(new Error(text))
    })
    sent.once('timeout', () => sent.destroy(new Error('no answer in 5 seconds')))
    sent.once('error', ({ message }) =>
      reject(
        new StartError(
          `no gateway answers at ${path} (${message}): start it, or run this on its machine and as its account`,
        ),
      ),
    )
    sent.end(JSON.stringify(call))
  })

const listen = (server: Server, path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(path, () => resolve(true))
  })

const isAlive = (path: string): Promise<boolean> =>
  send(path, { call: 'switches' }).then(
    () => true,
    () => false,
  )

/**
 * Takes the place of the socket of a gateway that was killed. Undefined where another gateway on this folder has it:
 * each of them has a store of its own, and only that one can be reached.
 */
export const listenForControl = async (stateDir: string, control: Control): Promise<Server | undefined> => {
  const path = socketOf(stateDir)
  const server = createServer(async (req, res) => {
    try {
      const answer = await answerTo(JSON.parse(await readText(req)) as Call, control)
      res.end(JSON.stringify(answer ?? null))
    } catch (error) {
      res.writeHead(500).end((error as Error).message)
    }
  })
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  if (!(await listen(server, path))) {
    if (await isAlive(path)) return undefined
    await unlink(path).catch(() => undefined)
    if (!(await listen(server, path))) return undefined
  }
  await chmod(path, 0o600)
  return server
}

export const controlBySocket = (stateDir: string): Control => {
  const call = <T>(what: Call) => send(socketOf(stateDir), what) as Promise<T>
  return {
    gateways: () => call({ call: 'gateways' }),
    switches: () => call({ call: 'switches' }),
    set: async (target, value) => {
      await call({ call: 'set', target, value })
    },
    clear: (target) => call({ call: 'clear', target }),
    want: async (wanted) => {
      await call({ call: 'want', wanted })
    },
    wantedIds: () => call({ call: 'wantedIds' }),
    wanted: async (target) => (await call<Wanted | null>({ call: 'wanted', target })) ?? undefined,
    tenantsOf: async (target) => (await call<Hashes | null>({ call: 'tenantsOf', target })) ?? undefined,
  }
}
