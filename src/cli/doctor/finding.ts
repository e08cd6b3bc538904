/** What `varco doctor` finds: one line a check, with what to do where something is to be done. */
import type { GatewayConfig } from '../../config/gateway-config.ts'
import type { Problem } from '../../config/problem.ts'
import type { Control } from '../../operations/control.ts'

export type Health = 'ok' | 'warn' | 'fail'

export interface Finding {
  readonly check: string
  readonly health: Health
  readonly message: string
  readonly fix?: string
}

/** The machine and the network, as a check may look at them. */
export interface Surroundings {
  /** With the tenants whose files are not broken. */
  readonly config: GatewayConfig
  /** With what is wrong first in each. */
  readonly brokenFiles: readonly { readonly file: string; readonly reason: string }[]
  /** There is no file of a tenant, or no folder. */
  readonly folderProblem?: Problem
  /** Milliseconds since 1970. */
  readonly now: number
  readonly fetch: typeof globalThis.fetch
  /** Addresses of a host name. Rejects when it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  /** End of the certificate that a TLS server shows, milliseconds since 1970. Rejects when it is not valid for the name. */
  readonly certificateEnd: (host: string, port: number) => Promise<number>
  /** Milliseconds since 1970; undefined where there is no such file. */
  readonly modifiedAt: (path: string) => Promise<number | undefined>
  readonly freeBytes: (path: string) => Promise<number>
  /** Rejects, with the system's code, where this account cannot write there or the file system is read-only. */
  readonly assertWritable: (path: string) => Promise<void>
  /** Permission bits. */
  readonly modeOf: (path: string) => Promise<number | undefined>
  readonly hasKeys: (tenant: string) => Promise<boolean>
  /** Rejects when neither the store nor a gateway answers. */
  readonly control: <T>(work: (control: Control) => Promise<T>) => Promise<T>
}

/** A check may find several things; one that throws is itself what was found. */
export type Check = (around: Surroundings) => Promise<readonly Finding[]>

export const ok = (check: string, message: string): Finding => ({ check, health: 'ok', message })
export const warn = (check: string, message: string, fix: string): Finding => ({ check, health: 'warn', message, fix })
export const fail = (check: string, message: string, fix: string): Finding => ({ check, health: 'fail', message, fix })

const DAY = 86_400_000

/** How many days are left, and whether that is enough. */
export const ending = (check: string, what: string, end: number, now: number, fix: string): Finding => {
  const days = Math.floor((end - now) / DAY)
  if (days < 0) return fail(check, `${what} has expired`, fix)
  const message = `${what} ends in ${days} days`
  if (days < 7) return fail(check, message, fix)
  return days < 30 ? warn(check, message, fix) : ok(check, message)
}
