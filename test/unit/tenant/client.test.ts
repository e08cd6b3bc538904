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

  it('may say more of its key than anybody needs', async () => {
    const key = jwk('ec')
    const client = await clientOf(...signs(jwks({ ...key, key_ops: ['sign'], x5c: [7], 'x5t#S256': 'x' })))
    expect(client?.jwks).toEqual({ keys: [key] })
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
      'a key with a number for its id',
      signs(jwks({ ...jwk('ec'), kid: 7 })),
      'clients[0].jwks.keys[0].kid',
      'must be',
      'a text',
    ],
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
    expect(await clientOf(lines(`preset: ${preset}`, 'email_fallback: none'))).toMatchObject({ preset, auth, pkce }),
  )

  it('is generic where none is named', async () =>
    expect(await clientOf()).toMatchObject({ preset: 'generic', auth: 'client_secret_basic', pkce: 'required' }))

  it('says only what the entry does not', async () => {
    const entry = ['preset: wordpress', 'email_fallback: none', 'auth: client_secret_basic', 'pkce: required']
    expect(await clientOf(lines(...entry))).toMatchObject({ auth: 'client_secret_basic', pkce: 'required' })
  })

  it('waives PKCE for any software only where the entry itself says so', async () =>
    expect(await clientOf(lines('pkce: optional'))).toMatchObject({ preset: 'generic', pkce: 'optional' }))

  it('never waives PKCE for a client without a secret', async () =>
    expect(await clientOf(lines('preset: plone', 'auth: none'), NO_SECRET)).toMatchObject({ pkce: 'required' }))

  it('knows what the software does with what it is given', async () => {
    const wordpress = await clientOf(lines('preset: wordpress', 'email_fallback: synthetic'))
    expect(wordpress).toMatchObject({
      acrResponse: 'requested',
      emailFallback: 'synthetic',
      nameFallback: 'opaque',
      stateLifetime: 180,
      claims: ['given_name', 'fiscal_number', 'preferred_username'],
    })
    const generic = await clientOf()
    expect(generic).toMatchObject({
      acrResponse: 'actual',
      emailFallback: 'none',
      nameFallback: 'none',
      idTokenClaims: [],
    })
    expect(generic?.claims).not.toContain('preferred_username')
    expect(generic).not.toHaveProperty('stateLifetime')
  })

  it('can be told otherwise in every one of them', async () => {
    const entry = ['acr_response: actual', 'name_fallback: none', 'state_lifetime: 1800', 'email_fallback: none']
    expect(await clientOf(lines('preset: wordpress', ...entry))).toMatchObject({
      acrResponse: 'actual',
      nameFallback: 'none',
      stateLifetime: 1800,
    })
  })

  it.each<Refusal>(
    ['wordpress', 'drupal', 'liferay'].map((preset) => [
      `is ${preset}, which needs an address, and nobody said what those without one get`,
      [lines(`preset: ${preset}`)],
      'clients[0].email_fallback',
      `is missing, and ${preset} refuses who has no mail address`,
      'synthetic',
    ]),
  )('is refused where it %s', isRefused)

  it.each<Refusal>([
    ['nobody knows', [lines('preset: joomla')], 'clients[0].preset', 'is not known here', 'write'],
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

describe('the claims of a client', () => {
  it('are given in the ID token only where its entry names them', async () =>
    expect(await clientOf(lines('id_token_claims: [given_name]'))).toMatchObject({ idTokenClaims: ['given_name'] }))

  it('come under the names of AAC where it comes from there', async () => {
    const client = await clientOf(lines('scopes_preset: aac-migration'))
    expect(Object.keys(client?.scopeClaims ?? {})).toEqual([
      'profile.basicprofile.me',
      'profile.accountprofile.me',
      'profile.aac.openid.me',
      'profile.aac.spid.me',
      'profile.codicefiscale.me',
    ])
    expect((await clientOf())?.scopeClaims).toEqual({})
  })

  it('can have the names there corrected, scope by scope', async () => {
    const names = 'scope_claims: { profile.codicefiscale.me: { cf: fiscal_number, a: { b: given_name } } }'
    const { scopeClaims } = (await clientOf(lines('preset: plone', 'scopes_preset: aac-migration', names))) ?? {}
    expect(scopeClaims?.['profile.codicefiscale.me']).toEqual({ cf: 'fiscal_number', a: { b: 'given_name' } })
    expect(scopeClaims).toHaveProperty(['profile.aac.spid.me', 'aac.spid'])
  })

  it.each<Refusal>([
    [
      'one in the ID token that is not declared',
      [lines('id_token_claims: [birthdate]')],
      'clients[0].id_token_claims[0]',
      'is not declared',
      'add it there',
    ],
    [
      'names of no preset',
      [lines('scope_claims: { a: { b: given_name } }')],
      'clients[0].scope_claims',
      'changes the names of no preset',
      'aac-migration',
    ],
    [
      'a name that stands for something else in every token',
      [lines('scopes_preset: aac-migration', 'scope_claims: { a: { sub: fiscal_number } }')],
      'clients[0].scope_claims.a.sub',
      'has a meaning of its own',
      'another name',
    ],
    [
      'a state that is over at once',
      [lines('state_lifetime: 5')],
      'clients[0].state_lifetime',
      'is shorter than any login',
      '1800',
    ],
  ])('are refused with %s', isRefused)

  it('are refused with a source that is no claim', async () => {
    const files = withTenant(lines('scopes_preset: aac-migration', 'scope_claims: { a: { b: shoe_size } }'))
    expect(problemsOf(await load(files)).map(({ path }) => path)).toEqual(['clients[0].scope_claims.a.b'])
  })
})
