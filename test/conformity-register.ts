/** Which tests show the bullets of docs/rules/spid-saml.md section 9, to which A7 of docs/rules/cie.md refers. */
import { filesOf, rowsOf, type ShownBy } from './conformity-rows.ts'

const shownBy: ShownBy = [
  ['9 bullet 1', 'e2e/register', 'leaves the exact request and response', 'by card leaves', 'that is refused here'],
  ['9 bullet 1', 'unit/audit/register/closed-days', 'keeps ', 'drops a whole day'],
  ['9 bullet 2', 'e2e/register', 'leaves the exact request and response'],
  ['9 bullet 2', 'unit/audit/register/export', 'finds by ', 'finds what else belongs'],
  ['9 bullet 3', 'e2e/register', 'leaves the exact request and response', 'that the provider refuses'],
  ['9 bullet 3', 'e2e/register-commands', 'sp1 has a row', 'sp3 counts people', 'aggregated lists'],
  ['9 bullet 4', 'unit/audit/register/chain', ''],
  ['9 bullet 4', 'unit/audit/register/closed-days', ''],
  ['9 bullet 4', 'e2e/register-commands', 'writes down who looked', 'wants a reason'],
  ['9 bullet 5', 'e2e/register', 'leaves the exact request and response', 'is recorded with its error'],
  ['A7 bullet 2', 'e2e/register', 'by CIE leaves request and response'],
]

export const registerFiles = filesOf(shownBy)

/** Of `9 bullet 1` the bullet. */
const ruleOf = (spid: string, cie: string, row: string): string => {
  const [, section = '', number] = /^(\w+) bullet (\d)$/.exec(row) ?? []
  const rules = section.startsWith('A') ? cie : spid
  const below = rules.split(new RegExp(`^## ${section}\\. `, 'm'))[1]?.split(/^#/m)[0] ?? ''
  return (below.match(/^\* .+(?:\n {2}.+)*/gm)?.[Number(number) - 1] ?? '').replace(/^\* /, '').replaceAll('**', '')
}

export const registerRows = <Test extends { readonly title: string; readonly file: string }>(
  spid: string,
  cie: string,
  tests: readonly Test[],
) => rowsOf(shownBy, tests, (row) => ruleOf(spid, cie, row))
