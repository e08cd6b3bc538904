import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { editYaml, type YamlEdit, YamlEditError } from '../../../src/config/yaml-edit.ts'

const file = `# of a person
schema: 1   # for ever
state:  "test"
names: { it: Comune di Ala,   de: 'Gemeinde Ala' } # both

clients:
  # the old site
  - id: sito
    names: { it: Sito }
    secrets:
      - env:OLD # until summer
      - { sha256: aa } # new
    claims: [ name,  email ]

  - id: app # phone
    text: |
      several
      lines

# the end
`

/** The lines that came, and those that went. */
const difference = (before: string, after: string) => {
  const [old, young] = [before.split('\n'), after.split('\n')]
  return {
    gone: old.filter((line) => !young.includes(line)),
    come: young.filter((line) => !old.includes(line)),
  }
}
const edit = (...edits: YamlEdit[]) => difference(file, editYaml(file, edits))

describe('an edit of a YAML file', () => {
  it('adds to a list of lines, of one line, and where there is none', () => {
    expect(edit({ add: { sha256: 'bb' }, to: ['clients', 0, 'secrets'] })).toEqual({
      gone: [],
      come: ['      - { sha256: bb }'],
    })
    expect(edit({ add: 'a, b', to: ['clients', 0, 'claims'] })).toEqual({
      gone: ['    claims: [ name,  email ]'],
      come: ['    claims: [ name,  email, "a, b" ]'],
    })
    expect(edit({ add: { sha256: 'bb' }, to: ['clients', 1, 'secrets'] })).toEqual({
      gone: [],
      come: ['      - { sha256: bb }'],
    })
    expect(editYaml(file, [{ add: 'bb', to: ['clients', 1, 'secrets'] }])).toContain(
      '      lines\n    secrets: [bb]\n\n# the end',
    )
  })

  it('adds an entry in the manner of the others, behind the last line of the last', () => {
    const entry = { id: 'new', names: { it: 'Nuovo: sito' }, claims: ['name'], secrets: [{ sha256: 'cc' }] }
    const after = editYaml(file, [{ add: entry, to: ['clients'] }])
    expect(after).toContain(
      `      lines\n\n  - id: new\n    names: { it: "Nuovo: sito" }\n    claims: [name]\n    secrets:\n      - { sha256: cc }\n\n# the end\n`,
    )
    expect(difference(file, after).gone).toEqual([])
  })

  it('sets a key that stands, and one that does not', () => {
    expect(edit({ set: 'live', at: ['state'] })).toEqual({ gone: ['state:  "test"'], come: ['state:  live'] })
    expect(edit({ set: 'x', at: ['names', 'en'] })).toEqual({
      gone: ["names: { it: Comune di Ala,   de: 'Gemeinde Ala' } # both"],
      come: ["names: { it: Comune di Ala,   de: 'Gemeinde Ala', en: x } # both"],
    })
    expect(edit({ set: '2026-01-29T10:00:00Z', at: ['clients', 0, 'secrets', 1, 'not_after'] })).toEqual({
      gone: ['      - { sha256: aa } # new'],
      come: ['      - { sha256: aa, not_after: 2026-01-29T10:00:00Z } # new'],
    })
    expect(edit({ set: 3, at: ['clients', 1, 'min_level'] })).toEqual({ gone: [], come: ['    min_level: 3'] })
  })

  it('removes an item and its line', () => {
    expect(edit({ remove: ['clients', 0, 'secrets', 0] })).toEqual({
      gone: ['      - env:OLD # until summer'],
      come: [],
    })
    expect(edit({ remove: ['clients', 0, 'secrets', 1] })).toEqual({ gone: ['      - { sha256: aa } # new'], come: [] })
    expect(edit({ remove: ['clients', 0, 'claims', 0] }).come).toEqual(['    claims: [ email ]'])
    expect(edit({ remove: ['clients', 0, 'claims', 1] }).come).toEqual(['    claims: [ name ]'])
  })

  it('keeps the line breaks of the file, and one that lacks the last', () => {
    const windows = 'a:\r\n  - 1\r\n  - 2'
    expect(editYaml(windows, [{ add: 3, to: ['a'] }])).toBe('a:\r\n  - 1\r\n  - 2\r\n  - 3\r\n')
    expect(editYaml('a: []', [{ add: 3, to: ['a'] }])).toBe('a: [3]')
    expect(editYaml('a:\nb: 1\n', [{ add: { c: 1 }, to: ['a'] }])).toBe('a: [{ c: 1 }]\nb: 1\n')
  })

  it('writes quotes where a text would be read as something else', () => {
    const all = ['1e5', 'true', 'null', '', ' x', '#', 'a: b', '{', '-', '@', '"', "'", '0x1', '~', 'è', '1\n2']
    const written = editYaml(
      'list: [a]\n',
      all.map((add) => ({ add, to: ['list'] })),
    )
    expect(parse(written).list).toEqual(['a', ...all])
  })

  it.each<[string, string, YamlEdit]>([
    ['an alias', 'a: &x [1]\nb: *x\n', { add: 2, to: ['b'] }],
    ['the last item of a list', 'a: [1]\n', { remove: ['a', 0] }],
    ['something that is no list', 'a: 1\n', { add: 2, to: ['a'] }],
    ['nothing', '', { set: 2, at: ['a'] }],
    ['a value that another place shares', 'a: &x\n  - 1\nb: *x\n', { add: 2, to: ['a'] }],
  ])('leaves %s to a person', (_, text, change) => {
    expect(() => editYaml(text, [change])).toThrow(YamlEditError)
    expect(() => editYaml(text, [change])).toThrow(/by hand/)
  })

  it.each(['ala', 'moena'])('leaves every other line of tenants/%s.yaml alone', (tenant) => {
    const text = readFileSync(join(import.meta.dirname, `../../../tenants/${tenant}.yaml`), 'utf8')
    const hash = 'a'.repeat(64)
    for (const client of [0, 1]) {
      const after = editYaml(text, [
        { add: { sha256: hash }, to: ['clients', client, 'secrets'] },
        { remove: ['clients', client, 'secrets', 0] },
      ])
      expect(difference(text, after)).toMatchObject({ come: [`    secrets: [{ sha256: ${hash} }]`] })
      expect(after.split('\n')).toHaveLength(text.split('\n').length)
    }
  })
})

it('begins an empty list of blocks in the place of its brackets, and keeps what stands behind them', () => {
  const add: YamlEdit = { add: { id: 'sito', names: { it: 'Sito' }, secrets: [{ sha256: 'aa' }] }, to: ['clients'] }
  const lines = ['  - id: sito', '    names: { it: Sito }', '    secrets:', '      - { sha256: aa }', '']
  expect(editYaml('clients: [] # of Ala\nlast: 1\n', [add])).toBe(
    ['clients: # of Ala', ...lines.slice(0, -1), 'last: 1', ''].join('\n'),
  )
  expect(editYaml('a: 1\nclients: []', [add])).toBe(['a: 1', 'clients:', ...lines].join('\n'))
})
