import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/tenant/tenant.ts'
import { configOf, edited, load, problemsOf, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]
const withTenant = (...edits: readonly Edit[]): Record<string, string> => ({
  ...validFiles(),
  [FILE]: edited(tenantYaml, ...edits),
})
const lines = (...keys: readonly string[]): Edit => ['    secrets:', `    ${keys.join('\n    ')}\n    secrets:`]
const NO_SECRET: Edit = ['    secrets: [env:SITE_SECRET]\n', '']
const clientOf = async (...edits: readonly Edit[]): Promise<Client | undefined> =>
  configOf(await load(withTenant(...edits), { ...validEnv, OTHER_SECRET: 'another-secret-of-the-tests' })).tenants[0]
    ?.clients[0]

/** As a webmaster sends it: JSON is YAML. */
const jwk = (kind: 'rsa' | 'ec', options: object = {}, half: 'publicKey' | 'privateKey' = 'publicKey') => {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options })
      : generateKeyPairSync('ec', { namedCurve: 'P-256', ...options })
  return pair[half].export({ format: 'jwk' })
}
const jwks = (...keys: readonly object[]) => `jwks: ${JSON.stringify({ keys })}`

type Refusal = readonly [what: string, edits: readonly Edit[], path: string, reason: string, fix: string]
const isRefused = async (...[, edits, path, reason, fix]: Refusal) => {
  const problems = problemsOf(await load(withTenant(...edits)))
  expect(problems).toMatchObject([
    { file: FILE, path, reason: expect.stringContaining(reason), fix: expect.stringContaining(fix) },
  ])
}

describe('the secrets of a client', () => {
  const secrets = (text: string): Edit => ['[env:SITE_SECRET]', text]
  const hash = 'ab'.repeat(32)

  it('are two while one of them is rotated', async () => {
    const client = await clientOf(
      secrets(`[{ sha256: ${hash}, not_after: 2027-01-31T12:00:00+01:00 }, { sha256: ${'CD'.repeat(32)} }]`),
    )
    expect(client?.secrets).toEqual([
      { sha256: hash, notAfter: Date.parse('2027-01-31T11:00:00Z') },
      { sha256: 'cd'.repeat(32) },
    ])
  })

  it('are two also where they stand elsewhere', async () =>
    expect((await clientOf(secrets('[env:SITE_SECRET, env:OTHER_SECRET]')))?.secrets).toHaveLength(2))

  it.each<Refusal>([
    [
      'a third one',
      [secrets(`[{ sha256: ${hash} }, { sha256: ${hash} }, { sha256: ${hash} }]`)],
      'clients[0].secrets',
      'names more than two',
      'remove the others',
    ],
    [
      'an end without a time',
      [secrets(`[{ sha256: ${hash}, not_after: 2027-01-31 }]`)],
      'clients[0].secrets[0].not_after',
      'is not an instant',
      '2027-01-31T12:00:00Z',
    ],
    [
      'an end without a zone',
      [secrets(`[{ sha256: ${hash}, not_after: 2027-01-31T12:00:00 }]`)],
      'clients[0].secrets[0].not_after',
      'is not an instant',
      'zone',
    ],
    [
      'a hash that is none',
      [secrets('[{ sha256: secret }]')],
      'clients[0].secrets[0].sha256',
      'is not a SHA-256',
      '64 hex digits',
    ],
  ])('are refused with %s', isRefused)
})

describe('a client that signs', () => {
  const signs = (...keys: readonly string[]): readonly Edit[] => [lines('auth: private_key_jwt', ...keys), NO_SECRET]

  it.each([
    ['RSA', jwk('rsa')],
    ['P-256', { ...jwk('ec'), kid: 'one', use: 'sig', alg: 'ES256' }],
  ])('has a public key in the file: %s', async (_, key) => {
    expect(await clientOf(...signs(jwks(key)))).toMatchObject({
      auth: 'private_key_jwt',
      secrets: [],
      jwks: { keys: [key] },
      pkce: 'required',
    })
  })

  it('has its public keys where it publishes them', async () =>
    expect(await clientOf(...signs('jwks_uri: https://www.comune.esempio.example/jwks.json'))).toMatchObject({
      jwksUri: 'https://www.comune.esempio.example/jwks.json',
    }))

  it.each<Refusal>([
    ['no keys', signs(), 'clients[0].jwks', 'are missing', 'jwks_uri'],
    [
      'keys in two places',
      signs(jwks(jwk('ec')), 'jwks_uri: https://www.comune.esempio.example/jwks.json'),
      'clients[0].jwks',
      'stand beside jwks_uri',
      'either',
    ],
    ['an empty set', signs('jwks: { keys: [] }'), 'clients[0].jwks.keys', 'is empty', 'P-256'],
    [
      'a private key',
      signs(jwks(jwk('ec', {}, 'privateKey'))),
      'clients[0].jwks.keys[0]',
      'is a private key',
      'make a new one',
    ],
    [
      'a shared key',
      signs(jwks({ kty: 'oct', k: 'c2VjcmV0' })),
      'clients[0].jwks.keys[0]',
      'is a private key',
      'make a new one',
    ],
    [
      'a key of 1024 bits',
      signs(jwks(jwk('rsa', { modulusLength: 1024 }))),
      'clients[0].jwks.keys[0]',
      'is not a public key that Varco can use',
      '2048',
    ],
    [
      'a curve that nothing here signs with',
      signs(jwks(jwk('ec', { namedCurve: 'P-384' }))),
      'clients[0].jwks.keys[0]',
      'is not a public key that Varco can use',
      'P-256',
    ],
    ['half a key', signs(jwks({ kty: 'RSA', n: 'AQAB' })), 'clients[0].jwks.keys[0]', 'is not a public key', '2048'],
    [
      'a key for encryption',
      signs(jwks({ ...jwk('rsa'), use: 'enc' })),
      'clients[0].jwks.keys[0]',
      'is not a key for signatures',
      'use: sig',
    ],
    [
      'a key for an algorithm that is not taken',
      signs(jwks({ ...jwk('rsa'), alg: 'RS512' })),
      'clients[0].jwks.keys[0]',
      'is a key for another algorithm',
      'RS256, PS256, ES256',
    ],
    [
      'a secret beside them',
      [lines('auth: private_key_jwt', jwks(jwk('ec')))],
      'clients[0].secrets',
      'stands beside auth: private_key_jwt',
      'remove the secrets',
    ],
    [
      'keys that nobody would use',
      [lines('jwks_uri: https://www.comune.esempio.example/jwks.json')],
      'clients[0].jwks_uri',
      'is only for auth: private_key_jwt',
      'remove it',
    ],
  ])('is refused with %s', isRefused)
})

describe('the preset of a client', () => {
  it.each([
    ['generic', 'client_secret_basic', 'required'],
    ['wordpress', 'client_secret_post', 'optional'],
    ['drupal', 'client_secret_post', 'optional'],
    ['plone', 'client_secret_basic', 'optional'],
    ['opencity', 'client_secret_basic', 'required'],
    ['liferay', 'client_secret_basic', 'required'],
    ['keycloak', 'client_secret_post', 'required'],
  ])('%s: %s, PKCE %s', async (preset, auth, pkce) =>
    expect(await clientOf(lines(`preset: ${preset}`))).toMatchObject({ preset, auth, pkce }),
  )

  it('is generic where none is named', async () =>
    expect(await clientOf()).toMatchObject({ preset: 'generic', auth: 'client_secret_basic', pkce: 'required' }))

  it('says only what the entry does not', async () => {
    const entry = ['preset: wordpress', 'auth: client_secret_basic', 'pkce: required']
    expect(await clientOf(lines(...entry))).toMatchObject({ auth: 'client_secret_basic', pkce: 'required' })
  })

  it('waives PKCE for any software only where the entry itself says so', async () =>
    expect(await clientOf(lines('pkce: optional'))).toMatchObject({ preset: 'generic', pkce: 'optional' }))

  it('never waives PKCE for a client without a secret', async () =>
    expect(await clientOf(lines('preset: plone', 'auth: none'), NO_SECRET)).toMatchObject({ pkce: 'required' }))

  it.each<Refusal>([
    ['nobody knows', [lines('preset: joomla')], 'clients[0].preset', 'must be one of wordpress, drupal', 'write'],
    [
      'knows PKCE, and the entry waives it',
      [lines('preset: keycloak', 'pkce: optional')],
      'clients[0].pkce',
      'software that can do PKCE',
      'S256',
    ],
    [
      'knows none, for a client without a secret',
      [lines('preset: plone', 'auth: none', 'pkce: optional'), NO_SECRET],
      'clients[0].pkce',
      'without a secret',
      'remove it',
    ],
  ])('is refused where it %s', isRefused)
})
