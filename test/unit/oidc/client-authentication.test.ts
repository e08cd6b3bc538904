import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { knowsSecret } from '../../../src/oidc/client-authentication.ts'

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
const now = Date.parse('2027-01-31T12:00:00Z')

describe('a secret', () => {
  it('is known by its hash', () => {
    expect(knowsSecret([{ sha256: hashOf('one') }], 'one', now)).toBe(true)
    expect(knowsSecret([{ sha256: hashOf('one') }], 'other', now)).toBe(false)
    expect(knowsSecret([{ sha256: hashOf('one') }], '', now)).toBe(false)
  })

  it('is known beside another one, in either place, while it is rotated', () => {
    const both = [{ sha256: hashOf('old'), notAfter: now + 1 }, { sha256: hashOf('new') }]
    for (const secrets of [both, both.toReversed()]) {
      expect(['old', 'new', 'third'].map((secret) => knowsSecret(secrets, secret, now))).toEqual([true, true, false])
    }
  })

  it('ends when the clock says so, to the millisecond, and does not end the other one', () => {
    const secrets = [{ sha256: hashOf('old'), notAfter: now }, { sha256: hashOf('new') }]
    expect(knowsSecret(secrets, 'old', now)).toBe(true)
    expect(knowsSecret(secrets, 'old', now + 1)).toBe(false)
    expect(knowsSecret(secrets, 'new', now + 1)).toBe(true)
  })

  it('is never known to a client that has none', () => expect(knowsSecret([], '', now)).toBe(false))
})
