import { describe, expect, it } from 'vitest'
import { differences, pinLiveTenants, pinOf, readPin } from '../../../src/tenant/immutable.ts'
import type { Tenant } from '../../../src/tenant/tenant.ts'
import { configOf, load, readersOf } from '../config/files.ts'

const [loaded] = configOf(await load()).tenants
if (loaded === undefined) throw new Error('no tenant')
const tenant: Tenant = { ...loaded, state: 'live' }
const pin = pinOf(tenant)
const spid = (change: Partial<Tenant['spid']>): Tenant => ({ ...tenant, spid: { ...tenant.spid, ...change } })
const base = tenant.spid.attributeSets[0]
if (base === undefined) throw new Error('no attribute set')

describe('what was registered', () => {
  it('is the same as long as nothing changes', () => {
    expect(differences(tenant, pin)).toEqual([])
  })

  it.each<[what: string, changed: Tenant, path: readonly string[]]>([
    ['the issuer', { ...tenant, issuer: 'https://accesso.example', host: 'accesso.example' }, ['host']],
    ['the sector', { ...tenant, sector: 'other' }, ['sector']],
    ['the IPA code', { ...tenant, ipaCode: 'c_x998' }, ['organisation', 'ipa_code']],
    ['the entityID', spid({ entityId: 'https://a.example/pub-ag-full/x' }), ['federation', 'spid', 'entity_id']],
    ['the ACS', spid({ acsUrl: 'https://a.example/acs' }), ['federation', 'spid', 'acs_url']],
    [
      'what an index means',
      spid({ attributeSets: [{ ...base, attributes: ['fiscalNumber'] }] }),
      ['federation', 'spid', 'attribute_sets'],
    ],
    ['the index of a set', spid({ attributeSets: [{ ...base, index: 1 }] }), ['federation', 'spid', 'attribute_sets']],
    [
      'the UUID of the CIE service',
      {
        ...tenant,
        cie: {
          ...tenant.cie,
          attributeSets: tenant.cie.attributeSets.map((set) => ({ ...set, serviceUuid: 'other' })),
        },
      },
      ['federation', 'cie', 'service_uuid'],
    ],
  ])('cannot change %s', (_, changed, path) => {
    expect(differences(changed, pin).map((one) => one.path)).toEqual([path])
  })

  it('does not care about names, states and the order of attributes', () => {
    const attributes = base.attributes.toReversed()
    expect(
      differences({ ...spid({ attributeSets: [{ ...base, name: 'new', attributes }] }), names: { it: 'X' } }, pin),
    ).toEqual([])
  })

  it('lets a set be added, and then keeps it too', () => {
    const added = spid({ attributeSets: [base, { index: 1, name: 'mail', attributes: ['fiscalNumber', 'email'] }] })
    expect(differences(added, pin)).toEqual([])
    expect(differences(tenant, pinOf(added, pin))).toHaveLength(1)
  })

  it('is kept while a way in is switched off', () => {
    const off = { ...tenant, methods: { ...tenant.methods, spid: false } }
    expect(pinOf(off, pin).spid).toEqual(pin.spid)
    expect(pinOf(off).spid).toBeUndefined()
  })
})

describe('pinLiveTenants', () => {
  const world = () => {
    const files: Record<string, string> = {}
    const written: string[] = []
    const { readFile } = readersOf(files, {})
    const writeFile = async (path: string, text: string) => {
      files[path] = text
      written.push(path)
    }
    return { files, written, stateDir: '/state', readFile, writeFile }
  }

  it('writes a live tenant down once', async () => {
    const { files, written, ...io } = world()
    await pinLiveTenants({ ...io, tenants: [tenant] })
    await pinLiveTenants({ ...io, tenants: [tenant] })
    expect(written).toEqual(['/state/live/esempio.json'])
    expect(await readPin('/state', 'esempio', io.readFile)).toEqual(pin)
  })

  it.each(['draft', 'test', 'suspended'] as const)('writes nothing down of a tenant in state %s', async (state) => {
    const { written, files, ...io } = world()
    await pinLiveTenants({ ...io, tenants: [{ ...tenant, state }] })
    expect(written).toEqual([])
  })
})
