import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createAudit, logEvents } from '../../../src/audit/log.ts'
import { createRequestScope, type RequestScope } from '../../../src/audit/request-scope.ts'

const logged = (report: (audit: ReturnType<typeof createAudit>, scope: RequestScope) => void) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const scope = createRequestScope()
  report(createAudit({ scope, listeners: [logEvents(pino(sink))] }), scope)
  return lines.map((line) => JSON.parse(line))
}
const step = { tenant: 'ala', client: 'sito', uid: 'abcdefghijklmnop' }

describe('audit events in the log', () => {
  it('keep the severity and the level of assurance apart', () => {
    const [line] = logged((audit) => audit({ type: 'login.started', ...step, level: 2 }))
    expect(line).toMatchObject({ level: 30, event: 'login.started', assurance: 2, tenant: 'ala' })
  })
  it('name a login by a fingerprint, the same in each line, never by its uid', () => {
    const lines = logged((audit) => {
      audit({ type: 'login.started', ...step, level: 2 })
      audit({ type: 'login.abandoned', ...step })
    })
    expect(lines[0].login).toMatch(/^[\w-]{16}$/)
    expect(lines[1].login).toBe(lines[0].login)
    expect(JSON.stringify(lines)).not.toContain(step.uid)
  })
  it('carry the number of the request in which they happened', () => {
    const lines = logged((audit, scope) => {
      scope.run('7k2m-x9dp-4trq', () => audit({ type: 'login.started', ...step, level: 2 }))
      audit({ type: 'header.stripped', header: 'forwarded' })
    })
    expect(lines[0].requestId).toBe('7k2m-x9dp-4trq')
    expect(lines[1]).not.toHaveProperty('requestId')
  })
  it.each([
    [{ type: 'code.replayed', tenant: 'ala' }, 50],
    [{ type: 'login.refused', tenant: 'ala', code: 'idp_request_rejected', authenticated: true }, 50],
    [{ type: 'login.refused', tenant: 'ala', code: 'idp_request_rejected', authenticated: false }, 30],
    [{ type: 'login.refused', tenant: 'ala', code: 'idp_cancelled', authenticated: true }, 30],
  ] as const)('raise an alarm when a human must look: %j is of level %i', (event, level) => {
    expect(logged((audit) => audit(event))[0].level).toBe(level)
  })
})
