/** Which of the system's packages are there, and how the missing ones are had: test/system-packages is the list. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface SystemPackage {
  readonly name: string
  /** Found in PATH; a whole path is any file that must be there. */
  readonly commands: readonly string[]
  /** Names the first command's path, for systems where it stands elsewhere. */
  readonly variable?: string
  /** Paths under test/. */
  readonly neededBy: readonly string[]
}

export const parsePackages = (table: string): readonly SystemPackage[] =>
  table
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, commands, variable, neededBy, ...more] = line.trim().split(/\s+/)
      if (name === undefined || commands === undefined || neededBy === undefined || more.length > 0) {
        throw new Error(`test/system-packages: a line must have four columns: ${line}`)
      }
      const named = variable === undefined || variable === '-' ? {} : { variable }
      return { name, commands: commands.split(','), ...named, neededBy: neededBy.split(',') }
    })

type Env = Readonly<Record<string, string | undefined>>

export const findCommand = (command: string, env: Env): string | undefined => {
  if (command.startsWith('/')) return existsSync(command) ? command : undefined
  return (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(isExecutable)
}

/** Where each command that tests look up by a variable is; undefined when one of the package's commands is nowhere. */
export const locate = (
  { commands, variable }: SystemPackage,
  env: Env,
): Readonly<Record<string, string>> | undefined => {
  const named = variable === undefined ? undefined : env[variable]
  if (variable !== undefined && named !== undefined && named !== '') {
    return isExecutable(named) ? { [variable]: named } : undefined
  }
  const paths = commands.map((command) => findCommand(command, env))
  if (paths.includes(undefined)) return undefined
  return variable === undefined ? {} : { [variable]: paths[0] ?? '' }
}

export const installCommand = (packages: readonly SystemPackage[]): string =>
  `sudo apt-get install --no-install-recommends ${packages.map(({ name }) => name).join(' ')}`

export const canInstall = (env: Env): boolean =>
  existsSync('/etc/debian_version') && process.getuid?.() === 0 && findCommand('apt-get', env) !== undefined

const POLICY = '/usr/sbin/policy-rc.d'

/** As root on Debian. A server that comes in a package is not started: Debian asks policy-rc.d, and 101 means no. */
export const install = (packages: readonly SystemPackage[]): void => {
  const kept = `${POLICY}.varco-kept`
  if (existsSync(POLICY)) renameSync(POLICY, kept)
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
    spawnSync('apt-get', ['update', '-qq'], options)
    const names = packages.map(({ name }) => name)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options)
  } finally {
    rmSync(POLICY)
    if (existsSync(kept)) renameSync(kept, POLICY)
  }
}

export const readPackages = (): readonly SystemPackage[] =>
  parsePackages(readFileSync(new URL('system-packages', import.meta.url), 'utf8'))

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
