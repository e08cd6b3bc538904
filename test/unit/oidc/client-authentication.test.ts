import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { standingOf } from '../../../src/oidc/client-authentication.ts'

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
const now = Date.parse('2027-01-31T12:00:00Z')

describe('a secret', () => {
  it('is known by its hash', () => {
    expect(standingOf([{ sha256: hashOf('one') }], 'one', now)).toBe('valid')
    expect(standingOf([{ sha256: hashOf('one') }], 'other', now)).toBe('unknown')
    expect(standingOf([{ sha256: hashOf('one') }], '', now)).toBe('unknown')
  })

  it('is known beside another one, in either place, while it is rotated', () => {
    const both = [{ sha256: hashOf('old'), notAfter: now + 1 }, { sha256: hashOf('new') }]
    for (const secrets of [both, both.toReversed()]) {
      expect(['old', 'new', 'third'].map((secret) => standingOf(secrets, secret, now))).toEqual([
        'valid',
        'valid',
        'unknown',
      ])
    }
  })

  it('ends when the clock says so, to the millisecond, and does not end the other one', () => {
    const secrets = [{ sha256: hashOf('old'), notAfter: now }, { sha256: hashOf('new') }]
    expect(standingOf(secrets, 'old', now)).toBe('valid')
    expect(standingOf(secrets, 'old', now + 1)).toBe('over')
    expect(standingOf(secrets, 'new', now + 1)).toBe('valid')
  })

  it('is never known to a client that has none', () => expect(standingOf([], '', now)).toBe('unknown'))
})
