/**
 * Answers that no provider signed: anybody can send them, ten for each login that he begins, and the disk must hold what
 * the law wants. So a process keeps so much of them an hour, far more than all providers' errors are, and of what comes
 * beyond that the beginning, its length and its SHA-256.
 */
import { hash } from 'node:crypto'
import type { RegisterRecord } from './records.ts'

const HOUR = 3_600_000
/** Characters. */
const AN_HOUR = 16 * 1024 * 1024
const BEGINNING = 1024

export const createThrift = (now: () => number) => {
  let hour = 0
  let kept = 0
  return (record: RegisterRecord): RegisterRecord => {
    if (record.kind !== 'login.response' || record.authenticated || record.message === undefined) return record
    const { message } = record
    const current = Math.floor(now() / HOUR)
    if (current !== hour) kept = 0
    hour = current
    if (message.length <= BEGINNING || kept + message.length <= AN_HOUR) {
      kept += message.length
      return record
    }
    const whole = { messageLength: message.length, messageHash: hash('sha256', message, 'base64url') }
    // what was cut already says how long it was
    return { ...whole, ...record, message: message.slice(0, BEGINNING) }
  }
}
