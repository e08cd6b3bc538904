import { beforeAll, describe, expect, it } from 'vitest'
import {
  activeSince,
  DAY,
  isTidy,
  newSigningKeys,
  nextChange,
  type SigningKey,
  standingsOf,
  tidied,
} from '../../../src/keyring/signing-key.ts'

const T = Date.parse('2026-01-15T10:00:00Z')
const ROTATION = T + 180 * DAY
let old: readonly SigningKey[]
let young: readonly SigningKey[]
beforeAll(async () => {
  old = await newSigningKeys(T)
  young = await newSigningKeys(ROTATION)
})

const both = () => [...old, ...young]
const states = (keys: readonly SigningKey[], now: number) =>
  standingsOf(keys, now).map(({ alg, state, activeFrom }) => `${activeFrom === T ? 'old' : 'young'} ${alg} ${state}`)

describe('a key that signs', () => {
  it('is published before its time, and retires when the next one begins', () => {
    expect(states(both(), ROTATION - 1)).toEqual([
      'old RS256 active',
      'old ES256 active',
      'young RS256 next',
      'young ES256 next',
    ])
    expect(states(both(), ROTATION)).toEqual([
      'young RS256 active',
      'young ES256 active',
      'old RS256 retired',
      'old ES256 retired',
    ])
  })

  it('signs although a clock that is behind says that its time has not come, rather than nobody', () => {
    expect(states(old, T - 5000)).toEqual(['old RS256 active', 'old ES256 active'])
    // a gateway that comes after the old ones were tidied up, by a clock ahead of its own
    expect(states(tidied(both(), ROTATION), ROTATION - 5000)).toEqual([
      'young RS256 active',
      'young ES256 active',
      'old RS256 retired',
      'old ES256 retired',
    ])
  })

  it('is counted from the moment it began, and not while others are on their way', () => {
    expect(activeSince(old, T + DAY)).toBe(T)
    expect(activeSince(both(), T + DAY)).toBeUndefined()
    expect(activeSince(both(), ROTATION)).toBe(ROTATION)
  })

  it('says when the next change comes', () => {
    expect(nextChange(both(), T)).toBe(ROTATION)
    expect(nextChange(both(), ROTATION)).toBeUndefined()
  })
})

describe('keys that retired', () => {
  it('keep their public half for 90 days from then', () => {
    const kept = (days: number) => tidied(both(), ROTATION + days * DAY).filter(({ activeFrom }) => activeFrom === T)
    expect(kept(0).map(({ jwk }) => Object.keys(jwk).sort())).toEqual([
      ['e', 'kty', 'n'],
      ['crv', 'kty', 'x', 'y'],
    ])
    expect(kept(89.9)).toHaveLength(2)
    expect(kept(90)).toEqual([])
  })

  it('are untidy as long as their private half is there or their time is over', () => {
    expect(isTidy(both(), ROTATION - 1)).toBe(true)
    expect(isTidy(both(), ROTATION)).toBe(false)
    const tidy = tidied(both(), ROTATION)
    expect(isTidy(tidy, ROTATION)).toBe(true)
    expect(isTidy(tidy, ROTATION + 90 * DAY)).toBe(false)
  })
})
