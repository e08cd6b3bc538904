/** What editors are told of the files, and how little a file needs. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areSchemasInStep, schemaNames, schemaText } from '../../docs-schema.ts'
import { configOf, edited, load, problemsOf, tenantYaml, validFiles } from '../config/files.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))
const FILE = '/etc/varco/tenants/esempio.yaml'
const REGION = '/etc/varco/region.yaml'

describe('docs/schema', () => {
  it('is made from the rules, and in step with them', () => expect(areSchemasInStep()).toBe(true))

  it('refuses unknown keys and describes those of a client', () => {
    const { additionalProperties, properties } = JSON.parse(schemaText('tenant'))
    expect(additionalProperties).toBe(false)
    const client = properties.clients.items.properties
    expect(Object.keys(client).filter((key) => client[key].description === undefined)).toEqual([])
    expect(properties.legal.properties.privacy_url.anyOf[0]).toEqual({ type: 'string', format: 'uri' })
  })

  it('is named in the first line of every sample file', () => {
    const files = [...globSync('tenants/*.yaml', { cwd: root }), ...globSync('config/*.yaml', { cwd: root })]
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) {
      const line = readFileSync(join(root, file), 'utf8').split('\n')[0]
      const [, name = ''] =
        /^# yaml-language-server: \$schema=\.\.\/docs\/schema\/(\w+)\.schema\.json$/.exec(line ?? '') ?? []
      expect([file, schemaNames.some((known) => known === name)]).toEqual([file, true])
    }
  })
})

/** The shortest file of a Comune with one service, as `varco tenant new` writes it. */
const SHORT = `schema: 1
id: esempio
state: test
organisation:
  ipa_code: c_x999
  names: { it: Comune di Esempio }
site_url: https://www.comune.esempio.example
clients:
  - id: sito
    names: { it: Sito }
    url: https://www.comune.esempio.example/
    redirect_uris: [https://www.comune.esempio.example/callback]
    secrets: [env:SITE_SECRET]
`

describe('the common case', () => {
  it('needs at most 15 lines, and each of them', async () => {
    const lines = SHORT.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(15)
    expect(problemsOf(await load({ ...validFiles(), [FILE]: SHORT }))).toEqual([])
    for (const line of lines.filter((one) => !one.endsWith(':'))) {
      const without = SHORT.replace(`${line}\n`, line.includes('- ') ? '  -\n' : '')
      expect([line, problemsOf(await load({ ...validFiles(), [FILE]: without })).length]).not.toEqual([line, 0])
    }
  })
})

describe('what the region says for every tenant', () => {
  const region = `${validFiles()[REGION]}tenants:
  organisation: { province: TN }
  languages: [it, de]
  branding: { colour: "#004a99" }
  methods: { cns: false }
`
  it('stands below the tenant’s own file, key by key', async () => {
    const own = edited(tenantYaml, ['clients:', 'methods: { spid: false }\nlanguages: [it, lld]\nclients:'])
    const [tenant] = configOf(await load({ ...validFiles(), [REGION]: region, [FILE]: own })).tenants
    expect(tenant).toMatchObject({
      province: 'TN',
      languages: ['it', 'lld'],
      branding: { colour: '#004a99' },
      methods: { spid: false, cie: true, cns: false },
    })
  })

  it('keeps to the rules of a tenant’s file', async () => {
    const broken = { ...validFiles(), [REGION]: edited(region, ['#004a99', '#7fb2e5']) }
    expect(problemsOf(await load(broken))).toMatchObject([
      {
        file: REGION,
        line: 7,
        path: 'tenants.branding.colour',
        reason: 'has contrast 2.2:1 with white text and needs 4.5:1',
      },
    ])
  })
})

describe('a body', () => {
  it.each([
    ['kind: ente', 'kind: ente\norganisation:', 'organisation.belfiore', 'is only for a Comune'],
    ['succeeded_by', 'succeeded_by: esempio\norganisation:', 'succeeded_by', 'is the tenant itself'],
    ['succeeded_by', 'succeeded_by: nobody\norganisation:', 'succeeded_by', 'is no tenant of this gateway'],
  ])('%s is checked', async (_, to, path, reason) => {
    const files = { ...validFiles(), [FILE]: edited(tenantYaml, ['organisation:', to]) }
    expect(problemsOf(await load(files))).toMatchObject([{ path, reason }])
  })

  it('that is no Comune has an IPA code of its own making', async () => {
    const ente = edited(tenantYaml, ['organisation:', 'kind: ente\norganisation:'], ['  belfiore: X999\n', ''])
    expect(problemsOf(await load({ ...validFiles(), [FILE]: ente }))).toEqual([])
  })

  it('has a tax code with a right check digit', async () => {
    const own = edited(tenantYaml, ['clients:', 'federation: { spid: { fiscal_code: "01234567890" } }\nclients:'])
    expect(problemsOf(await load({ ...validFiles(), [FILE]: own }))).toMatchObject([
      { path: 'federation.spid.fiscal_code', reason: 'has a wrong check digit' },
    ])
  })
})
