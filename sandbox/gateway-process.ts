/** The gateway as a process of its own, as in production: started by bin/varco.mjs, ended by its pid. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface GatewayProcess {
  readonly pid: number
  /** Path of the file with everything that it prints. */
  readonly log: string
  /** Resolves with the exit code, also when nobody asked it to end. */
  readonly ended: Promise<number>
  close(): Promise<void>
}

const START = 30_000
const DRAIN = 15_000

const lastLines = (log: string): string => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n')

/** Resolves when `readyUrl` answers 200; rejects, with what the gateway printed last, when it ends or takes too long. */
export const startGatewayProcess = async (options: {
  readonly root: string
  readonly config: string
  readonly log: string
  readonly readyUrl: string
  readonly env: Readonly<Record<string, string | undefined>>
}): Promise<GatewayProcess> => {
  const output = openSync(options.log, 'w', 0o600)
  const child = spawn(process.execPath, [join(options.root, 'bin/varco.mjs'), 'start', '--config', options.config], {
    cwd: options.root,
    env: options.env,
    stdio: ['ignore', output, output],
    // A terminal sends Ctrl-C to its whole group; this one is told to end by us, once.
    detached: true,
  })
  closeSync(output)
  let code: number | undefined
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (status) => resolve(status ?? 1))
  }).then((status) => {
    code = status
    return status
  })
  // Nobody must survive a demo that crashes.
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)

  const close = async () => {
    child.kill('SIGTERM')
    const drained = await Promise.race([ended.then(() => true), wait(DRAIN, false, { ref: false })])
    if (!drained) child.kill('SIGKILL')
    await ended
    process.removeListener('exit', killAtExit)
  }

  const deadline = performance.now() + START
  while (code === undefined && performance.now() < deadline) {
    const ready = await fetch(options.readyUrl).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready && child.pid !== undefined) return { pid: child.pid, log: options.log, ended, close }
    await wait(100)
  }
  const how = code === undefined ? `was not ready within ${START / 1000} seconds` : `ended with code ${code}`
  await close()
  throw new Error(`The gateway ${how}. It said:\n${lastLines(options.log)}`)
}
