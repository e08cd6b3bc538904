/** RFC 4180: a row of values. What a spreadsheet would take for a formula is text; numbers and telephone numbers are none. */
export const csvRow = (values: readonly (string | number | undefined)[]): string => `${values.map(cell).join(',')}\n`

const cell = (value: string | number | undefined): string => {
  const text = String(value ?? '')
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d[\d ]*$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
