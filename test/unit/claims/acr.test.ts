import { describe, expect, it } from 'vitest'
import { acrAsAsked, amrOf, asksTheImpossible, requestedLevel } from '../../../src/claims/acr.ts'

const L1 = 'https://www.spid.gov.it/SpidL1'
const L2 = 'https://www.spid.gov.it/SpidL2'
const L3 = 'https://www.spid.gov.it/SpidL3'
const ask = (acrValues?: string, minLevel: 1 | 2 | 3 = 1, claims?: string) =>
  requestedLevel({ acrValues, claims, minLevel })

describe('requestedLevel', () => {
  it('is 2 when the request names none', () => expect(ask()).toBe(2))
  it('is the lowest class of the list, whatever its order', () => expect(ask(`${L3} ${L2}`)).toBe(2))
  it('goes down to 1 for a client that may', () => expect(ask(L1)).toBe(1))
  it('never goes below the minimum of the client', () => expect(ask(L1, 2)).toBe(2))
  it('passes over classes that are not ours', () =>
    expect(ask('urn:oasis:names:tc:SAML:2.0:ac:classes:SpidL1')).toBe(2))
  it('reads an acr that the claims parameter asks for', () =>
    expect(ask(undefined, 1, JSON.stringify({ id_token: { acr: { essential: true, values: [L3] } } }))).toBe(3))
  it('bears a claims parameter with a null acr', () =>
    expect(ask(L1, 1, JSON.stringify({ id_token: { acr: null } }))).toBe(1))
})

const essential = (acr: object) => JSON.stringify({ id_token: { acr: { essential: true, ...acr } } })

describe('a class that the request calls essential', () => {
  it('counts more than the lowest wish', () => {
    expect(ask(L1, 1, essential({ value: L3 }))).toBe(3)
    expect(ask(L3, 1, essential({ value: L1 }))).toBe(3)
  })
  it('is the lowest of its list', () => expect(ask(undefined, 1, essential({ values: [L3, L2] }))).toBe(2))
  it('is level 1 where it says so, for a client that may', () => {
    expect(ask(undefined, 1, essential({ value: L1 }))).toBe(1)
    expect(ask(undefined, 2, essential({ value: L1 }))).toBe(2)
  })
  it('cannot be had where it is none of ours', () => {
    expect(asksTheImpossible(essential({ value: 'urn:loa:4' }))).toBe(true)
    expect(asksTheImpossible(essential({ values: ['urn:loa:4', L2] }))).toBe(false)
    expect(asksTheImpossible(essential({}))).toBe(false)
  })
  it('is only a wish where it is not essential', () => {
    expect(asksTheImpossible(JSON.stringify({ id_token: { acr: { value: 'urn:loa:4' } } }))).toBe(false)
    expect(asksTheImpossible(undefined)).toBe(false)
  })
})

describe('the acr for a client that compares', () => {
  it.each([
    [3, { values: [L2] }, L2],
    [3, { value: L1 }, L1],
    [2, { values: [L1, L2, L3] }, L2],
    [3, { values: ['urn:x'] }, L3],
    [3, undefined, L3],
    [2, null, L2],
    [2, { values: 'not a list' }, L2],
  ] as const)('level %s, asked %j: %s', (reached, asked, acr) => expect(acrAsAsked(reached, asked)).toBe(acr))

  it('is never above what was reached', () => expect(acrAsAsked(1, { values: [L2, L3] })).toBe(L1))
})

describe('amrOf', () => {
  it('says of SPID only that it was SPID', () => expect(amrOf({ upstream: 'spid', level: 2 })).toEqual(['spid']))
  it('says of CIE at level 2 only that it was CIE', () => expect(amrOf({ upstream: 'cie', level: 2 })).toEqual(['cie']))
  it('says card and PIN of CIE at level 3', () =>
    expect(amrOf({ upstream: 'cie', level: 3 })).toEqual(['cie', 'sc', 'pin']))
  it('says card and PIN of CNS', () => expect(amrOf({ upstream: 'cns', level: 3 })).toEqual(['cns', 'sc', 'pin']))
})
