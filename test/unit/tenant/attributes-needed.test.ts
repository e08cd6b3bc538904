import { describe, expect, it } from 'vitest'
import { attributesNeeded, claimsWithout, smallestSet } from '../../../src/tenant/attributes-needed.ts'
import { claimNames } from '../../../src/tenant/claim-names.ts'

const domicile = [
  'domicileStreetAddress',
  'domicilePostalCode',
  'domicileMunicipality',
  'domicileProvince',
  'domicileNation',
]
const set = (index: number, ...attributes: string[]) => ({
  index,
  name: `set ${index}`,
  serviceNames: { it: 'Servizio' },
  attributes: ['fiscalNumber', ...attributes],
})

describe('the attributes that claims need', () => {
  it.each([
    [[], []],
    [['given_name'], ['name']],
    [['family_name'], ['familyName']],
    [['name'], ['name', 'familyName']],
    [['birthdate'], ['dateOfBirth']],
    [['gender'], ['gender']],
    [['place_of_birth'], ['placeOfBirth', 'countyOfBirth']],
    [['fiscal_number'], []],
    [['email'], ['email']],
    [['phone_number'], ['mobilePhone']],
    [['address'], domicile],
    [['spid_code'], ['spidCode']],
    [['eid_exp_date'], ['expirationDate']],
    [['e_delivery_service'], ['digitalAddress']],
    [['company_name'], ['companyName']],
    [['company_fiscal_number'], ['companyFiscalNumber']],
    [['registered_office'], ['registeredOffice']],
    [['vat_number'], ['ivaCode']],
    [['preferred_username'], []],
    [['authn_evidence'], []],
    [
      ['name', 'given_name'],
      ['name', 'familyName'],
    ],
  ] as const)('%j: the tax code and %j', (claims, attributes) => {
    expect(attributesNeeded(claims)).toEqual(['fiscalNumber', ...attributes])
  })

  it('are known for every claim that a client may declare', () => {
    expect(claimsWithout({ attributes: attributesNeeded(claimNames) }, claimNames)).toEqual([])
    const free = ['fiscal_number', 'preferred_username', 'authn_evidence']
    expect(claimsWithout({ attributes: ['fiscalNumber'] }, claimNames)).toEqual(
      claimNames.filter((name) => !free.includes(name)),
    )
  })

  it('are there for an address also in its older form of one line, but not in four of five parts', () => {
    expect(claimsWithout(set(0, 'address'), ['address'])).toEqual([])
    expect(claimsWithout(set(0, ...domicile.slice(1)), ['address'])).toEqual(['address'])
  })
})

describe('the smallest set', () => {
  const sets = [set(0, 'name', 'familyName', 'dateOfBirth', 'email'), set(1, 'name'), set(2, 'name'), set(3, 'email')]

  it('is the one with the fewest attributes that fills all claims: least data', () => {
    expect(smallestSet(sets, ['given_name'])?.index).toBe(1)
    expect(smallestSet(sets, ['email'])?.index).toBe(3)
    expect(smallestSet(sets, ['email', 'given_name'])?.index).toBe(0)
    expect(smallestSet(sets, [])?.index).toBe(1)
  })

  it('is none where no set fills them', () => expect(smallestSet(sets, ['gender'])).toBeUndefined())

  it('is never one without the tax code, which makes the sub', () => {
    const eidas = { ...set(99), attributes: ['name'] }
    expect(smallestSet([eidas, ...sets], ['given_name'])?.index).toBe(1)
  })
})
