import { describe, expect, it } from 'vitest'
import { citizens } from '../../../sandbox/citizens.ts'
import { checkCharacter, fiscalCode } from '../../../sandbox/fiscal-code.ts'

describe('tax codes of the sandbox (docs/rules/cns.md 5)', () => {
  it.each([
    ['RSSMRA80A01H501U'],
    ['RSSMRA80A01H50MM'],
    ['RSSMRA80A01H5LMX'],
    ['RSSMRAULALMHRLMD'],
    ['BNCLRA85T50L378V'],
    ['BNCLRA85T50L37US'],
    ['GDASDV00A01H501J'],
    ['RSSMRA25M05L378N'],
  ])('ends %s with the right check character', (code) => {
    expect(checkCharacter(code.slice(0, 15))).toBe(code[15])
  })

  it('builds the code of a person, and its omocodes', () => {
    const laura = { birthDate: '1985-12-10', gender: 'F', birthPlace: 'L378' } as const
    expect(fiscalCode('Laura', 'Bianchi', laura)).toBe('BNCLRA85T50L378V')
    expect(fiscalCode('Laura', 'Bianchi', laura, 1)).toBe('BNCLRA85T50L37US')
    const mario = { birthDate: '1980-01-01', gender: 'M', birthPlace: 'H501' } as const
    expect(fiscalCode('Mario', 'Rossi', mario, 7)).toBe('RSSMRAULALMHRLMD')
  })

  it('takes the first, third and fourth consonant of a long given name, and fills short names with X', () => {
    const birth = { birthDate: '1980-01-01', gender: 'M', birthPlace: 'H501' } as const
    expect(fiscalCode('Gianfranco', 'Fo', birth).slice(0, 6)).toBe('FOXGFR')
  })

  it('gives every test citizen a different, well-formed code', () => {
    const codes = citizens.map(({ fiscalNumber }) => fiscalNumber)
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes.filter(({ length }) => length === 16))
      expect(checkCharacter(code.slice(0, 15))).toBe(code[15])
  })
})
