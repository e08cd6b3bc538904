import { describe, expect, it } from 'vitest'
import { isPrivateHost } from '../../../src/tenant/private-host.ts'
import { edited, load, problemsOf, tenantYaml, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'

/** Problems with addresses only: a tenant that is live needs more than the example has. */
const aboutAddresses = async (state: string, key: string, value: string) => {
  const keys: Record<string, readonly [string, string]> = {
    url: ['url: https://www.comune.esempio.example/', `url: ${value}`],
    redirect_uris: ['[https://www.comune.esempio.example/callback]', `["${value}"]`],
    jwks_uri: ['secrets: [env:SITE_SECRET]', `auth: private_key_jwt\n    jwks_uri: ${value}`],
    other_access: ['    claims:', `    other_access: { label: { it: Altro }, url: "${value}" }\n    claims:`],
  }
  const edit = keys[key] ?? ['    claims:', `    ${key}: ${key.endsWith('s') ? `["${value}"]` : value}\n    claims:`]
  const files = { ...validFiles(), [FILE]: edited(tenantYaml, ['state: test', `state: ${state}`], edit) }
  return problemsOf(await load(files)).filter(({ path }) => path.startsWith('clients'))
}

const browserKeys = [
  ['url', 'url'],
  ['initiate_login_uri', 'initiate_login_uri'],
  ['redirect_uris', 'redirect_uris[0]'],
  ['post_logout_redirect_uris', 'post_logout_redirect_uris[0]'],
  ['other_access', 'other_access.url'],
] as const

describe.each(['test', 'draft'])('a service of a tenant in state %s', (state) => {
  it.each([...browserKeys.map(([key]) => key), 'jwks_uri'])(
    'may be inside the house and without TLS: %s',
    async (key) => {
      for (const url of [
        'http://staging.comune.esempio.example/x',
        'http://10.1.2.3:8080/x',
        'https://portale.local/x',
      ])
        expect(await aboutAddresses(state, key, url)).toEqual([])
    },
  )

  it('has whole web addresses all the same', async () => {
    for (const url of ['/x', 'ftp://a.example/', 'http://u:p@a.example/', 'http://a.example/#x'])
      expect(await aboutAddresses(state, 'redirect_uris', url)).toHaveLength(1)
  })
})

describe('a service of a live tenant', () => {
  it.each(browserKeys)('is where citizens can reach it, by https: %s', async (key, path) => {
    expect(await aboutAddresses('live', key, 'http://a.example/x')).toMatchObject([
      {
        path: `clients[0].${path}`,
        reason: 'is http, and the tenant is live',
        fix: expect.stringContaining('https://a.example/x'),
      },
    ])
    expect(await aboutAddresses('live', key, 'https://10.1.2.3/x')).toMatchObject([
      { path: `clients[0].${path}`, reason: 'is inside a network, and the tenant is live' },
    ])
    expect(await aboutAddresses('live', key, 'https://www.comune.esempio.example/x?y=z')).toEqual([])
  })

  it('may publish its keys inside the house, by https: the gateway’s file names the networks that it may ask', async () => {
    expect(await aboutAddresses('live', 'jwks_uri', 'https://10.1.2.3/jwks')).toEqual([])
    expect(await aboutAddresses('live', 'jwks_uri', 'http://a.example/jwks')).toHaveLength(1)
  })
})

describe('a host', () => {
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.9.9',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
    'comune.localhost',
    'sito.local',
    'sito.local.',
    'intranet',
    'sito.lan',
    'x.home.arpa',
    new URL('http://0x7f.1/').hostname,
    new URL('http://2130706433/').hostname,
  ])('that only some machines can reach: %s', (host) => expect(isPrivateHost(host)).toBe(true))
  it.each([
    'www.comune.example',
    '193.205.1.1',
    '[2001:67c::1]',
    'local.example',
    '11.0.0.1',
    '172.32.0.1',
    'notlocal.it',
  ])('that anybody can reach: %s', (host) => expect(isPrivateHost(host)).toBe(false))
})
