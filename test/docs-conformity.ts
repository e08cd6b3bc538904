/**
 * docs/conformity.md, made from the tables of docs/rules/spid-saml.md and docs/rules/cie.md and the titles of the tests that
 * name their rows: `row 18:`, `nr19`, `attack:`, `1.7.x:` (a test of spid-sp-test), `2.4 Company:` or `[5.4 …]` (section and
 * subject); for CIE `cie 4.21:`, `cie A4 NameID:`, `cie A5 nr22:`.
 * `--write` writes it; test/check.ts compares.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claimsFiles, claimsRows } from './conformity-claims.ts'
import { cnsFiles, cnsRows } from './conformity-cns.ts'
import { registerFiles, registerRows } from './conformity-register.ts'

const root = dirname(import.meta.dirname)
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const page = 'docs/conformity.md'

interface Test {
  readonly title: string
  readonly file: string
}

/** Tests of whole sections, whose titles speak of cases and not of rows. */
const wholeSections: readonly (readonly [section: string, ...patterns: string[]])[] = [
  ['1, 2', 'unit/upstream/spid/metadata*', 'unit/service-provider/spid-metadata', 'e2e/spid-metadata'],
  ['3', 'unit/upstream/spid/certificate*', 'e2e/spid-certificate'],
  ['4', 'unit/upstream/saml/authn-request', 'e2e/foreign-signatures', 'e2e/real-idps'],
  ['5', 'unit/upstream/saml/{accepts,attributes,signatures,status,strategy,xml}', 'system/fuzz'],
  ['6', '{unit/**,e2e}/*logout*', 'unit/upstream/saml/redirect-query'],
  ['10', 'unit/upstream/spid/registry*', 'unit/cli/spid-idps', 'e2e/registry'],
  ['11', 'unit/upstream/eidas/*', 'e2e/eidas'],
]

/** 5.4, whose duties have no numbers. */
const duties: readonly (readonly [duty: string, ...titles: string[]])[] = [
  [
    'the certificates of that IdP from the registry, all of them, expired ones too, never KeyInfo',
    'verifies with each certificate of the provider, also an expired one',
    'row 5: the same, its certificate in KeyInfo → saml_signature_invalid',
  ],
  [
    'solicited responses only: pending, not consumed, of the same browser and the same IdP',
    'row 18: InResponseTo of another request → saml_in_response_to_mismatch',
    'gives nothing to who began a login that a victim ended',
    'attack: IdP B answers the request that went to IdP A → rejected',
  ],
  [
    'replay: assertion IDs and request IDs are remembered',
    'rejects a response that was already used',
    'rejects an assertion that was used before, under another RelayState too',
  ],
  [
    'one Assertion exactly; the signed subtree only',
    'attack: two assertions, both signed by the provider, in a signed Response → saml_structure_forbidden',
    'row xsw3: the signed part moved aside → saml_structure_forbidden',
    'accepts nothing that says other than what the provider signed',
  ],
  [
    'pages that receive the response are not cached and do not echo XML',
    'row 2: neither Response nor Assertion signed → saml_signature_missing',
    'error text of the provider is not repeated on the page',
  ],
]

/** Only the files that can hold such a title: to list the tests of a file it must be loaded. */
const listTests = (): Test[] => {
  const titlesOfDuties = duties.flatMap(([, ...titles]) => titles)
  const tagged = /\brow (?:%|[\d]|xs|xx)|\bnr%|\berror nr|['"`]\[\d|['"`]\d{1,2}\.\d+[.\w-]* ?[:\w]|['"`]cie (?:%|A?\d)/
  const files = globSync('test/{unit/{upstream,service-provider},e2e,system}/**/*.test.ts', { cwd: root }).filter(
    (file) => {
      const text = read(file)
      return tagged.test(text) || titlesOfDuties.some((title) => text.includes(title))
    },
  )
  const scratch = mkdtempSync(join(tmpdir(), 'varco-conformity-'))
  try {
    const list = join(scratch, 'tests.json')
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const args = [
      vitest,
      'list',
      '--no-static-parse',
      `--json=${list}`,
      ...new Set([...files, ...cnsFiles, ...claimsFiles, ...registerFiles].sort()),
    ]
    // the page is the same on a machine with the data and on one without: their tests are not listed when they are skipped
    const { VARCO_DATA: _, ...env } = process.env
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env })
    if (status !== 0) throw new Error(`the tests cannot be listed: ${stdout}${stderr}`)
    const tests = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly name: string; readonly file: string }[]
    return tests.map(({ name, file }) => ({ title: name.split(' > ').at(-1) ?? name, file: relative(root, file) }))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The tables below a heading of the rules, without their heads; cells trimmed, without marks. */
const tablesBelow = (rules: string, heading: string): string[][] => {
  const [, after = ''] = rules.split(new RegExp(`^#+ ${heading.replaceAll('.', '\\.')}\\.? .*$`, 'm'))
  const [section = ''] = after.split(/^#+ /m)
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|-]+\|$/.test(line))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('**', '')),
    )
}

/** `cie:Public` / `cie:Private` → Public, Private: the names of a row as titles have them. */
const plainNames = (text: string) =>
  text
    .replaceAll('`', '')
    .replaceAll(/\b(?:cie|md|saml|samlp):/g, '')
    .replaceAll(' / ', ', ')

/** Each row of docs/rules/cie.md with the tags that its tests may have, or none where nothing of it reaches us. */
const cieRows = (rules: string): readonly (readonly [name: string, rule: string, ...tags: string[]])[] => [
  ...tablesBelow(rules, 'A2').map(([row = '', item = '', rule = '']) => [row, `${item}: ${rule}`, row] as const),
  ...tablesBelow(rules, 'A2.1').map(([name = '', ...rule]) => {
    const tag = `A2.1 ${plainNames(name)}`
    return [tag, rule.at(-1) ?? '', tag] as const
  }),
  ['A3', 'AuthnRequest', 'A3'],
  ['A3.1', 'Asking for a level', 'A3.1'],
  ...tablesBelow(rules, 'A4').map(([name = '', rule = '']) => {
    const tags = plainNames(name)
      .split(', ')
      .map((one) => `A4 ${one}`)
    return [`A4 ${plainNames(name)}`, rule, ...tags] as const
  }),
  ...tablesBelow(rules, 'A5').flatMap(([codes = '', cause = '', , status]) =>
    // success, what the provider shows itself, and the sentences proposed below
    codes === '1' || status === 'none' || status === undefined
      ? []
      : codes.split(', ').map((code) => {
          const tag = `A5 nr${code.padStart(2, '0')}`
          return [tag, cause, tag] as const
        }),
  ),
  ['A5 spelling', 'liberal about a trailing dot and spaces; the misspelt URN of nr12', 'A5 spelling'],
  ['A5 pages', 'distinct and readable (A7)', 'A5 pages'],
]

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Every title once, with all the files that have it. */
const shown = (tests: readonly Test[]): readonly [titles: string, files: string] => {
  const files = new Map<string, Set<string>>()
  for (const { title, file } of tests) files.set(title, (files.get(title) ?? new Set()).add(file))
  const titles = [...files.keys()].sort()
  const all = [...new Set(tests.map(({ file }) => file))].sort()
  return [titles.join('<br>'), all.map((file) => `\`${file}\``).join('<br>')]
}

/** `row 5:`, `row 5,` and `row 34 …`; several rows in one title count for each. */
const namesRow = (title: string, row: string) =>
  new RegExp(`\\brow ${row.replaceAll('.', '\\.')}(?![\\w-])`).test(title)

export const conformityPage = (): string => {
  const rules = read('docs/rules/spid-saml.md')
  const tests = listTests()
  const without: string[] = []

  const listed = (name: string, what: string, found: readonly Test[]): readonly string[][] => {
    if (found.length > 0) return [[name, what, ...shown(found)]]
    without.push(`${name}: ${what}`)
    return []
  }

  const responses = tablesBelow(rules, '5.2').flatMap(([row = '', wrong = '', must = '']) =>
    (row === 'xsw1-xsw8' ? Array.from({ length: 8 }, (_, n) => `xsw${n + 1}`) : [row]).flatMap((one) =>
      listed(
        one,
        `${wrong}: ${must}`,
        tests.filter(({ title }) => namesRow(title, one)),
      ),
    ),
  )
  const comparisons = tablesBelow(rules, '5.3').flatMap(([comparison = '', accepted = '']) =>
    listed(
      `5.3 ${comparison}`,
      accepted,
      tests.filter(({ title }) => title.includes(`Comparison ${comparison},`)),
    ),
  )
  const dutyRows = duties.flatMap(([duty, ...titles]) => {
    const found = titles.map((title) => tests.filter((test) => test.title === title))
    const lost = titles.filter((_, index) => found[index]?.length === 0)
    if (lost.length > 0) throw new Error(`test/docs-conformity.ts names tests that do not exist: ${lost.join('; ')}`)
    return listed('5.4', duty, found.flat())
  })
  const codes = tablesBelow(rules, '8').flatMap(([code = '', cause = '']) =>
    listed(
      `nr${code}`,
      cause,
      code === '01'
        ? tests.filter(({ title }) => namesRow(title, '1'))
        : tests.filter(({ title }) => new RegExp(`^(?!cie).*\\bnr${code}\\b`).test(title)),
    ),
  )
  const attacks = tests.filter(({ title }) => title.startsWith('attack: '))

  const sections = new Map<string, Test[]>()
  for (const test of tests) {
    const tag = tagOf(test.title)
    if (tag !== undefined) sections.set(tag, [...(sections.get(tag) ?? []), test])
  }
  const tags = [...sections].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
  const published = [
    ...tablesBelow(rules, '2.1').flatMap(([name = '', , id = '']) => id.split(/, /).map((one) => [one, name])),
    ['1.5.x', 'Organization'],
  ]
  for (const [id = '', name = ''] of published) {
    const isTested = [...sections.keys()].some((tag) => tag === id)
    if (/^\d/.test(id) && !isTested) without.push(`${id}: ${name}`)
  }
  const whole = wholeSections.map(([section, ...patterns]) => {
    const files = globSync(
      patterns.map((pattern) => `test/${pattern}.test.ts`),
      { cwd: root },
    )
    return [
      section,
      files
        .sort()
        .map((file) => `\`${file}\``)
        .join('<br>'),
    ]
  })

  // heads of second tables, and the types of the attributes, which the table of SPID has
  const noRows = /^A2\.1 (Element|Standard element)$|^A4 (Name|name|familyName|dateOfBirth|fiscalNumber)$/
  const cie = cieRows(read('docs/rules/cie.md'))
    .filter(([name]) => !noRows.test(name))
    .flatMap(([name, rule, ...tags]) =>
      listed(
        `${/^A/.test(name) ? '' : 'A2 '}${name}`,
        rule,
        tests.filter(({ title }) => tags.some((tag) => title.startsWith(`cie ${tag}: `))),
      ),
    )

  const claims = claimsRows(read('docs/rules/oidc-claims.md'), tests).map(([row, rule, found]) => [
    row,
    rule,
    ...shown(found),
  ])
  const cns = cnsRows(read('docs/rules/cns.md'), tests).map(([row, rule, found]) => [row, rule, ...shown(found)])

  const kept = registerRows(rules, read('docs/rules/cie.md'), tests).map(([row, rule, found]) => [
    row,
    rule,
    ...shown(found),
  ])

  const head = ['Row', 'Rule', 'Tests', 'In']
  return `# Conformity

Which test shows which row of [docs/rules/spid-saml.md](rules/spid-saml.md), of [docs/rules/cie.md](rules/cie.md), of
[docs/rules/cns.md](rules/cns.md) and of [docs/rules/oidc-claims.md](rules/oidc-claims.md). Made from their tables and the titles of the tests by
\`varco run test/docs-conformity.ts --write\`; \`npm run check\` compares. Whether they pass is said by \`npm test\`
(and, for test/system, by \`npm run test:system\`).

## 5.2 Responses

${table(head, responses)}

## 5.3 Level comparison

We ask with \`minimum\` (or \`exact\`, where it is configured) and accept what reaches the level asked, whatever the Comparison was.

${table(head, comparisons)}

## 5.4 Further duties

${table(['Section', 'Duty', 'Tests', 'In'], dutyRows)}

## 8 Error codes

${table(['Code', 'Cause', 'Tests', 'In'], codes)}

## Attacks that no table has

${table(
  ['Attack', 'In'],
  Object.entries(Object.groupBy(attacks, ({ title }) => title)).map(([, same = []]) => [...shown(same)]),
)}

## Metadata, certificates, keys

Numbers as in spid-sp-test, or section and subject.

${table(
  ['Rule', 'Tests', 'In'],
  tags.map(([tag, found]) => [tag, ...shown(found)]),
)}

## CIE

Numbers of A2 as in the check list of spid-sp-test. What the provider shows itself never reaches us (A5: 2 to 7, 10). All of 5.2
is judged by CIE's profile too, in \`test/unit/upstream/cie/responses.test.ts\`: rows 71, 104 and 105 differ, no other.

${table(head, cie)}

## CNS

Sections of [docs/rules/cns.md](rules/cns.md), with the numbers that they have there.

${table(head, cns)}

## The register

Section 9 of [docs/rules/spid-saml.md](rules/spid-saml.md) and A7 of [docs/rules/cie.md](rules/cie.md), bullet by bullet.

${table(head, kept)}

## Claims and clients

Rows of [docs/rules/oidc-claims.md](rules/oidc-claims.md) by their first cell, its bullets by their number. What we do otherwise is said
in [docs/claims.md](claims.md): of CIE nothing is derived, and a tax code without its prefix is refused.

${table(head, claims)}

## Whole sections

Tests that speak of cases, not of rows.

${table(['Section', 'In'], whole)}

## Without a test

\`better\` and \`maximum\` are never sent; the codes 02 to 07 and 10 are shown by the provider itself and do not reach us.

${without.length === 0 ? 'Nothing.' : without.map((line) => `- ${line}`).join('\n')}
`
}

/** `1.7.x: …`, `2.4 Company: …`, `[12 key size] …` */
function tagOf(title: string): string | undefined {
  return (
    /^(\d{1,2}\.\d+(?:[.-][\dx.-]+)?|\d{1,2}(?:\.\d+)? [\w: ]+?): /.exec(title)?.[1] ??
    /^\[(\d{1,2}(?:\.\d+)? [^\]]+)\]/.exec(title)?.[1]
  )
}

export const isConformityPageInStep = (): boolean => {
  try {
    return read(page) === conformityPage()
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write'))
  writeFileSync(join(root, page), conformityPage())
