import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createExpiryWatch } from '../../../src/audit/certificate-expiry.ts'
import type { AuditEvent } from '../../../src/audit/events.ts'
import { logEvents } from '../../../src/audit/log.ts'
import { selfSigned } from '../../fixtures/saml/certificate.ts'

const DAY = 86_400_000
const END = Date.parse('2026-06-01T00:00:00Z')
const { certificate } = selfSigned({ notAfter: '2026-06-01T00:00:00Z' })

/** One call a day, from `first` to `last` days before the end. */
const watched = (first: number, last: number) => {
  const events: AuditEvent[] = []
  let days = first
  const check = createExpiryWatch({
    certificates: () => [{ use: 'spid', certificate }],
    audit: (event) => events.push(event),
    now: () => END - days * DAY,
  })
  for (; days >= last; days -= 1) check()
  return events.map((event) => (event.type === 'certificate.expiring' ? event.daysLeft : undefined))
}

describe('a certificate in use', () => {
  it('is reported at 60, 30 and 7 days before its end, and every day from then on', () => {
    expect(watched(400, -2)).toEqual([60, 30, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2])
  })

  it('is reported at once when a start finds it late', () => {
    expect(watched(45, 40)).toEqual([45])
    expect(watched(-30, -30)).toEqual([-30])
    expect(watched(61, 61)).toEqual([])
  })

  it('is named by use, tenant, fingerprint and end', () => {
    const events: AuditEvent[] = []
    createExpiryWatch({
      certificates: () => [{ use: 'cie', tenant: 'ala', certificate }],
      audit: (event) => events.push(event),
      now: () => END - 60 * DAY,
    })()
    expect(events).toEqual([
      {
        type: 'certificate.expiring',
        use: 'cie',
        tenant: 'ala',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        notAfter: '2026-06-01T00:00:00.000Z',
        daysLeft: 60,
      },
    ])
  })

  it.each([
    [60, 40],
    [30, 40],
    [7, 50],
    [-1, 50],
  ])('with %i days left is a log line of level %i', (daysLeft, level) => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    const facts = { use: 'spid', sha256: '', notAfter: '' } as const
    logEvents(log)({ type: 'certificate.expiring', ...facts, daysLeft }, undefined)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level, event: 'certificate.expiring', daysLeft }])
  })
})
