import { describe, expect, it } from 'vitest'
import type { Citizen } from '../../../src/citizen/citizen.ts'
import { subjectOf, userKeyOf } from '../../../src/claims/subject.ts'

const key = Buffer.alloc(32, 7)

describe('subjectOf', () => {
  it('is the same for the same person at the same tenant', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).toBe(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')))
  it('is another one at the next tenant', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).not.toBe(subjectOf(key, 'moena', 'TINIT-RSSMRA80A01H501U')))
  it('is another one under another key', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).not.toBe(
      subjectOf(Buffer.alloc(32, 8), 'ala', 'TINIT-RSSMRA80A01H501U'),
    ))
  it('never changes: this value is in the databases of municipal sites', () =>
    expect(subjectOf(key, 'ala', 'TINIT-RSSMRA80A01H501U')).toBe('_VIG-efs2Y1WINMKvnOC0ByXyD_wEGle5qsngH10MO4'))
  it('cannot be shifted between sector and tax code', () =>
    expect(subjectOf(key, 'al', 'aX')).not.toBe(subjectOf(key, 'ala', 'X')))
})

describe('userKeyOf', () => {
  const login = (known: Partial<Citizen>): Citizen => ({
    upstream: 'eidas',
    idp: 'https://idp.example',
    level: 2,
    authTime: 0,
    ...known,
  })
  const fiscalNumber = 'TINIT-RSSMRA80A01H501U'

  it.each(['spid', 'cie', 'cns', 'eidas'] as const)('is the tax code of who comes by %s with one', (upstream) =>
    expect(userKeyOf(login({ upstream, fiscalNumber, spidCode: 'X' }))).toBe(fiscalNumber),
  )
  it('is the identifier of the other country, in a name space of its own, of who comes by eIDAS without', () => {
    expect(userKeyOf(login({ spidCode: 'DE/IT/1234567890' }))).toBe('eidas:DE/IT/1234567890')
    // even an identifier that looks like a tax code is none
    expect(userKeyOf(login({ spidCode: fiscalNumber }))).toBe(`eidas:${fiscalNumber}`)
  })
  it('gives such a person a `sub` that never changes either', () =>
    expect(subjectOf(key, 'ala', 'eidas:DE/IT/1234567890')).toBe('DyBUJAS75hlgOapupX9nRXGhIhiJG6I8R43PmKDamLY'))
  it('is nobody by a spidCode of SPID, which is another one at each provider', () =>
    expect(userKeyOf(login({ upstream: 'spid', spidCode: 'ABCD123456789A' }))).toBeUndefined())
  it('is nobody without either', () => expect(userKeyOf(login({}))).toBeUndefined())
})
