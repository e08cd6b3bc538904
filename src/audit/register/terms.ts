/** What a record can be found by. Values leave this file only as keyed hashes: an index of tax codes would be one. */
import { createHmac } from 'node:crypto'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { subkey } from '../../sealing.ts'
import type { StoredRecord } from './records.ts'

const searchable = [
  'support',
  'login',
  'session',
  'grant',
  'person',
  'assertionId',
  'requestId',
  'responseId',
  'code',
  'jti',
] as const

export type TermName = (typeof searchable)[number]
export interface Term {
  readonly name: TermName
  readonly value: string
}

export const termsOf = (record: StoredRecord): readonly Term[] =>
  searchable.flatMap((name) => {
    const value = (record as Readonly<Partial<Record<TermName, unknown>>>)[name]
    return typeof value === 'string' ? [{ name, value }] : []
  })

export const termText = ({ name, value }: Term): string => `${name}\0${value}`

/** Bytes of the keyed hash that an index keeps: enough that two terms of a day share one hardly ever. */
export const HASH_SIZE = 5

/** The keyed hash under one key of the register. */
export const createTermHash = (key: RegisterKey): ((term: Term) => number) => {
  const secret = subkey(key, 'register', 'terms')
  return (term) => createHmac('sha256', secret).update(termText(term)).digest().readUIntBE(0, HASH_SIZE)
}
