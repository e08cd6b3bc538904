import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createRegion } from './region-world.ts'

const config = '/etc/nuova/gateway.yaml'
const FILE = '/etc/nuova/tenants/ala.yaml'
const NOW = Date.UTC(2026, 10, 22)
const redirect = ['--redirect-uri', 'https://www.comune.ala.tn.it/openid-connect-authorize']

/** By `varco init`, once; its keyring is on the disk. */
const state = mkdtempSync(join(tmpdir(), 'varco-publish-'))
afterAll(() => rmSync(state, { recursive: true }))
const { files: made, run: inEmpty } = createRegion({}, NOW)
const init = ['init', '/etc/nuova', '--url', 'https://login.regione.example', '--name', 'Regione di Esempio']
await inEmpty(
  ...[...init, '--ipa', 'r_esempi', '--city', 'Trento', '--email', 'spid@regione.example', '--phone', '+390461000000'],
)
made[config] = (made[config] ?? '').replace('state_dir: state', `state_dir: ${state}`)

/** With one tenant of one service. */
const withTenant = async () => {
  const region = createRegion(made, NOW)
  const run = (...words: readonly string[]) => region.run(...words, '--config', config)
  const url = ['--url', 'https://www.comune.ala.tn.it']
  await run('tenant', 'new', 'ala', '--name', 'Comune di Ala', '--ipa', 'c_a116', ...url)
  const added = () => run('client', 'add', 'ala', 'sito', '--name', 'Sito', ...url, ...redirect)
  const add = (lines: string) => {
    region.files[FILE] = `${region.files[FILE]}${lines}\n`
  }
  const read = () => parse(region.files[FILE] ?? '')
  return { ...region, run, added, add, read }
}
const COMPLETE = `legal:
  privacy_url: https://ala.example/p
  accessibility_url: https://ala.example/a
  accessibility_declared: "2026-09-20"
golive: { agreement: "2026-10-01", spid_metadata: "2026-11-20" }`

describe('tenant publish', () => {
  it('refuses with the list of what is missing, and leaves the file alone', async () => {
    const { run, files } = await withTenant()
    const before = files[FILE]
    expect(await run('tenant', 'publish', 'ala')).toEqual({
      code: 1,
      out: '',
      err: `ala stays draft. For test it lacks:
  ✗ clients  has no service
           → varco client add ala CLIENT --config FILE …
Nothing was written.
`,
    })
    expect(files[FILE]).toBe(before)
  })

  it('names all that keeps a tenant from being live at once', async () => {
    const { run, added, files, add } = await withTenant()
    await added()
    expect((await run('tenant', 'publish', 'ala')).code).toBe(0)
    add('federation: { spid: { profile: pub-op-full } }')
    const before = files[FILE]
    const { code, err } = await run('tenant', 'publish', 'ala')
    expect(code).toBe(1)
    for (const what of [
      'keys  are not made',
      'golive.agreement  is missing',
      'golive.spid_metadata  is missing',
      'federation.spid.vat_number  is missing in the tenant’s file',
      'legal.privacy_url  is missing, and the tenant is live',
      'legal.accessibility_url  is missing, and the tenant is live',
    ])
      expect(err).toMatch(new RegExp(`[✗\\d] +${what}\n`))
    expect(files[FILE]).toBe(before)
    const { lacks, problems } = JSON.parse((await run('tenant', 'publish', 'ala', '--json')).out)
    expect([lacks.length > 3, problems.length]).toEqual([true, 2])
  })

  it('knows an old declaration, an expired secret and a certificate that has ended', async () => {
    const { added, add, files, ...region } = await withTenant()
    await added()
    await region.run('tenant', 'publish', 'ala')
    add(COMPLETE.replace('2026-09-20', '2025-09-20'))
    files[FILE] = (files[FILE] ?? '').replace(/(sha256: \w+)/, '$1, not_after: 2026-11-01T00:00:00Z')
    const { err } = await region.run('tenant', 'publish', 'ala')
    expect(err).toContain('legal.accessibility_declared  was 428 days ago\n')
    expect(err).toContain('clients[0].secrets  have all ended\n           → varco client rotate-secret ala sito')
    const later = createRegion(files, Date.UTC(2032, 0, 1))
    const old = await later.run('tenant', 'publish', 'ala', '--config', config)
    expect(old.err).toContain('SPID certificate  ended on 2031-11-21\n')
  })

  it('writes the state, what is registered and what is off, and every other byte stays', async () => {
    const { run, added, files, add, read } = await withTenant()
    await added()
    files[FILE] = (files[FILE] ?? '').replace('state: draft', 'state: draft # of Anna')
    await run('tenant', 'publish', 'ala')
    add(`${COMPLETE} # signed by both`)
    const before = (files[FILE] ?? '').split('\n')
    expect((await run('tenant', 'publish', 'ala')).err).toMatch(/lacks:\n {2}✗ keys {2}are not made\n.*\nNothing/)
    await run('keys', 'create', 'ala')
    expect(await run('tenant', 'publish', 'ala')).toMatchObject({ code: 0, err: '' })
    const after = (files[FILE] ?? '').split('\n')
    expect(before.filter((line) => !after.includes(line))).toEqual(['state: test # of Anna'])
    expect(after).toContain('state: live # of Anna')
    expect(read()).toMatchObject({
      methods: { cie: false },
      federation: {
        spid: {
          entity_id: 'https://login.regione.example/pub-ag-full/c_a116',
          acs_url: 'https://login.regione.example/t/ala/saml/spid/acs',
          attribute_sets: [{ index: 0, attributes: ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] }],
        },
      },
    })
    expect((await run('start', '--check')).err).not.toContain('✗')
    expect((await run('tenant', 'publish', 'ala')).err).toBe('ala is live already.\n')
    await run('tenant', 'suspend', 'ala')
    expect([(await run('tenant', 'publish', 'ala')).code, read().state]).toEqual([0, 'live'])
  })
})

describe('tenant suspend', () => {
  it('closes with a reason, and publish leads back to where it was', async () => {
    const { run, added, files, read } = await withTenant()
    await added()
    await run('tenant', 'publish', 'ala')
    const before = files[FILE]
    const { out } = await run('tenant', 'suspend', 'ala', '--reason', 'the office\nasked for it')
    expect(out).toMatch(
      /^ala: test → suspended, in .*\n {2}varco tenant plan ala --config .*\n {2}varco tenant apply ala/,
    )
    expect(files[FILE]).toContain(
      '# suspended 2026-11-22 by root, was test: the office asked for it\nstate: suspended\n',
    )
    expect((await run('tenant', 'suspend', 'ala')).code).toBe(1)
    expect(await run('tenant', 'publish', 'ala')).toMatchObject({ code: 0 })
    expect([files[FILE], read().state]).toEqual([before, 'test'])
  })

  it('of a draft has nothing to close', async () => {
    const { run } = await withTenant()
    expect(await run('tenant', 'suspend', 'ala')).toMatchObject({ code: 1, err: expect.stringContaining('is draft') })
  })
})

it('a broken file of another Comune is in the way of no command about this one', async () => {
  const { run, added, files } = await withTenant()
  files['/etc/nuova/tenants/moena.yaml'] = 'schema: 1\nid: moena\n'
  expect(await added()).toMatchObject({ code: 0, err: '' })
  expect((await run('tenant', 'publish', 'ala')).code).toBe(0)
  expect((await run('tenant', 'suspend', 'ala')).code).toBe(0)
  expect((await run('client', 'rotate-secret', 'ala', 'sito')).code).toBe(0)
  expect(await run('client', 'sheet', 'ala', 'sito')).toMatchObject({
    code: 0,
    err: expect.stringContaining('moena.yaml'),
  })
  // the one that is asked about is told of itself alone
  const { code, err } = await run('tenant', 'publish', 'moena')
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^The file of moena is broken:\n\/etc\/nuova\/tenants\/moena\.yaml\n(?!.*ala\.yaml)/s),
  ])
})
