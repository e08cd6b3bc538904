import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/tenant/compare.ts'
import { hashesOf, hashOf, hashOfAll } from '../../../src/tenant/hash.ts'
import type { Tenant } from '../../../src/tenant/tenant.ts'
import { configOf, edited, load, tenantYaml, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const tenantOf = async (...edits: Parameters<typeof edited> extends [string, ...infer E] ? E : never) =>
  configOf(await load({ ...validFiles(), [FILE]: edited(tenantYaml, ...edits) })).tenants[0] as Tenant

describe('the difference between two versions of a tenant', () => {
  it('is none where nothing is different but the arrangement', async () => {
    const arranged = await tenantOf(['state: test\n', ''], ['clients:', 'state: test\nclients:'])
    expect([compare(await tenantOf(), arranged), hashOf(arranged)]).toEqual([[], hashOf(await tenantOf())])
  })

  it('names values by their keys, and services by their ids', async () => {
    const more =
      '  - { id: app, names: { it: App }, url: https://app.example/, redirect_uris: [https://app.example/cb], auth: none }\n'
    const after = await tenantOf(['Comune di Esempio', 'Comune di Esempi'], ['clients:\n', `clients:\n${more}`])
    expect(compare(await tenantOf(), after)).toEqual([
      { path: 'clients.app', what: 'added' },
      {
        path: 'organisation.names',
        what: 'changed',
        from: { it: 'Comune di Esempio' },
        to: { it: 'Comune di Esempi' },
      },
      {
        path: 'organisation.display_names',
        what: 'changed',
        from: { it: 'Comune di Esempio' },
        to: { it: 'Comune di Esempi' },
      },
    ])
    expect(compare(after, await tenantOf())[0]).toEqual({ path: 'clients.app', what: 'removed' })
  })

  it('says of a secret that it is another, and of a notice what it says', async () => {
    const secret = compare(await tenantOf(), await tenantOf(['env:SITE_SECRET', `{ sha256: ${'ab'.repeat(32)} }`]))
    expect(secret).toEqual([{ path: 'clients.sito.secrets', what: 'changed' }])
    const notice = await tenantOf([
      'clients:',
      'notices: [{ text: { it: Chiuso }, until: 2027-01-31T12:00:00Z }]\nclients:',
    ])
    expect(compare(await tenantOf(), notice)).toEqual([
      { path: 'notices', what: 'added', to: ['Chiuso (until 2027-01-31T12:00:00.000Z)'] },
    ])
  })
})

describe('the hash of all tenants', () => {
  it('does not depend on their order, and does on each', async () => {
    const [one, two] = [await tenantOf(), await tenantOf(['id: esempio', 'id: altro'])]
    expect(hashOfAll(hashesOf([one, two]))).toBe(hashOfAll(hashesOf([two, one])))
    expect(hashOfAll(hashesOf([one]))).not.toBe(hashOfAll(hashesOf([two])))
  })
})
