/** The register of a gateway, for a command that reads it: what it reads is written down first. */
import { randomBytes } from 'node:crypto'
import { reasonOf } from '../audit/register/failure.ts'
import { type Finding, findingText } from '../audit/register/finding.ts'
import { type Day, folderOf, isDay } from '../audit/register/layout.ts'
import type { Access } from '../audit/register/records.ts'
import { createRegister } from '../audit/register/register.ts'
import type { Where } from '../audit/register/where.ts'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { createRegisterKeyring, type RegisterKeyring } from '../keyring/register-keys.ts'
import { type Arguments, UsageError, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { printable } from './printable.ts'

export interface OpenedRegister {
  readonly config: GatewayConfig
  readonly where: Where
  /** What could not be read so far. */
  readonly findings: readonly Finding[]
  /** Resolves when it is on the disk: before anything is shown. Throws `register_unavailable`. */
  readonly note: (access: Omit<Access, 'kind' | 'by'>) => Promise<void>
}

export const registerKeyringOf = ({ stateDir, masterKeys }: GatewayConfig, { now }: World): RegisterKeyring =>
  createRegisterKeyring({ stateDir, masterKeys, now })

const dayOption = (name: string, value: string | undefined): Day | undefined => {
  if (value === undefined || isDay(value)) return value
  throw new UsageError(`--${name} ${value} is no day. Write it as 2026-01-15.`)
}

/** `undefined` where the configuration has problems, which are told. */
export const openRegister = async (args: Arguments, world: World): Promise<OpenedRegister | undefined> => {
  const [from, to] = [dayOption('from', args.register.from), dayOption('to', args.register.to)]
  const config = (await readWithout(args, world))?.config
  if (config === undefined) return undefined
  const { stateDir } = config
  const keyring = registerKeyringOf(config, world)
  const keys = await keyring.load()
  if (keys.length === 0)
    throw new UsageError(`${stateDir} has no register yet: its first key is made when a gateway starts.`)
  const findings: Finding[] = []
  const find = (finding: Finding): void => {
    findings.push(finding)
    world.err(`${printable(findingText(finding))}\n`)
  }
  return {
    config,
    where: { folder: folderOf(stateDir), keys, from, to, find },
    findings,
    note: async (access) => {
      const writer = { ...world.process, tag: randomBytes(4).toString('hex') }
      const register = createRegister({ stateDir, keys: keyring.load, writer, now: world.now, report: () => undefined })
      try {
        await register.write({ kind: 'register.access', by: world.user, ...access })
      } catch (error) {
        const reason = reasonOf((error as Error).cause)
        throw new UsageError(
          `The register cannot be written, so nothing is shown: who reads it is noted first. ${reason}`,
        )
      } finally {
        await register.close()
      }
    },
  }
}

/** Why somebody looks: it stays in the register as long as what they saw. */
export const reasonIn = ({ reason }: Arguments): string => {
  if (reason !== undefined && reason.trim().length >= 3) return reason.trim()
  throw new UsageError('Why? Add --reason "…": who reads the register, and why, is written into it.')
}

/** A tax code as the register has it: with its country. `-` reads it from the input, where no history keeps it. */
export const personIn = async (typed: string, { readInput }: World): Promise<string> => {
  const code = (typed === '-' ? await readInput() : typed).trim()
  if (/^eidas:./i.test(code)) return `eidas:${code.slice('eidas:'.length)}`
  if (/^([A-Z0-9]{16}|\d{11})$/i.test(code)) return `TINIT-${code.toUpperCase()}`
  if (/^TIN[A-Z]{2}-./i.test(code)) return code.toUpperCase()
  // nothing would be found, and that be taken for an answer
  throw new UsageError(
    'That is no tax code: 16 letters and digits, or 11 digits; TINXX-… of another country, eidas:… of who has none.',
  )
}
