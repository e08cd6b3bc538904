import { describe, expect, it } from 'vitest'
import { bodiesOf } from '../../../src/tenant/bodies-table.ts'
import { rowsOf } from '../../../src/tenant/csv-rows.ts'

const read = (text: string) => {
  const found = bodiesOf(text)
  if ('fault' in found) throw new Error(found.fault)
  return found
}

describe('the rows of a table', () => {
  it('are separated as their first row is, whatever stands in the others', () => {
    expect(rowsOf('\uFEFFnome;codice_ipa\r\nAla, Avio;c_a116\r\n').map(({ cells }) => cells)).toEqual([
      ['nome', 'codice_ipa'],
      ['Ala, Avio', 'c_a116'],
    ])
    expect(rowsOf('nome,codice_ipa\nAla;c_a116\n')[1]?.cells).toEqual(['Ala;c_a116'])
    expect(rowsOf('nome\tcodice_ipa\nAla; Avio, altri\tc_a116\n')[1]?.cells).toEqual(['Ala; Avio, altri', 'c_a116'])
  })

  it('are none where nothing stands in them, and know their lines', () => {
    const rows = rowsOf('nome;codice_ipa\n;\n ; ; \n\n"A ""b""; c\nd";c_a001\nAla;c_a116')
    expect(rows).toEqual([
      { line: 1, cells: ['nome', 'codice_ipa'] },
      { line: 5, cells: ['A "b"; c\nd', 'c_a001'] },
      { line: 7, cells: ['Ala', 'c_a116'] },
    ])
    expect(rowsOf('')).toEqual([])
  })
})

describe('the bodies of a table', () => {
  it('are called once what they are', () => {
    const text = `nome;codice_ipa
Ala;c_a116
Comune di Avio;c_a520
COMUNE DELL'AQUILA;c_a345
Città di Riva;c_h330
Comunità della Vallagarina;comvall
`
    expect(read(text).bodies.map(({ id, names }) => [id, names.it])).toEqual([
      ['ala', 'Comune di Ala'],
      ['avio', 'Comune di Avio'],
      ['aquila', "COMUNE DELL'AQUILA"],
      ['citta-di-riva', 'Città di Riva'],
      ['comunita-della-vallagarina', 'Comunità della Vallagarina'],
    ])
  })

  it('are not made of a row without a name or a code, which is named', () => {
    expect(read('nome;codice_ipa\nAla\n;c_a520\nArco;c_a372\n')).toMatchObject({
      bodies: [{ id: 'arco' }],
      faults: [
        { line: 2, reason: 'has no IPA code' },
        { line: 3, reason: 'has no name' },
      ],
    })
  })

  it('need columns that are known', () => {
    expect(bodiesOf('paese;codice_ipa\n')).toEqual({
      fault: 'has no column for the name: call one name or nome or comune or denominazione.',
    })
    expect(bodiesOf('')).toMatchObject({ fault: expect.stringContaining('column') })
  })
})
