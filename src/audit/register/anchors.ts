/**
 * What is signed about a day that is over: its chains, and the anchor of the day before. Anchors are kept for ever, and
 * beside them, for each day that was dropped at its time, a statement that says so.
 */
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeNewFile } from '../../keyring/new-file.ts'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { anchorFolder, type Day, isDay, namesIn } from './layout.ts'

export interface ChainStatement {
  readonly chain: string
  /** Id of the key that sealed it. */
  readonly key: string
  readonly records: number
  /** The last link of the chain and the root of its tree, hex. */
  readonly head: string
  readonly root: string
  /** Some of it could not be read when the day was closed: head and root are of what could. */
  readonly damaged?: true
}

export interface Anchor {
  readonly varco: 'register anchor'
  readonly version: 1
  readonly day: Day
  /** Of the last day before it that has one. Null for the first of all. */
  readonly previous: { readonly day: Day; readonly sha256: string } | null
  readonly chains: readonly ChainStatement[]
  /** ISO 8601. */
  readonly madeAt: string
  /** Fingerprint of the key that signs. */
  readonly signer: string
}

export interface DroppedDay {
  readonly varco: 'register dropped day'
  readonly version: 1
  readonly day: Day
  /** SHA-256 of the day's anchor. */
  readonly anchor: string
  readonly records: number
  readonly retentionMonths: number
  readonly droppedAt: string
  readonly signer: string
}

/** The exact text that was signed, and its Ed25519 signature in base64. */
export interface Signed {
  readonly statement: string
  readonly signature: string
}

export const sha256Of = (statement: string): string => hash('sha256', statement)

export const signStatement = (
  value: Omit<Anchor, 'signer'> | Omit<DroppedDay, 'signer'> | object,
  key: RegisterKey,
): Signed => {
  const statement = JSON.stringify({ ...value, signer: key.fingerprint })
  return { statement, signature: sign(null, Buffer.from(statement), key.signing).toString('base64') }
}

/** Throws Error that says what is wrong. */
export const openStatement = <T extends Anchor | DroppedDay>(
  { statement, signature }: Signed,
  kind: T['varco'],
  keys: readonly RegisterKey[],
): T => {
  const value = JSON.parse(statement) as T
  const signer = keys.find(({ fingerprint }) => fingerprint === value.signer)
  if (signer === undefined) throw new Error('is signed with a key that is none of the register')
  if (!verify(null, Buffer.from(statement), publicOf(signer), Buffer.from(signature, 'base64')))
    throw new Error('does not bear the signature of its signer')
  if (value.varco !== kind || value.version !== 1) throw new Error('is another statement')
  return value
}

const publicOf = ({ signing }: RegisterKey): KeyObject => createPublicKey(signing)

export const anchorPath = (folder: string, day: Day): string => join(anchorFolder(folder), `${day}.json`)
export const droppedPath = (folder: string, day: Day): string => join(anchorFolder(folder), `${day}.dropped.json`)

/** Days that have an anchor, the first first. */
export const anchoredDays = async (folder: string): Promise<readonly Day[]> =>
  (await namesIn(anchorFolder(folder))).flatMap((name) => /^([\d-]+)\.json$/.exec(name)?.[1] ?? []).filter(isDay)

export const readSigned = async (path: string): Promise<Signed> => {
  const { statement, signature } = JSON.parse(await readFile(path, 'utf8')) as Partial<Signed>
  if (typeof statement !== 'string' || typeof signature !== 'string') throw new Error('is no signed statement')
  return { statement, signature }
}

/** Resolves with what is kept: of two gateways the first to write counts. */
export const keepSigned = async (path: string, signed: Signed): Promise<Signed> => {
  try {
    await writeNewFile(path, `${JSON.stringify(signed, undefined, 2)}\n`, { inherit: true })
    return signed
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readSigned(path)
    throw error
  }
}

/** Of the last closed day before this one, as its anchor and each of its chains name it. */
export const anchorBefore = async (folder: string, day: Day): Promise<NonNullable<Anchor['previous']> | undefined> => {
  const last = (await anchoredDays(folder)).findLast((one) => one < day)
  if (last === undefined) return undefined
  return { day: last, sha256: sha256Of((await readSigned(anchorPath(folder, last))).statement) }
}

export const isClosed = async (folder: string, day: Day): Promise<boolean> => (await anchoredDays(folder)).includes(day)
