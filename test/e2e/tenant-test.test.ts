/** `varco tenant test` as its admin types it: a process, with the sandbox as a process of its own. */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeRegion } from '../fixtures/gateway/files.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'

const varco = createVarcoProcesses()
let folder = ''
let config = ''
beforeAll(async () => {
  const keys = await identities()
  const idps = testIdps(keys, Date.now)
  folder = await mkdtemp(join(tmpdir(), 'varco-trial-test-'))
  config = await writeRegion(folder, keys, {
    spidMetadata: [idps.alfa.metadataXml()],
    cieMetadata: idps.cie.metadataXml(),
    eidasMetadata: idps.eidas.metadataXml(),
    methodOrder: '[spid, cie, cns, eidas]',
    // each of the ways in which a site can prove who it is, one of them on a host of its own
    tenants: {
      ala: `methods: { eidas: true }
languages: [it, de]
federation:
  cie: { service_uuid: 4f108b63-6be5-45d6-a1ec-6095e03c2884, contact: { email: cie@ala.example } }
  spid:
    attribute_sets:
      - { index: 0, name: base, attributes: [fiscalNumber, name, familyName, dateOfBirth] }
      - { index: 1, name: email, attributes: [fiscalNumber, email] }`,
      moena:
        'host: accesso.moena.example\nlanguages: [lld, it]\nfederation: { cie: { service_uuid: 21510c0d-7b3b-4c10-9292-46694924c7d9, contact: { email: cie@moena.example } } }',
    },
    clients: {
      ala: `  - id: stanza
    names: { it: Area personale }
    url: https://stanza.ala.example/
    redirect_uris: [https://stanza.ala.example/callback]
    backchannel_logout_uri: https://stanza.ala.example/out
    auth: private_key_jwt
    jwks_uri: https://stanza.ala.example/jwks
    userinfo_signed_response_alg: RS256
    claims: [fiscal_number, email]
  - id: blog
    names: { it: Blog }
    url: https://blog.ala.example/
    redirect_uris: ["https://blog.ala.example/wp-admin/admin-ajax.php?action=openid-connect-authorize"]
    preset: wordpress
    email_fallback: synthetic
    secrets: [env:CLIENT_SECRET]`,
    },
  })
}, 30_000)
afterAll(async () => {
  varco.killAll()
  await rm(folder, { recursive: true, force: true })
})

const test = async (tenant: string, ...more: readonly string[]) =>
  await varco.run(['tenant', 'test', tenant, '--config', config, ...more]).ended

it('logs every service in by every way, shows every page and error, and leaves nothing behind', async () => {
  const { code, out, err } = await test('ala')
  expect([code, out.match(/✗.*/g)], err).toEqual([0, null])
  for (const line of [
    '✓ login page, de: names Gemeinde ala and Kinderkrippe',
    '✓ CIE metadata: accepted',
    '✓ SPID error 25: "Hai annullato l’accesso"',
    '✓ sito by SPID: code → token → userinfo (given_name, family_name, name, birthdate, fiscal_number) → logout',
    '✓ sito by CNS: code → token → userinfo',
    '✓ palestra by eIDAS: code → token → userinfo (given_name) → logout',
    '✓ stanza by CIE: code → token → userinfo (fiscal_number; not by this way: email) → logout, told to its server',
    '✓ blog by SPID: code → token → userinfo',
  ])
    expect(out).toContain(`  ${line}`)
  expect(out).toMatch(/\n\d+ passed, 0 failed in \d+\.\d s\n$/)
  // the state of the real gateway was never looked at
  await expect(access(join(folder, 'state'))).rejects.toThrow()
}, 60_000)

it('serves a tenant on its own host, and answers programs with one document', async () => {
  const { code, out } = await test('moena', '--json')
  const { failed, results } = JSON.parse(out) as { failed: number; results: { check: string; detail: string }[] }
  expect([code, failed]).toEqual([0, 0])
  expect(results[0]).toMatchObject({ check: 'discovery', detail: 'https://accesso.moena.example' })
  expect(results.map(({ check }) => check)).toContain('login page, lld')
}, 60_000)

it('says what is wrong, and ends with 1', async () => {
  const text = await readFile(config, 'utf8')
  await writeFile(config, text.replace(/^ {2}email: .*\n/m, '').replace(/^cns:\n/m, 'cns:\n  level: 2\n'))
  const { code, out } = await test('ala')
  expect([code, out.match(/✗.*/g)]).toEqual([
    1,
    [
      expect.stringContaining('✗ SPID metadata: aggregator.email is missing: '),
      expect.stringContaining('✗ CIE metadata'),
    ],
  ])
  expect(out).toMatch(/ 2 failed in /)
}, 60_000)
