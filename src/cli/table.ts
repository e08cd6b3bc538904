/** A table of many rows, for a spreadsheet or for a program, written as it comes. */
import { jsonText } from './command.ts'
import { csvRow } from './csv.ts'

type Value = string | number | undefined

export interface Table {
  /** As many values as there are columns, in their order. */
  row(values: readonly Value[]): Promise<void>
  end(): Promise<void>
}

/** CSV (RFC 4180) with the columns' names in its first row; as JSON one array with an object for each row. */
export const startTable = async (
  write: (text: string) => Promise<void>,
  columns: readonly string[],
  { json }: { readonly json: boolean },
): Promise<Table> => {
  if (!json) {
    await write(csvRow(columns))
    return { row: (values) => write(csvRow(values)), end: async () => undefined }
  }
  let before = '[\n'
  return {
    row: async (values) => {
      const object = Object.fromEntries(columns.map((column, index) => [column, values[index]]))
      await write(`${before}  ${JSON.stringify(object)}`)
      before = ',\n'
    },
    end: () => write(before === '[\n' ? jsonText([]) : '\n]\n'),
  }
}
