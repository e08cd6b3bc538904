/** Audit events to the log. An alarm is a line of level error. */
import type { Logger } from 'pino'
import { errorRow } from '../errors.ts'
import { type Audit, type AuditEvent, alarms } from './events.ts'

const isAlarm = (event: AuditEvent): boolean =>
  alarms.has(event.type) || (event.type === 'login.refused' && errorRow(event.code).alarm === true)

export const createAudit =
  ({ log }: { log: Logger }): Audit =>
  (event) => {
    const { type, ...facts } = event
    if (isAlarm(event)) log.error({ event: type, ...facts }, type)
    else log.info({ event: type, ...facts }, type)
  }
