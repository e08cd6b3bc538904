/** What a login leaves behind: for whoever must know how large Redis, its network and the disks have to be. */
import { spawnSync } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runClosed } from '../load/run-load.ts'
import { runVarco } from '../systems/varco.ts'
import { scratch } from './measure-system.ts'

/** All of one login. */
export interface LeftBehind {
  readonly redis: {
    readonly commands: number
    /** To Redis and from it. */
    readonly netBytes: number
    /** Held at its end; they live from minutes to a day, most eight hours. */
    readonly keys: number
    readonly bytes: number
    /** CPU of Redis, milliseconds. */
    readonly cpu: number
  }
  /** Bytes on the disk while the day is open. */
  readonly register: number
  readonly log: number
  readonly steps: number
}

const infoOf = (port: number): Readonly<Record<string, number>> => {
  const cli = (...words: readonly string[]) =>
    spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout
  const pairs = cli('info', 'everything')
    .split('\r\n')
    .flatMap((line) => {
      const [name, value] = line.split(':')
      return name && value !== undefined && Number.isFinite(Number(value)) ? [[name, Number(value)] as const] : []
    })
  return { ...Object.fromEntries(pairs), keys: Number(cli('dbsize')) }
}

const bytesIn = async (folder: string): Promise<number> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = names
    .filter((one) => one.isFile())
    .map(async (one) => (await stat(join(one.parentPath, one.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Empties that Redis first. */
export const measureLeftBehind = (
  { url, port }: { readonly url: string; readonly port: number },
  { core, logins }: { readonly core: number | undefined; readonly logins: number },
): Promise<LeftBehind> =>
  scratch(async (folder) => {
    spawnSync('redis-cli', ['-p', String(port), 'flushall'])
    const running = await runVarco({ folder, redis: url, core })
    try {
      const round = { atOnce: 16, seconds: Number.POSITIVE_INFINITY }
      await runClosed(running.login, { ...round, logins: 50 })
      const look = async () => {
        // logs and steps are written together, at most a second later
        await sleep(1500)
        const [register, steps, log] = await Promise.all([
          bytesIn(join(folder, 'state/register')),
          bytesIn(join(folder, 'state/steps')),
          stat(join(folder, 'gateway.log')),
        ])
        return { register, steps, log: log.size, redis: infoOf(port) }
      }
      const before = await look()
      await runClosed(running.login, { ...round, logins })
      const after = await look()
      const each = (name: string) => ((after.redis[name] ?? Number.NaN) - (before.redis[name] ?? Number.NaN)) / logins
      return {
        redis: {
          commands: each('total_commands_processed'),
          netBytes: each('total_net_input_bytes') + each('total_net_output_bytes'),
          keys: each('keys'),
          bytes: each('used_memory'),
          cpu: 1000 * (each('used_cpu_user') + each('used_cpu_sys')),
        },
        register: (after.register - before.register) / logins,
        steps: (after.steps - before.steps) / logins,
        log: (after.log - before.log) / logins,
      }
    } finally {
      await running.stop()
    }
  })
