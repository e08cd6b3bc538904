/** An event as the log and the files of steps show it. */
import { hash } from 'node:crypto'
import type { AuditEvent } from './events.ts'

/** Of a login's uid, which is half of a browser's cookie, only this is written: lines can be put together by it. */
export const fingerprintOf = (uid: string): string => hash('sha256', uid, 'base64url').slice(0, 16)

/** The level of assurance stands beside pino's own `level`, which is the severity. */
export const lineOf = ({ type, ...facts }: AuditEvent): { readonly event: AuditEvent['type'] } & object => {
  const { level, uid, ...others } = facts as { level?: number; uid?: string }
  return {
    event: type,
    ...others,
    ...(level === undefined ? {} : { assurance: level }),
    ...(uid === undefined ? {} : { login: fingerprintOf(uid) }),
  }
}
