import { expect, it } from 'vitest'
import { csvRow } from '../../../src/cli/csv.ts'

it.each([
  [['a', 1, undefined], 'a,1,\n'],
  [['Comune di "Ala", Trento', 'two\nlines'], '"Comune di ""Ala"", Trento","two\nlines"\n'],
  [['=1+1', '@SUM(A1)', '-2+3', '+A1', '+39 0461', -2], "'=1+1,'@SUM(A1),'-2+3,'+A1,+39 0461,-2\n"],
])('writes %j as a spreadsheet reads it, and nothing as a formula', (values, row) => {
  expect(csvRow(values)).toBe(row)
})
