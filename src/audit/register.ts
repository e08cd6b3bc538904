/**
 * The register of every request and answer (docs/rules/spid-saml.md section 9, kept 24 months): an append-only file per
 * process and day under `{stateDir}/register`, one sealed record a line. A record is on the disk when `write` resolves.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type ErrorCode, GatewayError } from '../errors.ts'
import { type MasterKey, seal, subkey } from '../sealing.ts'

export interface RegisterRecord {
  readonly kind: 'request' | 'response'
  readonly tenant: string
  readonly client: string
  readonly uid: string
  readonly upstream: string
  readonly idp?: string
  readonly entityId: string
  readonly requestId: string
  readonly levelAsked: 1 | 2 | 3
  readonly levelReached?: 1 | 2 | 3
  readonly result: 'sent' | 'verified' | ErrorCode
  readonly responseId?: string
  readonly assertionId?: string
  /** Of a response: did the provider's signature (or the card) vouch for it? */
  readonly authenticated?: boolean
  /** The exact message, of an unauthenticated response only its beginning: XML, or for CNS the certificate (PEM). */
  readonly message?: string
  readonly clientAddress: string
}

/** A message of single logout, ours or a provider's (docs/rules/spid-saml.md section 6). */
export interface LogoutRecord {
  readonly kind: 'logout-request' | 'logout-response'
  readonly tenant: string
  readonly upstream: string
  readonly idp: string
  readonly entityId: string
  /** ID of the LogoutRequest, also on the record of its answer. */
  readonly requestId: string
  readonly responseId?: string
  readonly result: 'sent' | 'verified'
  /** The exact message. */
  readonly message: string
  readonly clientAddress: string
}

export interface Register {
  /** Resolves when the record is flushed. Throws `register_unavailable`. */
  write(record: RegisterRecord | LogoutRecord): Promise<void>
  close(): Promise<void>
}

export const createRegister = ({
  stateDir,
  masterKey,
  now,
  processId,
}: {
  stateDir: string
  masterKey: MasterKey
  now: () => number
  processId: string
}): Register => {
  const key = subkey(masterKey, 'register')
  const folder = join(stateDir, 'register')
  let file: { readonly day: string; readonly handle: FileHandle } | undefined
  // one after another: a record never lands inside another one
  let queue: Promise<unknown> = Promise.resolve()

  const line = (day: string, record: object): string =>
    `${masterKey.id}.${seal(key, Buffer.from(JSON.stringify(record)), Buffer.from(`register\0${day}`)).toString('base64')}\n`

  const fileOf = async (day: string): Promise<FileHandle> => {
    if (file?.day === day) return file.handle
    await file?.handle.close()
    file = undefined
    await mkdir(folder, { recursive: true, mode: 0o700 })
    file = { day, handle: await open(join(folder, `${day}.${processId}.log`), 'a', 0o600) }
    return file.handle
  }

  const append = async (record: RegisterRecord | LogoutRecord): Promise<void> => {
    const time = new Date(now()).toISOString()
    const day = time.slice(0, 10)
    try {
      const handle = await fileOf(day)
      await handle.appendFile(line(day, { time, ...record }))
      await handle.datasync()
    } catch (cause) {
      throw new GatewayError('register_unavailable', undefined, { cause })
    }
  }

  return {
    write: (record) => {
      const written = queue.then(() => append(record))
      queue = written.catch(() => undefined)
      return written
    },
    close: async () => {
      await queue
      await file?.handle.close()
      file = undefined
    },
  }
}
