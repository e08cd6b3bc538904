/**
 * Which tests show the numbered rules of docs/rules/cns.md: their titles speak of cards and not of rows, so they stand here.
 * A title that no test has any more is an error.
 */
import { filesOf, rowsOf, type ShownBy } from './conformity-rows.ts'

const shownBy: ShownBy = [
  [
    '2',
    'unit/upstream/cns/certificate',
    'gives what a card holds',
    'tells an absent KeyUsage',
    'is refused with the same',
  ],
  ['2.1', 'unit/upstream/cns/certificate', 'is not fooled by a name', 'gives every value of a part'],
  ['2.1', 'unit/upstream/cns/cns', 'may write the tax code in lower case', 'with a name that is only a tax code'],
  ['3 rule 1', 'unit/trust-list/registry', ''],
  ['3 rule 1', 'unit/trust-list/trust-list', 'is missing', 'is a stranger’s', 'wrapped, ', 'in another shape'],
  ['3 rule 1', 'e2e/cns-trust-list', 'takes up an authority', 'keeps its authorities', 'is believed: '],
  ['3 rule 2', 'unit/trust-list/trust-list', 'leaves a service out', 'is read in version 6 too', 'may hold several'],
  ['3 rule 3', 'unit/upstream/cns/cns', 'that is an identity card (CIE)', 'with any policy', 'with a longer policy'],
  ['3 rule 4', 'unit/upstream/cns/trust', 'ends with a CA of ours that is not self-signed'],
  ['3 rule 5', 'unit/http/card-server', 'lets a card with RSA 1024', 'lets a card that signs with SHA-1'],
  ['3 rule 5', 'e2e/cns-sentences', 'enters unless the region', 'is refused where the region'],
  ['3 rule 6', 'e2e/cns-trust-list', 'tells browsers in the handshake'],
  ['4 check 1', 'e2e/card-proxy', 'is answered with 403', 'is not believed from another address', 'gets nowhere on'],
  ['4 check 1', 'system/nginx', 'a certificate that a browser writes', 'a card in the reader is the one that counts'],
  ['4 check 2', 'unit/upstream/cns/trust', ''],
  ['4 check 2', 'e2e/cns-sentences', 'check 2, '],
  ['4 check 3', 'unit/upstream/cns/cns', 'from a CA of ours that has expired', 'from an expired CA between'],
  ['4 check 3', 'e2e/cns-sentences', 'check 3, '],
  [
    '4 check 4',
    'unit/upstream/cns/cns',
    'without KeyUsage',
    'without digitalSignature',
    'for signing documents',
    'for both',
  ],
  ['4 check 4', 'e2e/cns-sentences', 'check 4, '],
  ['4 check 5', 'unit/upstream/cns/cns', 'without extended KeyUsage', 'without clientAuth'],
  ['4 check 5', 'e2e/cns-sentences', 'check 5, '],
  ['4 check 6', 'unit/upstream/cns/cns', 'without policies', 'that is an identity card (CIE)'],
  ['4 check 6', 'e2e/cns-sentences', 'check 6, '],
  ['4 check 7', 'e2e/cns-revocation', ''],
  ['4 check 7', 'unit/upstream/cns/revocation', ''],
  ['4 check 8', 'unit/upstream/cns/cns', 'with a wrong check character', 'with two common names', 'without the hash'],
  ['4 check 8', 'e2e/cns-sentences', 'check 8, '],
  ['4 check 9', 'e2e/cns-sentences', 'opens nothing and says where to begin'],
  ['4 check 9', 'e2e/attacks', 'takes a card ticket once', 'ends a card login only in the browser'],
  ['5', 'unit/upstream/cns/cns', 'gives the citizen', 'leaves names and an ambiguous birth date out'],
  ['5.1, 5.2, 5.4', 'unit/citizen/fiscal-code', ''],
  ['5.3 step 5', 'unit/citizen/fiscal-code', 'is the last one when', 'is this one when', 'stays open for'],
  ['5.3 step 6', 'unit/citizen/fiscal-code', 'is refused with', 'takes the leap day'],
  ['5.3 step 7', 'e2e/login', 'of one person by SPID, CIE and CNS'],
  ['6.1', 'unit/http/card-server', 'speaks TLS 1.2', 'resumes no session'],
  ['6.3', 'e2e/attacks', 'takes a card ticket once'],
  ['6.4', 'unit/http/certificate-header', ''],
  ['6.4', 'unit/http/origin', 'drops a client certificate', 'drops them under an underscore'],
]

export const cnsFiles = filesOf(shownBy)

/** Of `3 rule 1` the numbered line, of `5.1, 5.2` the headings. */
const ruleOf = (rules: string, row: string): string => {
  const below = (section: string) =>
    rules.split(new RegExp(`^#+ ${section.replaceAll('.', '\\.')}\\.? `, 'm'))[1]?.split(/^#+ /m)[0] ?? ''
  const [, section, number] = /^([\d.]+) \w+ (\d)$/.exec(row) ?? []
  if (section === undefined)
    return row
      .split(', ')
      .map((one) => below(one).split('\n')[0])
      .join('; ')
  const line = new RegExp(`^(?:\\| ${number} \\| ([^|]+)|${number}\\. (.+))`, 'm').exec(below(section))
  return (line?.[1] ?? line?.[2] ?? '').trim().replaceAll('**', '')
}

export const cnsRows = <Test extends { readonly title: string; readonly file: string }>(
  rules: string,
  tests: readonly Test[],
) => rowsOf(shownBy, tests, (row) => ruleOf(rules, row))
