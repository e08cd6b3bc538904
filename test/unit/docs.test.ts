/** What the documents say, held against the code: names of tests, events, claims, keys, files and links. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue, claimsByScope, loginClaims } from '../../src/claims/catalogue.ts'
import { gatewaySchema } from '../../src/config/schema.ts'
import { clientSchema } from '../../src/tenant/client-schema.ts'
import { presetNames, presets } from '../../src/tenant/presets.ts'
import { plans } from '../conformance/oidc/modules.ts'
import { isConformancePageInStep } from '../docs-oidc-conformance.ts'
import { load, tenantYaml, validFiles } from './config/files.ts'

const root = dirname(dirname(import.meta.dirname))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const captures = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, first = '']) => first)

/** Written here; the rules under docs/rules speak of files in other people's repositories. */
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })]
const own = pages.filter((page) => !page.startsWith('docs/rules/'))

describe('docs/threats.md', () => {
  const sections = read('docs/threats.md').split(/^## /m).slice(1)
  const named = sections.flatMap((section) => [...section.matchAll(/^- `([^`]+)`: (.+)$/gm)])

  it('names only tests that exist, by their titles', () => {
    expect(named.length).toBeGreaterThan(60)
    const missing = named.filter(
      ([, file = '', title = '']) => !existsSync(join(root, file)) || !titlesIn(read(file)).includes(title),
    )
    expect(missing.map(([line]) => line)).toEqual([])
  })

  it('names for each threat what stops it, and its tests or that there are none', () => {
    expect(sections.length).toBeGreaterThan(15)
    for (const section of sections) {
      expect(section).toMatch(/^\*\*Stopped by\*\*/m)
      expect(section).toMatch(/^- `test\/|^No test yet\.$/m)
    }
  })
})

describe('docs/events.md', () => {
  it('has every event of src/audit/events.ts and no other', () => {
    const source = read('src/audit/events.ts')
    const types = captures(source, /type: ((?:'[\w.]+'(?: \| )?)+)/g).flatMap((list) => captures(list, /'([\w.]+)'/g))
    expect(types.length).toBeGreaterThan(15)
    expect(captures(read('docs/events.md'), /^\| `([\w.]+)` \|/gm).sort()).toEqual(types.sort())
  })
})

describe('docs/oidc-conformance.md', () => {
  it('is made from the list of modules, and names files that are there', () => {
    expect(isConformancePageInStep()).toBe(true)
    for (const { tests } of plans) expect([tests, existsSync(join(root, tests))]).toEqual([tests, true])
  })
})

describe('docs/claims.md', () => {
  const page = read('docs/claims.md')
  /** The cells of every row of a table, without their code marks. */
  const rows = captures(page, /^\|(.*)\|$/gm).map((row) => row.split('|').map(plain))

  it('has every claim that a client may declare, and what it becomes', () => {
    const declared = rows.map(([name]) => name)
    expect(declared).toEqual(expect.arrayContaining(Object.keys(catalogue)))
    const released = rows.map(([, name]) => name)
    for (const { names } of Object.values(catalogue)) expect(released).toEqual(expect.arrayContaining([...names]))
  })

  it('names the scope of each', () => {
    for (const [name, { scopes }] of Object.entries(catalogue)) {
      const scope = rows.find(([declared]) => declared === name)?.[2]
      expect([name, scope]).toEqual([name, scopes.join(' or ')])
    }
  })

  it('has every claim about the login, and speaks of no claim that does not exist', () => {
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining([...loginClaims]))
    const known = new Set(Object.values(claimsByScope()).flat())
    const claimed = rows.filter((row) => row.length === 7 && row[0] !== 'Declare').map(([, name = '']) => name)
    expect(claimed.filter((name) => !known.has(name) && !/^-+$/.test(name))).toEqual([])
  })
})

describe('docs/clients.md', () => {
  const page = read('docs/clients.md')
  const rowsBelow = (heading: string) =>
    captures(page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '', /^\|(.*)\|$/gm)
      .slice(2)
      .map((row) => row.split('|').map(plain))

  it('has every key of a client, in the order of a file', () => {
    expect(rowsBelow('Every key').map(([key]) => key)).toEqual(Object.keys(clientSchema.shape))
  })

  it('says of each preset what it is', () => {
    const told = rowsBelow('Presets').map(([name = '', auth, pkce, acr, email, fallback, claims, lifetime]) => [
      name,
      {
        auth,
        pkce,
        acrResponse: acr,
        needsEmail: email === 'must be written',
        nameFallback: fallback,
        claims,
        lifetime,
      },
    ])
    const known = Object.entries(presets).map(([name, preset]) => {
      const { auth, pkce, acrResponse, needsEmail, nameFallback, claims, stateLifetime } = preset
      const lifetime = String(stateLifetime ?? '')
      return [name, { auth, pkce, acrResponse, needsEmail, nameFallback, claims: claims.join(' '), lifetime }]
    })
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(known))
    expect(told.map(([name]) => name)).toEqual([...presetNames])
  })

  it('has an example for each preset, and each of its examples is a valid entry', async () => {
    const examples = captures(page, /```yaml\n([\s\S]*?)```/g)
    const used = examples.flatMap((example) => captures(example, /^ {2}preset: (\w+)/gm))
    expect(new Set([...used, 'generic'])).toEqual(new Set(presetNames))
    const sets = `federation:
  spid:
    attribute_sets: [{ index: 0, name: a, attributes: [fiscalNumber, name, familyName, dateOfBirth, email, spidCode] }]
clients:
`
    for (const example of examples) {
      const tenant = tenantYaml.slice(0, tenantYaml.indexOf('clients:')) + sets + example
      const loaded = await load({ ...validFiles(), '/etc/varco/tenants/esempio.yaml': tenant })
      expect([example.slice(0, 40), 'problems' in loaded ? loaded.problems : []]).toEqual([example.slice(0, 40), []])
    }
  })
})

describe('README.md', () => {
  it('has every key of the gateway file, in its order', () => {
    const table = read('README.md').split('## Configuration')[1]?.split('\n## ')[0] ?? ''
    expect(captures(table, /^\| `(\w+)` \|/gm)).toEqual(Object.keys(gatewaySchema.shape))
  })

  it('has the two commands, letter by letter', () => {
    expect(read('README.md')).toContain('\n    npm ci && npm run demo\n')
    expect(read('README.md')).toContain('\n    npm ci && npm test\n')
  })

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const used = captures(own.map(read).join('\n'), /npm run ([\w:]+)/g)
    expect(used.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })
})

describe('every page', () => {
  it.each(pages)('%s links to what exists', (page) => {
    const targets = captures(read(page), /\]\(([^)\s]+)\)/g).filter((target) => !/^https?:/.test(target))
    const broken = targets.filter((target) => !existsSync(join(root, dirname(page), target.split('#')[0] ?? '')))
    expect(broken).toEqual([])
  })

  it.each(own)('%s names files that exist', (page) => {
    const places = captures(read(page), /`((?:src|test|sandbox|config|tenants|views|bin|docs)\/[\w./-]*)`/g)
    expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([])
  })
})

describe('the comments of the code', () => {
  it('cite sections of docs/rules that exist', () => {
    const cited = globSync(['src/**/*.ts', 'sandbox/**/*.ts', 'test/**/*.ts'], { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/docs\/rules\/([\w-]+\.md)(?: (?:section )?([A-Z]?\d+(?:\.\d+)?))?/g)].map(
        ([, page = '', section]) => ({ file, page, section }),
      ),
    )
    expect(cited.length).toBeGreaterThan(30)
    expect(cited.filter(({ page, section }) => !standsIn(`docs/rules/${page}`, section))).toEqual([])
  })
})

/** Of tests and of their groups: strings in front of a function. */
function titlesIn(source: string): readonly string[] {
  const title = /\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`),\s*(?:async )?\(/g
  return [...source.matchAll(title)].map(([, single, double, back]) => single ?? double ?? back ?? '')
}

function plain(cell: string): string {
  return cell.trim().replaceAll('`', '')
}

/** As a heading, or as the number of a row. */
function standsIn(page: string, section: string | undefined): boolean {
  if (!existsSync(join(root, page))) return false
  if (section === undefined) return true
  const text = read(page)
  const number = section.replace('.', '\\.')
  return new RegExp(`^#+ ${number}[. ]`, 'm').test(text) || new RegExp(`^\\| ${number}[ -]`, 'm').test(text)
}
