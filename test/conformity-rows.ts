/** Rules whose tests speak of cases and not of rows: which of them show which rule stands in a list of its own. */

/** Row, test file below test/ without `.test.ts`, beginnings of titles. */
export type ShownBy = readonly (readonly [row: string, file: string, ...beginnings: string[]])[]

export const filesOf = (shownBy: ShownBy): readonly string[] => [
  ...new Set(shownBy.map(([, file]) => `test/${file}.test.ts`)),
]

/** @throws Error for a beginning that no test has. */
export const rowsOf = <Test extends { readonly title: string; readonly file: string }>(
  shownBy: ShownBy,
  tests: readonly Test[],
  ruleOf: (row: string) => string,
): readonly (readonly [row: string, rule: string, tests: readonly Test[]])[] =>
  [...Map.groupBy(shownBy, ([row]) => row)].map(([row, entries]) => {
    const found = entries.flatMap(([, file, ...beginnings]) =>
      beginnings.flatMap((beginning) => {
        const titled = tests.filter((one) => one.file === `test/${file}.test.ts` && one.title.startsWith(beginning))
        if (titled.length === 0) throw new Error(`conformity, ${row}: no test of ${file} begins with "${beginning}"`)
        return titled
      }),
    )
    return [row, ruleOf(row), found]
  })
