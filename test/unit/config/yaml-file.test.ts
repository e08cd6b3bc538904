import { queryObjects } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { Document } from 'yaml'
import { z } from 'zod'
import { formatProblems, type Problem } from '../../../src/config/problem.ts'
import { block, webUrl } from '../../../src/config/rules.ts'
import { parseYaml, validate } from '../../../src/config/yaml-file.ts'

const schema = block({
  id: z.string(),
  level: z.union([z.literal(1), z.literal(2)]).exactOptional(),
  clients: z.array(block({ uris: z.array(webUrl) })).exactOptional(),
})

const check = (text: string) => {
  const problems: Problem[] = []
  const value = validate(parseYaml('tenants/esempio.yaml', text), schema, problems)
  return { value, problems }
}

describe('a YAML file', () => {
  it('gives its value when nothing is wrong', () => {
    expect(check('id: a\nclients: [{ uris: [https://a.example/] }]')).toEqual({
      value: { id: 'a', clients: [{ uris: ['https://a.example/'] }] },
      problems: [],
    })
  })

  it('that lives on holds no tree, which is ten times as large', () => {
    const files = Array.from({ length: 50 }, (_, number) => parseYaml(`${number}.yaml`, `id: t${number}\nlevel: 1`))
    expect(queryObjects(Document, { format: 'count' })).toBeLessThan(25)
    expect(files[49]?.value).toEqual({ id: 't49', level: 1 })
  })

  it('shows a wrong value where it stands', () => {
    expect(check('id: a\nclients:\n  - uris:\n      - http://a.example/x\n').problems).toEqual([
      {
        file: 'tenants/esempio.yaml',
        line: 4,
        column: 9,
        path: 'clients[0].uris[0]',
        reason: 'http:// is not allowed outside localhost',
        fix: 'use https://a.example/x',
      },
    ])
  })

  it('shows an unknown key where it stands and names the known ones', () => {
    expect(check('id: a\nclients:\n  - uris: []\n    colour: red\n').problems).toMatchObject([
      { line: 4, column: 5, path: 'clients[0].colour', fix: 'remove it; known are uris' },
    ])
  })

  it('shows a missing key at the block that lacks it', () => {
    expect(check('id: a\nclients:\n  - {}\n').problems).toMatchObject([
      { line: 3, column: 5, path: 'clients[0].uris', reason: 'is missing', fix: 'add it: a list' },
    ])
  })

  it('shows an unfilled key at the key', () => {
    expect(check('level: 1\nid:\n').problems).toMatchObject([
      { line: 2, column: 1, path: 'id', reason: 'must be a text' },
    ])
  })

  it('reports a key that stands twice along with everything else', () => {
    expect(check('id: a\nlevel: 1\nid: b\nclients: 7\n').problems).toMatchObject([
      { line: 3, column: 1, reason: 'stands twice' },
      { line: 4, column: 10, path: 'clients' },
    ])
  })

  it('finds its way through an alias', () => {
    expect(check('id: a\nclients:\n  - &one { uris: [ftp://a] }\n  - *one\n').problems.map(({ line }) => line)).toEqual(
      [3, 3],
    )
  })

  it.each([
    ['an open bracket', 'id: a\nclients: [\n', 3],
    ['a tab', 'id: a\nclients:\n\t- x\n', 3],
    ['text that is no mapping', 'just words', 1],
    ['nothing', '', 1],
  ])('reports %s instead of throwing', (_, text, line) => {
    const { value, problems } = check(text)
    expect(value).toBeUndefined()
    expect(problems[0]).toMatchObject({ line })
    expect(problems[0]?.fix).not.toBe('')
  })

  it('never repeats a wrong value', () => {
    expect(JSON.stringify(check('id: [hunter2]\nlevel: hunter2\n').problems)).not.toContain('hunter2')
  })
})

describe('formatProblems', () => {
  const problem = { file: 'a.yaml', line: 38, column: 20, path: 'clients[0].url', reason: 'is wrong', fix: 'mend it' }

  it('groups by file, in the order of lines, and counts', () => {
    const text = formatProblems([
      problem,
      { ...problem, file: 'b.yaml' },
      { ...problem, line: 2, column: 1, path: '', warning: true },
    ])
    expect(text).toBe(`a.yaml
  ! 2:1    is wrong
           → mend it
  ✗ 38:20  clients[0].url  is wrong
           → mend it
b.yaml
  ✗ 38:20  clients[0].url  is wrong
           → mend it
2 problems, 1 warning in 2 files
`)
  })

  it('is empty without problems', () => {
    expect(formatProblems([])).toBe('')
  })
})

describe('a hostile file', () => {
  const lines = (line: (index: number) => string) => Array.from({ length: 12_000 }, (_, index) => line(index)).join('')

  it('of nothing but mistakes is told in two hundred of them and a count', () => {
    const problems: Problem[] = []
    const yaml = parseYaml(
      'evil.yaml',
      lines((index) => `k${index}: 1\n`),
    )
    expect(validate(yaml, z.strictObject({}), problems)).toBeUndefined()
    expect(problems).toHaveLength(201)
    expect(problems.at(-1)?.reason).toBe('has 11800 more problems')
  })

  it('of one key again and again is no longer to read', () => {
    const { problems } = parseYaml(
      'evil.yaml',
      lines(() => 'k: 1\n'),
    )
    expect(problems).toHaveLength(200)
    expect(problems[0]).toMatchObject({ line: 2, column: 1, reason: 'stands twice' })
  })
})
