import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { borrowTenants } from '../../../sandbox/borrowed-tenants.ts'
import { tenantSchema } from '../../../src/tenant/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'varco-borrowed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (id: string, state: string, more = '') => `schema: 1
id: ${id}
state: ${state}
host: accesso.${id}.example
organisation: { ipa_code: c_x999, names: { it: Comune di ${id} } }
site_url: https://www.${id}.example
federation:
  spid: { entity_id: https://login.regione.example/pub-ag-full/c_x999, key: env:KEY, certificate: x.pem }
${more}clients:
  - id: sito
    preset: wordpress
    names: { it: Sito }
    url: https://www.${id}.example/
    redirect_uris: [https://www.${id}.example/openid-connect-authorize]
    backchannel_logout_uri: https://www.${id}.example/out
    claims: [fiscal_number]
    email_fallback: synthetic
    secrets: [{ sha256: "${'a'.repeat(64)}" }]
  - id: app
    names: { it: App }
    url: https://app.${id}.example/
    redirect_uris: [https://app.${id}.example/cb]
    auth: none
`
const write = (name: string, text: string) => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}
write('tenants/ala.yaml', file('ala', 'draft', 'branding: { logo: ala.svg }\n'))
write('tenants/ala.svg', '<svg/>')
write('tenants/moena.yaml', file('moena', 'live'))
write('region.yaml', 'name: { it: Regione }\nmarks: marks/marks.yaml\n')

describe('tenants of a region in the demo', () => {
  const site = 'http://comune.localhost:7006'
  const borrowed = borrowTenants(join(folder, 'tenants'), site)
  const textOf = (name: string) => String(borrowed.find((one) => one.name === name)?.content)

  it('are those in draft or test, with their coat of arms and their region', () => {
    expect(borrowed.map(({ name }) => name)).toEqual(['ala.yaml', 'ala.svg', '../region.yaml'])
    expect(parse(textOf('../region.yaml'))).toEqual({ name: { it: 'Regione' } })
  })

  it('have the sample site for every service, no secret and no address of their own', () => {
    const ala = parse(textOf('ala.yaml'))
    expect(tenantSchema.safeParse(ala).success).toBe(true)
    expect(ala).not.toHaveProperty('host')
    expect(ala.federation).toEqual({ spid: {} })
    expect(ala.clients).toMatchObject([
      { id: 'sito', auth: 'client_secret_basic', redirect_uris: [`${site}/ala/callback`], claims: ['fiscal_number'] },
      { id: 'app', auth: 'none', redirect_uris: [`${site}/ala/callback`] },
    ])
    expect(textOf('ala.yaml')).not.toMatch(/aaaa|www\.ala\.example\/(openid|out)|KEY/)
  })

  it('may be a single one', () => {
    expect(borrowTenants(join(folder, 'tenants/ala.yaml'), site).map(({ name }) => name)).toContain('ala.yaml')
  })

  it.each([
    ['tenants/moena.yaml', 'no tenant there is in state draft or test'],
    ['nowhere', 'there is no such file or folder'],
  ])('%s ends with a sentence', (path, sentence) => {
    expect(() => borrowTenants(join(folder, path), site)).toThrow(sentence)
  })

  it('without a service have nothing to play', () => {
    const path = write('empty/volano.yaml', 'id: volano\nstate: draft\nclients: []\n')
    expect(() => borrowTenants(path, site)).toThrow(
      'volano.yaml has no service to play: add one with varco client add.',
    )
  })
})
