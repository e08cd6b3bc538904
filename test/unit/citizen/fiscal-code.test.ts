import { describe, expect, it } from 'vitest'
import {
  birthdateOf,
  birthplaceOf,
  genderOf,
  isFiscalCode,
  isProvisionalFiscalCode,
} from '../../../src/citizen/fiscal-code.ts'

const TODAY = '2026-11-22'

/** docs/rules/cns.md 5.4, test vectors. */
const vectors = [
  ['RSSMRA80A01H501U', '1980-01-01', 'male', 'H501'],
  ['RSSMRA80A01H50MM', '1980-01-01', 'male', 'H501'],
  ['RSSMRA80A01H5LMX', '1980-01-01', 'male', 'H501'],
  ['RSSMRAULALMHRLMD', '1980-01-01', 'male', 'H501'],
  ['BNCLRA85T50L378V', '1985-12-10', 'female', 'L378'],
  ['BNCLRA85T50L37US', '1985-12-10', 'female', 'L378'],
  ['GDASDV00A01H501J', '2000-01-01', 'male', 'H501'],
  ['RSSMRA25M05L378N', undefined, 'male', 'L378'],
] as const

/** The only last character with which the fifteen given make a code, or none. */
const complete = (fifteen: string): string | undefined =>
  Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (last) => fifteen + last).find(isFiscalCode)

describe('a tax code', () => {
  it.each(vectors)('%s is valid and reads %s, %s, %s', (code, birthdate, gender, place) => {
    expect(isFiscalCode(code)).toBe(true)
    expect(birthdateOf(code, TODAY)).toBe(birthdate)
    expect(genderOf(code)).toBe(gender)
    expect(birthplaceOf(code)).toBe(place)
  })

  it.each(vectors)('%s is refused with any other check character', (code) => {
    const others = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (last) => code.slice(0, 15) + last).filter(isFiscalCode)
    expect(others).toEqual([code])
  })

  it('is refused in lower case, with a prefix, too short, too long or with a line end', () => {
    const code = 'RSSMRA80A01H501U'
    const bad = [
      code.toLowerCase(),
      `TINIT-${code}`,
      code.slice(1),
      `${code}A`,
      `${code}\n`,
      `${code.slice(0, 15)}Ù`,
      '',
    ]
    expect(bad.filter(isFiscalCode)).toEqual([])
  })

  it('is refused with a month letter or an omocodia letter that does not exist', () => {
    expect(complete('RSSMRA80F01H501')).toBeUndefined()
    expect(complete('RSSMRA8OA01H501')).toBeUndefined()
    expect(complete('RSSMRA80A01H5K1')).toBeUndefined()
  })

  it.each(['00', '32', '40', '72', '80', '81', '99'])('is refused with day %s in January', (day) => {
    expect(complete(`RSSMRA80A${day}H501`)).toBeUndefined()
  })

  it.each(['80B30', '80D31', '81B29', '80B71', '81B69'])('is refused with %s, a day not in the calendar', (date) => {
    expect(complete(`RSSMRA${date}H501`)).toBeUndefined()
  })

  it('takes the leap day of 2000, which 1900 did not have', () => {
    expect(birthdateOf(complete('RSSMRA00B29H501') ?? '', TODAY)).toBe('2000-02-29')
  })

  it('takes the last day of a month for women (day + 40)', () => {
    const code = complete('RSSMRA80A71H501') ?? ''
    expect(birthdateOf(code, TODAY)).toBe('1980-01-31')
    expect(genderOf(code)).toBe('female')
  })

  it('gives nothing away when it is not valid', () => {
    expect(birthdateOf('RSSMRA80A01H501A', TODAY)).toBeUndefined()
    expect(genderOf('RSSMRA80A01H501A')).toBeUndefined()
    expect(birthplaceOf('12345678903')).toBeUndefined()
  })
})

describe('the century of birth', () => {
  const born = (yymd: string, today = TODAY) => birthdateOf(complete(`RSSMRA${yymd}H501`) ?? '', today)

  it('is the last one when this one is still to come', () => {
    expect(born('27A01')).toBe('1927-01-01')
    expect(born('99A01')).toBe('1999-01-01')
  })

  it('turns with the day: whoever would be born tomorrow was born a hundred years ago', () => {
    expect(born('26S23')).toBe('1926-11-23')
    expect(born('26S22')).toBeUndefined()
  })

  it('is this one when the holder would be older than 115', () => {
    expect(born('05A01')).toBe('2005-01-01')
    expect(born('10T31')).toBe('2010-12-31')
  })

  it.each(['11A01', '18A01', '26A01'])('stays open for %s: a child or a centenarian', (yymd) => {
    expect(born(yymd)).toBeUndefined()
  })

  it('opens again as time goes by', () => {
    expect(born('27A01', '2027-01-01')).toBeUndefined()
    expect(born('11A01', '2027-01-01')).toBe('2011-01-01')
  })

  it('is not open where only one of the two years had a 29 February', () => {
    expect(born('16B29')).toBeUndefined()
    expect(born('00B29', '2015-01-01')).toBe('2000-02-29')
  })
})

describe('a provisional tax code', () => {
  it('has eleven digits, the last one a check digit', () => {
    const valid = Array.from('0123456789', (last) => `1234567890${last}`).filter(isProvisionalFiscalCode)
    expect(valid).toEqual(['12345678903'])
  })

  it('is refused when two neighbours are swapped, with spaces, letters or another length, and as zeros', () => {
    const bad = ['21345678903', '1234567890 ', '1234567890A', '1234567890', '123456789031', '00000000000', '']
    expect(bad.filter(isProvisionalFiscalCode)).toEqual([])
  })

  it('is no tax code', () => {
    expect(isFiscalCode('12345678903')).toBe(false)
  })
})
