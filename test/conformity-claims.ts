/**
 * Which tests show the rules of docs/rules/oidc-claims.md, section 3 and 4: rows by their first cell, bullets by their number.
 * A row or bullet that stands nowhere here, and a title that no test has any more, are errors.
 */
import { filesOf, rowsOf, type ShownBy } from './conformity-rows.ts'

const byWay = 'e2e/claims-by-way-in'
const NATIONAL = 'https://attributes.eid.gov.it/'
const claim = (name: string) => [`3.1 ${name}`, byWay, `${name} as each way in knows it`] as const

const shownBy: ShownBy = [
  ...['given_name', 'family_name', 'name', 'birthdate', `${NATIONAL}fiscal_number`].map(claim),
  ['3.1 fiscal_number (alias, no prefix)', byWay, 'fiscal_number as each way in knows it'],
  ...['gender', 'place_of_birth', 'email', 'email_verified', 'phone_number', 'address'].map(claim),
  claim(`${NATIONAL}spid_code`),
  claim(`${NATIONAL}eid_exp_date`),
  ['3.1 rule 1', 'unit/tenant/attributes-needed', 'is the one with the fewest attributes'],
  ['3.1 rule 1', 'unit/tenant/schema', 'is the smallest set that fills its claims'],
  ['3.1 rule 2', 'unit/upstream/saml/attributes', 'takes ', 'refuses a wrong check character'],
  ['3.1 rule 2', 'e2e/eidas', 'tells who has none that the service needs it'],
  ['3.1 rule 3', 'unit/upstream/saml/attributes', 'takes one with blanks', 'refuses a prefix in lower case'],
  ['3.1 rule 3', 'unit/claims/map', 'gives the tax code without and with its prefix'],
  ['3.1 rule 4', 'unit/upstream/saml/attributes', 'reads every other SPID attribute'],
  ['3.1 rule 5', 'unit/claims/map', 'passes names on as they were certified'],
  ['3.1 rule 6', 'unit/claims/map', 'leaves out what is not known'],
  ['3.1 rule 6', byWay, 'nothing is empty or null'],
  ['3.1 rule 7', 'e2e/login', 'leaves everything personal out of the ID token'],
  ['3.1 rule 7', 'e2e/released-claims', 'holds of the person what the file of the service names'],
  ['3.2 SPID L1/L2/L3', 'e2e/login', 'by SPID at level '],
  ['3.2 CIE', 'e2e/login', 'by CIE at level '],
  ['3.2 eIDAS via FICEP', 'e2e/eidas', 'lets a German citizen in', 'refuses a level below the one asked'],
  ['3.2 CNS', 'e2e/login', 'by CNS is a real TLS handshake', 'by a card that the region holds for level 2'],
  ['3.2 rule 1', 'e2e/tenants', 'describes itself'],
  ['3.2 rule 2', 'unit/claims/acr', 'is the lowest class of the list', 'counts more than the lowest wish'],
  [
    '3.2 rule 2',
    'e2e/released-claims',
    'counts whatever acr_values says',
    'is refused where no login here could be it',
  ],
  ['3.2 rule 2', 'e2e/released-claims', 'that no way in of the Comune can reach'],
  ['3.2 rule 3', 'unit/claims/acr', 'is 2 when the request names none'],
  ['3.2 rule 4', 'unit/http/render', 'says at level 3', 'says in '],
  ['3.2 rule 5', 'e2e/refusals', 'is refused when the level reached is lower'],
  ['3.2 rule 5', 'e2e/login', 'that asked level 2 and reached level 3 says level 3'],
  ['3.2 rule 6', 'e2e/single-sign-on', '1 does not serve a service of level 2', '1 is not passed on without a word'],
  ['3.3 amr', byWay, 'amr as each way in knows it'],
  ['3.3 amr', 'unit/claims/acr', 'says '],
  ['3.3 https://{gateway}/claims/idp_type (or idp_type)', byWay, 'idp_type as each way in knows it'],
  ['3.3 https://{gateway}/claims/idp', byWay, 'idp as each way in knows it'],
  ['3.3 https://{gateway}/claims/tenant', byWay, 'tenant as each way in knows it'],
  ['3.4 rule 1', 'unit/claims/subject', 'is the same for the same person', 'is another one at the next tenant'],
  ['3.4 rule 2', 'e2e/login', 'of one person by SPID, CIE and CNS has one `sub`'],
  ['3.4 rule 3', 'unit/claims/subject', 'is nobody by a spidCode', 'is another one under another key'],
  ['3.4 rule 4', 'unit/claims/subject', 'never changes: this value'],
  ['3.4 rule 5', 'unit/claims/subject', 'is the identifier of the other country'],
  ['3.4 rule 6', 'unit/keyring/subject-key', ''],
  ['3.5 openid', 'unit/claims/release', 'has nothing of the person in it'],
  ['3.5 profile', 'unit/claims/request', 'are those of its scopes that the client declared'],
  ['3.5 email, phone, address', 'unit/claims/request', 'are the standard ones of the request'],
  ['3.5 fiscal_number (custom, optional)', 'unit/claims/map', 'asks for the tax code by two scopes'],
  ['3.5 offline_access', 'e2e/refresh-tokens', ''],
  [
    '4 user cancels (SPID/CIE nr25, nr22)',
    'e2e/refusals',
    'tells the site access_denied',
    'comes back to the choice with',
  ],
  ['4 nr19, nr20, nr21, nr23 and technical errors', 'e2e/refusals', 'tells the site of the error that came before'],
  [
    '4 level not reachable',
    'e2e/released-claims',
    'is refused where no login',
    'that no way in of the Comune can reach',
  ],
  ['4 prompt=none without session', 'e2e/single-sign-on', 'every service wants a login, and prompt=none'],
  ['4 tenant suspended / unknown client', 'e2e/tenants', 'suspended: a courteous page'],
]

export const claimsFiles = filesOf(shownBy)

const plain = (cell: string) => cell.replaceAll(/[`*]/g, '').trim()

/** Rows and bullets of a section, by the names that they have above. */
const rulesBelow = (rules: string, section: string): readonly (readonly [row: string, rule: string])[] => {
  const [, below = ''] = rules.split(new RegExp(`^#+ ${section.replaceAll('.', '\\.')}\\.? .*$`, 'm'))
  const lines = (below.split(/^#+ /m)[0] ?? '').split('\n')
  const rows = lines
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line): [string, string] => {
      const [first = '', ...others] = line.slice(1, -1).split(' | ')
      return [`${section} ${plain(first)}`, others.map(plain).join('; ')]
    })
  const bullets = lines
    .filter((line) => line.startsWith('* '))
    .map((line, index): [string, string] => [`${section} rule ${index + 1}`, plain(line.slice(2))])
  return [...rows, ...bullets]
}

/** @throws Error for a rule without a test, or a test of no rule. */
export const claimsRows = <Test extends { readonly title: string; readonly file: string }>(
  rules: string,
  tests: readonly Test[],
) => {
  const known = new Map(['3.1', '3.2', '3.3', '3.4', '3.5', '4'].flatMap((section) => rulesBelow(rules, section)))
  const shown = new Set(shownBy.map(([row]) => row))
  const lost = [...known.keys()].filter((row) => !shown.has(row))
  const unknown = [...shown].filter((row) => !known.has(row))
  if (lost.length + unknown.length > 0)
    throw new Error(
      `test/conformity-claims.ts: without tests ${lost.join(', ') || 'none'}; of no rule ${unknown.join(', ')}`,
    )
  return rowsOf(shownBy, tests, (row) => known.get(row) ?? '')
}
