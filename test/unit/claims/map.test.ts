import { describe, expect, it } from 'vitest'
import type { Citizen } from '../../../src/citizen/citizen.ts'
import { catalogue, claimsByScope } from '../../../src/claims/catalogue.ts'
import { claimsOfLogin, claimsOfPerson } from '../../../src/claims/map.ts'
import { claimNames } from '../../../src/tenant/claim-names.ts'

const ada: Citizen = {
  upstream: 'cie',
  idp: 'https://idp.example',
  level: 3,
  authTime: 1_760_000_000,
  fiscalNumber: 'TINIT-RSSMRA80A01H501U',
  givenName: 'ADA',
  familyName: 'DALL’OCA BÖHM',
  birthdate: '1980-01-01',
}

describe('claimsOfPerson', () => {
  it('gives the tax code without and with its prefix', () =>
    expect(claimsOfPerson(ada, ['fiscal_number'])).toEqual({
      fiscal_number: 'RSSMRA80A01H501U',
      'https://attributes.eid.gov.it/fiscal_number': 'TINIT-RSSMRA80A01H501U',
    }))
  it('gives nothing that the client did not declare', () =>
    expect(claimsOfPerson(ada, ['given_name'])).toEqual({ given_name: 'ADA' }))
  it('passes names on as they were certified', () =>
    expect(claimsOfPerson(ada, ['name'])).toEqual({ name: 'ADA DALL’OCA BÖHM' }))
  it('leaves out what is not known', () =>
    expect(claimsOfPerson({ ...ada, givenName: '' }, ['given_name', 'email', 'gender', 'address'])).toEqual({}))
  it('gives the company that the person acts for, by its national names', () =>
    expect(
      claimsOfPerson({ ...ada, company: { name: 'Rossi S.r.l.', registeredOffice: 'Via 1', vatNumber: 'VATIT-1' } }, [
        'company_name',
        'company_fiscal_number',
        'registered_office',
        'vat_number',
      ]),
    ).toEqual({
      'https://attributes.eid.gov.it/company_name': 'Rossi S.r.l.',
      'https://attributes.eid.gov.it/registered_office': { formatted: 'Via 1' },
      'https://attributes.eid.gov.it/vat_number': 'VATIT-1',
    }))
  it('marks a birth date that was read off the tax code', () =>
    expect(claimsOfPerson({ ...ada, birthdateSource: 'derived' }, ['birthdate'])).toEqual({
      birthdate: '1980-01-01',
      birthdate_source: 'derived',
    }))
  it('says of a certified birth date nothing more', () =>
    expect(claimsOfPerson(ada, ['birthdate'])).toEqual({ birthdate: '1980-01-01' }))
  it('gives no name when half of it is missing', () =>
    expect(
      claimsOfPerson({ upstream: 'cns', idp: 'CN=x', level: 3, authTime: 1, familyName: 'ROSSI' }, ['name']),
    ).toEqual({}))
})

describe('claimsOfLogin', () => {
  it('has nothing of the person in it', () => {
    const claims = JSON.stringify(claimsOfLogin(ada, { ipaCode: 'c_a116' }))
    expect(claims).not.toMatch(/ADA|RSSMRA|1980/)
    expect(JSON.parse(claims)).toEqual({
      acr: 'https://www.spid.gov.it/SpidL3',
      amr: ['cie', 'sc', 'pin'],
      auth_time: 1_760_000_000,
      idp_type: 'cie',
      idp: 'https://idp.example',
      tenant: 'c_a116',
    })
  })
})

describe('the catalogue', () => {
  it('knows every claim that a tenant file may declare, and no other', () =>
    expect(Object.keys(catalogue).sort()).toEqual([...claimNames].sort()))
  it('asks for the tax code by two scopes', () => {
    const scopes = claimsByScope()
    expect(scopes.profile).toContain('fiscal_number')
    expect(scopes.fiscal_number).toContain('https://attributes.eid.gov.it/fiscal_number')
  })
})
