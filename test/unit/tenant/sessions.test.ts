/** What a tenant file says of sessions: docs/sessions.md. */
import { describe, expect, it } from 'vitest'
import { configOf, edited, load, problemsOf, tenantYaml, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const withTenant = (line: string) => ({
  ...validFiles(),
  [FILE]: edited(tenantYaml, ['clients:', `${line}\nclients:`]),
})
const withClient = (lines: string) => ({
  ...validFiles(),
  [FILE]: edited(tenantYaml, ['    redirect_uris:', `${lines}\n    redirect_uris:`]),
})
const tenantOf = async (files: Record<string, string>) => configOf(await load(files)).tenants[0]

describe('single sign-on', () => {
  it('is off where the file is silent', async () => {
    expect(await tenantOf(validFiles())).not.toHaveProperty('singleSignOn')
  })

  it.each([
    ['0.25', 900],
    ['2', 7200],
    ['12', 43_200],
  ])('of %s hours lasts %i seconds after a login', async (hours, seconds) => {
    expect((await tenantOf(withTenant(`single_sign_on: { hours: ${hours} }`)))?.singleSignOn).toEqual({ seconds })
  })

  it.each([
    ['{ hours: 0 }', 'single_sign_on.hours', 'is too short to serve anybody'],
    ['{ hours: 0.2 }', 'single_sign_on.hours', 'is too short to serve anybody'],
    ['{ hours: 12.5 }', 'single_sign_on.hours', 'is longer than a day at the office'],
    ['{ hours: 2h }', 'single_sign_on.hours', 'is not a number of hours'],
    ['{}', 'single_sign_on.hours', 'is missing'],
    ['{ hours: 1, minutes: 30 }', 'single_sign_on.minutes', 'is not a key that is known here'],
    ['true', 'single_sign_on', 'must be a block of keys'],
  ])('of %s is refused', async (value, path, reason) => {
    const problems = problemsOf(await load(withTenant(`single_sign_on: ${value}`)))
    expect(problems).toMatchObject([
      { file: FILE, path, reason: expect.stringContaining(reason), fix: expect.any(String) },
    ])
  })
})

describe('a back channel', () => {
  it('is absent where the entry is silent, and complete where it names an address', async () => {
    expect((await tenantOf(validFiles()))?.clients[0]).not.toHaveProperty('backchannelLogout')
    const uri = 'https://www.comune.esempio.example/oidc/backchannel?site=1'
    const tenant = await tenantOf(withClient(`    backchannel_logout_uri: ${uri}`))
    expect(tenant?.clients[0]?.backchannelLogout).toEqual({ uri, sessionRequired: false })
  })

  it.each([
    'ftp://www.comune.esempio.example/oidc',
    'https://www.comune.esempio.example/oidc#fragment',
    'https://user:secret@www.comune.esempio.example/oidc',
    '/oidc/backchannel',
  ])('is refused at %s', async (uri) => {
    const problems = problemsOf(await load(withClient(`    backchannel_logout_uri: "${uri}"`)))
    expect(problems.map(({ path }) => path)).toEqual(['clients[0].backchannel_logout_uri'])
  })

  it('of a live tenant is where it can be told by https', async () => {
    const files = withClient('    backchannel_logout_uri: http://10.0.0.7/oidc')
    const live = { ...files, [FILE]: (files[FILE] ?? '').replace('state: test', 'state: live') }
    const paths = problemsOf(await load(live)).map(({ path }) => path)
    expect(paths).toContain('clients[0].backchannel_logout_uri')
    expect(problemsOf(await load(files))).toEqual([])
  })
})
