/** What every command gets and gives. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import type { Readers } from '../config/references.ts'
import type { TenantFiles } from '../reload.ts'
import type { Look } from './doctor/look.ts'
import type { RegisterOptions } from './register-options.ts'
import type { TrialWorld } from './trial/world.ts'

/** 0 done, 1 something that a person wrote is invalid, 2 done with warnings, 3 cannot run. */
export type ExitCode = 0 | 1 | 2 | 3

/** The world of a command: nothing in src/cli touches process, clock or disk by itself. */
export interface World {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Of version 4. */
  readonly randomUuid: () => string
  /** Whose account this is: noted beside what they do. */
  readonly user: string
  /** In which the command runs. */
  readonly process: { readonly host: string; readonly pid: number }
  readonly readers: Readers
  /** At disk and network, for `varco doctor`. */
  readonly look: Look
  /** Makes the folders it needs and replaces the file in one step. */
  readonly writeFile: (path: string, text: string) => Promise<void>
  /**
   * Readable by its owner only; never replaces one: rejects with code `EEXIST`. Makes the folders it needs.
   * `inherit`: its owner is that of its folder.
   */
  readonly createFile: (
    path: string,
    content: string | Uint8Array,
    how?: { readonly inherit: boolean },
  ) => Promise<void>
  /** The whole standard input. */
  readonly readInput: () => Promise<string>
  /** The same for what is written piece by piece. */
  readonly newFile: (path: string) => Promise<NewFile>
  /** For `varco tenant test`; absent where nothing may be started. */
  readonly trial?: TrialWorld
  readonly runGateway: (
    config: GatewayConfig,
    options: { readonly files: TenantFiles; readonly workers?: number },
  ) => Promise<void>
}

export interface NewFile {
  readonly write: (text: string) => Promise<void>
  /** Resolves when it is on the disk. */
  readonly close: () => Promise<void>
}

export interface Arguments {
  /** One for each of the command's operands; those in brackets may be missing. */
  readonly operands: readonly string[]
  readonly config?: string
  readonly check: boolean
  readonly tenant?: string
  /** `a,b` or `all`. */
  readonly tenants?: string
  readonly out?: string
  readonly csr: boolean
  readonly now: boolean
  /** For programs: one document on the output. */
  readonly json: boolean
  /** How long, as typed: `2h`. */
  readonly for?: string
  /** Why, for the log. */
  readonly reason?: string
  /** How many processes, as typed. */
  readonly workers?: string
  /** Bits, as typed. */
  readonly keySize?: string
  /** As typed. */
  readonly days?: string
  /** A table to take from (`varco tenant new`). */
  readonly from?: string
  /** Of the Index of public administrations. */
  readonly ipa?: string
  /** With all that other files and defaults add. */
  readonly effective: boolean
  readonly html: boolean
  readonly service: ServiceOptions
  /** Of who runs a new gateway (`varco init`). */
  readonly init: { readonly city?: string; readonly email?: string; readonly phone?: string }
  readonly register: RegisterOptions
}

/** What a command line says of a client, as typed: the rules of the tenant file judge it. */
export interface ServiceOptions {
  readonly name?: string
  readonly url?: string
  readonly preset?: string
  /** `a,b`. */
  readonly claims?: string
  readonly redirectUris: readonly string[]
  /** Other keys of its entry: `key=value`, the value as YAML. */
  readonly set: readonly string[]
}

export interface Command {
  readonly name: string
  /** What must follow the name, as help shows it: `['TENANT']`, or may: `['[TENANT]']`. */
  readonly operands: readonly string[]
  readonly options: string
  readonly summary: string
  readonly run: (args: Arguments, world: World) => Promise<ExitCode>
}

export const usageOf = ({ name, operands, options }: Command): string =>
  [name, ...operands, options].filter((part) => part !== '').join(' ')

export const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

/** A command line that cannot be carried out: the message ends with what to type instead. */
export class UsageError extends Error {}
