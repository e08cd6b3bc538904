import { describe, expect, it } from 'vitest'
import { configOf, edited, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]
const node = (block = 'eidas: { metadata: [eidas.xml] }'): Edit => ['tenants: tenants', `${block}\ntenants: tenants`]
const methods = (yaml: string): Edit => ['clients:', `methods: ${yaml}\nclients:`]

const region = (gateway: Edit | undefined, ...tenant: readonly Edit[]): Record<string, string> => {
  const files = { ...validFiles(), '/etc/varco/eidas.xml': '<md:EntityDescriptor/>' } as Record<string, string>
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ...(gateway ? [gateway] : []))
  files[TENANT] = edited(files[TENANT] ?? '', ...tenant)
  return files
}

describe('eIDAS in the configuration', () => {
  it('is off where no file names it', async () => {
    const { eidas, tenants, region } = configOf(await load())
    expect([eidas, tenants[0]?.methods.eidas, tenants[0]?.eidas]).toEqual([undefined, false, undefined])
    expect(region.methodOrder).toEqual(['spid', 'cie', 'cns'])
  })

  it('stays off at a tenant that does not ask for it: it changes the SPID metadata', async () => {
    const { eidas, tenants } = configOf(await load(region(node())))
    expect(eidas).toEqual({ metadata: [{ file: '/etc/varco/eidas.xml' }], attributeSetIndex: 99 })
    expect([tenants[0]?.methods.eidas, tenants[0]?.eidas]).toEqual([false, undefined])
  })

  it.each([
    [99, []],
    [100, ['placeOfBirth', 'address', 'gender']],
  ])('is asked for by SPID’s entityID, at SPID’s address, with the set %i', async (index, more) => {
    const block = `eidas: { metadata: [eidas.xml], attribute_set_index: ${index} }`
    const [tenant] = configOf(await load(region(node(block), methods('{ eidas: true }')))).tenants
    const attributes = ['fiscalNumber', 'spidCode', 'name', 'familyName', 'dateOfBirth', ...more]
    expect(tenant?.eidas).toMatchObject({
      entityId: tenant?.spid.entityId,
      acsUrl: tenant?.spid.acsUrl,
      attributeSets: [{ index, name: 'eIDAS', attributes }],
    })
  })

  it('comes last on the page unless the region says where', async () => {
    const files = region(node())
    expect(configOf(await load(files)).region.methodOrder).toEqual(['spid', 'cie', 'cns', 'eidas'])
    const ordered = (order: string) =>
      load({ ...files, '/etc/varco/region.yaml': `${files['/etc/varco/region.yaml']}method_order: ${order}\n` })
    expect(configOf(await ordered('[eidas, cns, cie, spid]')).region.methodOrder).toEqual([
      'eidas',
      'cns',
      'cie',
      'spid',
    ])
    expect(problemsOf(await ordered('[eidas, cns, eidas, cie, spid]'))).toMatchObject([{ path: 'method_order[2]' }])
  })

  it.each<[what: string, files: Record<string, string>, path: string]>([
    ['on at a tenant without the node', region(undefined, methods('{ eidas: true }')), 'methods.eidas'],
    ['without metadata', region(node('eidas: { metadata: [] }')), 'eidas.metadata'],
    ['with metadata that is not there', region(node('eidas: { metadata: [other.xml] }')), 'eidas.metadata[0]'],
    [
      'with a set that the node does not know',
      region(node('eidas: { metadata: [eidas.xml], attribute_set_index: 98 }')),
      'eidas.attribute_set_index',
    ],
    [
      'beside a SPID set with an index of the node',
      region(node(), [
        'clients:',
        `methods: { eidas: true }
federation: { spid: { attribute_sets: [{ index: 0, name: base, attributes: [fiscalNumber, name, familyName, dateOfBirth] }, { index: 99, name: x, attributes: [fiscalNumber] }] } }
clients:`,
      ]),
      'federation.spid.attribute_sets[1].index',
    ],
  ])('is refused %s', async (_, files, path) => {
    const problems = problemsOf(await load(files))
    expect(problems.map((problem) => problem.path)).toEqual([path])
    expect(problems[0]?.fix).not.toBe('')
  })

  it('makes a live tenant write out its SPID registration, even with SPID off', async () => {
    const live = (list: string) => region(node(), methods(list), ['state: test', 'state: live'])
    const missing = async (list: string) => problemsOf(await load(live(list))).map(({ path }) => path)
    expect(await missing('{ spid: false, cie: false, eidas: true }')).toContain('federation.spid.entity_id')
    expect(await missing('{ spid: false, cie: false }')).not.toContain('federation.spid.entity_id')
  })
})
