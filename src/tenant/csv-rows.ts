/** A table as a spreadsheet saves it: RFC 4180, separated by commas, semicolons (as here in Italy) or tabs. */

export interface Row {
  /** In which it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** Without rows that are empty. The first one, the names of the columns, decides once for all what separates. */
export const rowsOf = (text: string): readonly Row[] => {
  const plain = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(plain)
  const rows: Row[] = []
  let [cells, cell, isQuoted, line, begun]: [string[], string, boolean, number, number] = [[], '', false, 1, 1]
  const endCell = () => {
    cells.push(cell.trim())
    cell = ''
  }
  const endRow = () => {
    endCell()
    if (cells.some((one) => one !== '')) rows.push({ line: begun, cells })
    cells = []
    begun = line
  }
  for (let at = 0; at < plain.length; at++) {
    const character = plain[at] ?? ''
    if (character === '\n') line += 1
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (plain[at + 1] === '"') cell += plain[++at]
      else isQuoted = false
    } else if (character === '"' && cell.trim() === '') [cell, isQuoted] = ['', true]
    else if (character === separator) endCell()
    else if (character === '\n') endRow()
    else if (character !== '\r') cell += character
  }
  endRow()
  return rows
}

const SEPARATORS = [',', ';', '\t']

/** The one that stands there most often. */
const separatorOf = (text: string): string => {
  const head = (/\S.*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  const counts = SEPARATORS.map((separator) => head.split(separator).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
}
