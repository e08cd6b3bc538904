import { describe, expect, it } from 'vitest'
import { person } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'

const login = (attributes: Record<string, string>, requested = Object.keys(attributes)) =>
  respond({ attributes }, { pending: pendingLogin({ attributeSet: { index: 0, attributes: requested } }) })

const withFiscalNumber = async (fiscalNumber: string) => login({ ...person, fiscalNumber })

describe('fiscalNumber', () => {
  it.each([
    ['a tax code', 'TINIT-RSSMRA80A01H501U', 'TINIT-RSSMRA80A01H501U'],
    ['one in lower case', 'TINIT-rssmra80a01h501u', 'TINIT-RSSMRA80A01H501U'],
    ['one with blanks around it', '\n TINIT-RSSMRA80A01H501U \n', 'TINIT-RSSMRA80A01H501U'],
  ])('takes %s', async (_, given, read) => {
    expect(await withFiscalNumber(given)).toMatchObject({ kind: 'verified', citizen: { fiscalNumber: read } })
  })

  it.each([
    ['one without prefix', 'RSSMRA80A01H501U'],
    ['a wrong check character', 'TINIT-RSSMRA80A01H501X'],
    ['another country’s', 'TINDE-12345678901'],
    ['another kind of number', 'VATIT-01234567890'],
    ['a prefix in lower case', 'tinit-RSSMRA80A01H501U'],
    ['a prefix alone', 'TINIT-'],
    ['two of them', 'TINIT-RSSMRA80A01H501U RSSMRA80A01H501U'],
  ])('refuses %s', async (_, given) => {
    expect(verdict(await withFiscalNumber(given))).toBe('saml_fiscal_number_invalid')
  })
})

describe('row 103', () => {
  it.each(Object.keys(person))('refuses when %s was asked for and did not come, or came empty', async (name) => {
    const { [name]: _, ...rest } = person
    expect(verdict(await login(rest, Object.keys(person)))).toBe('saml_attribute_missing')
    expect(verdict(await login({ ...person, [name]: '  ' }))).toBe('saml_attribute_missing')
  })

  it('reads nothing that was not asked for, and does not miss it', async () => {
    const { fiscalNumber = '' } = person
    const outcome = await login({ ...person, email: 'x@example.it', unknown: '1' }, ['fiscalNumber'])
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { fiscalNumber } })
    if (outcome.kind === 'verified')
      expect(Object.keys(outcome.citizen).sort()).toEqual([
        'authTime',
        'fiscalNumber',
        'idp',
        'level',
        'proof',
        'upstream',
      ])
  })

  it('refuses two values where one was asked for', async () => {
    const edit = (xml: string) => xml.replace(/<saml:AttributeValue[\s\S]*?<\/saml:AttributeValue>/, '$&$&')
    expect(verdict(await respond({ edit }))).toBe('saml_attributes_invalid')
  })

  it('lets an attribute made of elements pass when nobody asked for it', async () => {
    const complex =
      '<saml:Attribute Name="x"><saml:AttributeValue><saml:NameID>1</saml:NameID></saml:AttributeValue></saml:Attribute>'
    const edit = (xml: string) => xml.replace('</saml:AttributeStatement>', `${complex}$&`)
    expect(verdict(await respond({ edit }))).toBe('verified')
  })
})

describe('dateOfBirth', () => {
  it.each(['1980-01-01Z', '1980-01-01+01:00', '1980-01-01-11:00'])('keeps the day of %s', async (dateOfBirth) => {
    expect(await login({ ...person, dateOfBirth })).toMatchObject({ citizen: { birthdate: '1980-01-01' } })
  })

  it.each(['01/01/1980', '1980-02-30', '1980-13-01', '1980', '1980-01-01T00:00:00Z'])(
    'refuses %s',
    async (dateOfBirth) => {
      expect(verdict(await login({ ...person, dateOfBirth }))).toBe('saml_attributes_invalid')
    },
  )
})

it('reads every other SPID attribute that a Citizen has', async () => {
  const outcome = await login({
    ...person,
    gender: 'F',
    placeOfBirth: 'H501',
    countyOfBirth: 'RM',
    email: 'maria@example.it',
    mobilePhone: '+393331234567',
    domicileStreetAddress: 'Via Roma 1',
    domicilePostalCode: '38122',
    domicileMunicipality: 'Trento',
    domicileProvince: 'TN',
    domicileNation: 'IT',
    spidCode: 'ABCD123456789A',
    companyName: 'Rossi S.r.l.',
    companyFiscalNumber: 'TINIT-01234567897',
    registeredOffice: 'Via Roma 1, Trento',
    ivaCode: 'VATIT-01234567897',
    expirationDate: '2032-01-10Z',
    digitalAddress: 'maria@pec.example.it',
  })
  expect(outcome).toMatchObject({
    citizen: {
      gender: 'female',
      placeOfBirth: { locality: 'H501', region: 'RM' },
      email: 'maria@example.it',
      mobilePhone: '+393331234567',
      address: { street: 'Via Roma 1', postalCode: '38122', locality: 'Trento', region: 'TN', country: 'IT' },
      spidCode: 'ABCD123456789A',
      expirationDate: '2032-01-10',
      digitalAddress: 'maria@pec.example.it',
      company: {
        name: 'Rossi S.r.l.',
        fiscalNumber: 'TINIT-01234567897',
        registeredOffice: 'Via Roma 1, Trento',
        vatNumber: 'VATIT-01234567897',
      },
    },
  })
})

it('leaves out a gender that is neither F nor M, a day that is none, and what came empty', async () => {
  const outcome = await login({
    ...person,
    gender: 'X',
    email: ' ',
    expirationDate: '2032-02-31',
    address: 'Via Roma 1, Trento',
  })
  if (outcome.kind !== 'verified') throw new Error(verdict(outcome))
  expect(outcome.citizen).not.toHaveProperty('gender')
  expect(outcome.citizen).not.toHaveProperty('email')
  expect(outcome.citizen).not.toHaveProperty('placeOfBirth')
  expect(outcome.citizen).not.toHaveProperty('expirationDate')
  expect(outcome.citizen).not.toHaveProperty('company')
  expect(outcome.citizen.address).toEqual({ formatted: 'Via Roma 1, Trento' })
})
