/** Audit events: each to everybody who listens. The first listener is the log, where an alarm is a line of level error. */
import type { Logger } from 'pino'
import { errorRow } from '../errors.ts'
import { isLast } from './certificate-expiry.ts'
import { type Audit, type AuditEvent, alarms } from './events.ts'
import { lineOf } from './line.ts'
import type { RequestScope } from './request-scope.ts'

/** Told of each event, and of the request that was being answered. Never throws. */
export type Listener = (event: AuditEvent, requestId: string | undefined) => void

/** How loud: `error` is an alarm, which a human must see. */
export const severityOf = (event: AuditEvent): 'info' | 'warn' | 'error' => {
  if (event.type === 'certificate.expiring') return isLast(event.daysLeft) ? 'error' : 'warn'
  if (event.type === 'login.refused' && event.authenticated && errorRow(event.code).alarm === true) return 'error'
  return alarms.has(event.type) ? 'error' : 'info'
}

export const logEvents =
  (log: Logger): Listener =>
  (event, requestId) => {
    log[severityOf(event)]({ ...(requestId !== undefined && { requestId }), ...lineOf(event) }, event.type)
  }

export const createAudit =
  ({ scope, listeners }: { scope: RequestScope; listeners: readonly Listener[] }): Audit =>
  (event) => {
    const requestId = scope.current()
    for (const listener of listeners) listener(event, requestId)
  }
