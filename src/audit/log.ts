/** Audit events to the log. An alarm is a line of level error. */
import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import { errorRow } from '../errors.ts'
import { isLast } from './certificate-expiry.ts'
import { type Audit, type AuditEvent, alarms } from './events.ts'

const levelOf = (event: AuditEvent): 'info' | 'warn' | 'error' => {
  if (event.type === 'certificate.expiring') return isLast(event.daysLeft) ? 'error' : 'warn'
  if (event.type === 'login.refused' && event.authenticated && errorRow(event.code).alarm === true) return 'error'
  return alarms.has(event.type) ? 'error' : 'info'
}

/**
 * As a line shows it: the assurance level beside pino's own `level`, and of a login's uid (half of a browser's cookie)
 * only a fingerprint, by which lines can be put together.
 */
const lineOf = ({ type, ...facts }: AuditEvent) => {
  const { level, uid, ...others } = facts as { level?: number; uid?: string }
  return {
    event: type,
    ...others,
    ...(level === undefined ? {} : { assurance: level }),
    ...(uid === undefined ? {} : { login: hash('sha256', uid, 'base64url').slice(0, 16) }),
  }
}

export const createAudit =
  ({ log }: { log: Logger }): Audit =>
  (event) => {
    log[levelOf(event)](lineOf(event), event.type)
  }
