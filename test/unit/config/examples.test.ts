import { describe, expect, it } from 'vitest'
import { exampleOf } from '../../../src/config/examples.ts'
import type { Problem } from '../../../src/config/problem.ts'
import { regionSchema } from '../../../src/config/region-schema.ts'
import { gatewaySchema } from '../../../src/config/schema.ts'
import { parseYaml, validate } from '../../../src/config/yaml-file.ts'
import { tenantSchema } from '../../../src/tenant/schema.ts'

const problemsIn = (schema: Parameters<typeof validate>[1], text: string): readonly Problem[] => {
  const problems: Problem[] = []
  validate(parseYaml('file.yaml', text), schema, problems)
  return problems
}
/** What somebody writes who does as each problem says. */
const asTold = (problems: readonly Problem[]): string =>
  problems.map(({ fix }) => fix.replace(/^add it, as /, '').replace(/^add it: one of (\w+).*/, 'state: $1')).join('\n')

describe('a key that is missing', () => {
  it.each([
    ['tenant', tenantSchema],
    ['region', regionSchema],
    ['gateway', gatewaySchema],
  ] as const)('of a %s file is told with its value, which is a right one', (_, schema) => {
    const missing = problemsIn(schema, '{}')
    expect(missing.length).toBeGreaterThan(0)
    expect(problemsIn(schema, asTold(missing))).toEqual([])
  })

  it('is told so in its blocks and lists too', () => {
    const around = (inner: string) =>
      `schema: 1\nid: ala\nstate: draft\nsite_url: https://www.comune.ala.tn.it\n${inner}`
    const indented = (text: string) => text.replaceAll('\n', '\n    ')
    const missing = problemsIn(tenantSchema, around('organisation: {}\nclients: [{ auth: none }]\n'))
    const [body = '', client = ''] = ['organisation.', 'clients[0].'].map((place) =>
      asTold(missing.filter(({ path }) => path.startsWith(place))),
    )
    expect(client.split('\n').map((line) => line.split(':')[0])).toEqual(['id', 'names', 'url', 'redirect_uris'])
    const filled = `organisation:\n    ${indented(body)}\nclients:\n  - auth: none\n    ${indented(client)}\n`
    expect(problemsIn(tenantSchema, around(filled))).toEqual([])
  })

  it('has no example of what only looks like it', () => {
    expect(exampleOf(['constructor'])).toBeUndefined()
    expect(exampleOf(['clients', 3, 'id'])).toBe('id: sito')
  })
})
