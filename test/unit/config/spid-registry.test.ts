import { describe, expect, it } from 'vitest'
import { configOf, edited, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const spid = 'spid: { metadata: [spid.xml], names: names.yaml }'
const loadSpid = (block: string) => {
  const files = validFiles()
  files[GATEWAY] = edited(files[GATEWAY] ?? '', [spid, `spid: ${block}`])
  return load(files)
}
const registry = 'https://registry.example/idps.xml'

describe('spid.registry', () => {
  it('is an address, read every 24 hours and believed by the pins that the code knows', async () => {
    expect(configOf(await loadSpid(`{ registry: { source: "${registry}" } }`)).spid).toEqual({
      metadata: [],
      registry: { source: { url: registry }, refreshHours: 24 },
      names: {},
    })
  })

  it('is a file that need not be there yet: the last good copy may be', async () => {
    const { spid } = configOf(await loadSpid('{ registry: { source: file:idps.xml, refresh_hours: 6 } }'))
    expect(spid.registry).toEqual({ source: { file: '/etc/varco/idps.xml' }, refreshHours: 6 })
  })

  it('takes fingerprints as openssl and people write them', async () => {
    const colons = 'A6:74:54:A2:60:79:5B:EA:0C:84:15:BD:D9:60:3A:6E:5B:10:B8:BB:EC:69:D5:DD:18:34:98:09:9E:A7:9E:5F'
    const { spid } = configOf(
      await loadSpid(`{ registry: { source: idps.xml, pins: ["${colons}", ${'ab'.repeat(32)}] } }`),
    )
    expect(spid.registry?.pins).toEqual([
      'a67454a260795bea0c8415bdd9603a6e5b10b8bbec69d5dd183498099ea79e5f',
      'ab'.repeat(32),
    ])
  })

  it('makes SPID a way in without any file of metadata', async () => {
    const { tenants } = configOf(await loadSpid(`{ registry: { source: "${registry}" } }`))
    expect(tenants[0]?.methods.spid).toBe(true)
  })

  it.each([
    ['source: "http://registry.example/idps.xml"', 'spid.registry.source', 'is no address to read from'],
    ['source: ""', 'spid.registry.source', 'is empty'],
    ['pins: []', 'spid.registry.source', 'is missing'],
    ['source: a.xml, pins: []', 'spid.registry.pins', 'is empty'],
    ['source: a.xml, pins: ["A6:74"]', 'spid.registry.pins[0]', 'is no SHA-256 fingerprint'],
    ['source: a.xml, refresh_hours: 25', 'spid.registry.refresh_hours', 'is more than a day'],
    ['source: a.xml, refresh_hours: 0', 'spid.registry.refresh_hours', 'is less than an hour'],
    ['source: a.xml, url: b', 'spid.registry.url', 'is not a key that is known here'],
  ])('with { %s } is a problem at %s: %s', async (block, path, reason) => {
    expect(problemsOf(await loadSpid(`{ registry: { ${block} } }`))).toContainEqual(
      expect.objectContaining({ path, reason }),
    )
  })
})

describe('spid.metadata', () => {
  it.each([`"${registry}"`, `{ url: "${registry}" }`])(
    'takes no address (%s): nobody would verify it',
    async (source) => {
      expect(problemsOf(await loadSpid(`{ metadata: [${source}] }`))).toEqual([
        expect.objectContaining({
          path: 'spid.metadata[0]',
          reason: 'is a URL',
          fix: expect.stringContaining('use spid.registry'),
        }),
      ])
    },
  )

  it('takes files beside the registry: test providers', async () => {
    const { spid } = configOf(
      await loadSpid(`{ registry: { source: "${registry}" }, metadata: [spid.xml, { file: spid.xml }] }`),
    )
    expect(spid.metadata).toEqual([{ file: '/etc/varco/spid.xml' }, { file: '/etc/varco/spid.xml' }])
  })
})
