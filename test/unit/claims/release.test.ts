import { describe, expect, it } from 'vitest'
import type { Citizen } from '../../../src/citizen/citizen.ts'
import { forIdToken, forUserinfo } from '../../../src/claims/release.ts'
import { scopePresets } from '../../../src/tenant/scope-presets.ts'
import type { Client } from '../../../src/tenant/tenant.ts'

const ada: Citizen = {
  upstream: 'spid',
  idp: 'https://idp.example',
  level: 3,
  authTime: 1_760_000_000,
  fiscalNumber: 'TINIT-RSSMRA80A01H501U',
  givenName: 'Ada',
  familyName: 'Rossi',
  birthdate: '1980-01-01',
  email: 'ada@posta.example',
  spidCode: 'ABCD1234567890',
  proof: { assertionId: '_1' },
}
const nameless: Citizen = {
  upstream: 'cns',
  idp: 'CN=CA',
  level: 3,
  authTime: 1,
  fiscalNumber: 'TINIT-RSSMRA80A01H501U',
}

const all = ['given_name', 'family_name', 'name', 'birthdate', 'fiscal_number', 'email', 'preferred_username']
const client = (changes: Partial<Client> = {}): Client => ({
  id: 'sito',
  names: { it: 'Sito' },
  url: 'https://a.example/',
  initiateLoginUri: 'https://a.example/',
  redirectUris: ['https://a.example/cb'],
  postLogoutRedirectUris: [],
  minLevel: 1,
  claims: all,
  idTokenClaims: [],
  scopeClaims: {},
  emailFallback: 'none',
  nameFallback: 'none',
  acrResponse: 'actual',
  attributeSet: 0,
  preset: 'generic',
  auth: 'none',
  secrets: [],
  pkce: 'required',
  idTokenSignedResponseAlg: 'RS256',
  refreshTokens: false,
  ...changes,
})
const release = (changes: Partial<Parameters<typeof forUserinfo>[0]> = {}) => ({
  sub: 'S',
  citizen: ada,
  declared: all,
  client: client(),
  tenant: { id: 'ala', ipaCode: 'c_a116' },
  acr: undefined,
  scopes: new Set(['openid', 'profile']),
  ...changes,
})

describe('the ID token', () => {
  it('has nothing of the person in it', () => {
    const claims = forIdToken(release({ client: client({ emailFallback: 'synthetic', nameFallback: 'opaque' }) }))
    expect(Object.keys(claims).sort()).toEqual(['acr', 'amr', 'auth_time', 'idp', 'idp_type', 'sub', 'tenant'])
  })

  it('has what the file of the client names, and declared, and nothing else', () => {
    const claims = forIdToken(
      release({
        declared: ['given_name', 'birthdate'],
        client: client({ idTokenClaims: ['given_name', 'family_name'] }),
      }),
    )
    expect(claims).toMatchObject({ given_name: 'Ada' })
    expect(claims).not.toHaveProperty('family_name')
    expect(claims).not.toHaveProperty('birthdate')
  })

  it('has the same substitutes as userinfo where they are allowed in it', () => {
    const own = client({ emailFallback: 'synthetic', idTokenClaims: ['email', 'preferred_username'] })
    const [idToken, userinfo] = [forIdToken, forUserinfo].map((of) => of(release({ client: own, citizen: nameless })))
    expect(idToken?.email).toBe(userinfo?.email)
    expect(idToken?.preferred_username).toBe(userinfo?.preferred_username)
  })
})

describe('a mail address', () => {
  const synthetic = client({ emailFallback: 'synthetic' })

  it('is the person’s where they have one', () =>
    expect(forUserinfo(release({ client: synthetic }))).toMatchObject({
      email: 'ada@posta.example',
      email_verified: false,
    }))

  it('is absent where they have none', () =>
    expect(forUserinfo(release({ citizen: nameless }))).not.toHaveProperty('email'))

  it('is made for a client that cannot do without: it takes no mail and says nothing of the person', () => {
    const { email, email_verified } = forUserinfo(release({ client: synthetic, citizen: nameless }))
    expect(email).toMatch(/^[0-9a-f]{32}@noreply\.ala\.invalid$/)
    expect(email_verified).toBe(false)
  })

  it('is made also for a client that does not want the real one', () =>
    expect(forUserinfo(release({ client: synthetic, declared: ['given_name'] })).email).toMatch(/\.invalid$/))

  it('stays the same for one person at one client, and is another one everywhere else', () => {
    const of = (changes: Parameters<typeof release>[0]) =>
      forUserinfo(release({ client: synthetic, citizen: nameless, ...changes })).email
    expect(of({})).toBe(of({ citizen: { ...nameless, level: 2, authTime: 2 } }))
    const others = [of({}), of({ sub: 'T' }), of({ client: { ...synthetic, id: 'altro' } })]
    expect(new Set(others).size).toBe(3)
  })
})

describe('a user name', () => {
  it('is the same at each login, and nothing that anybody could read in it', () => {
    const names = [ada, nameless].map((citizen) => forUserinfo(release({ citizen })).preferred_username)
    expect(names[0]).toBe(names[1])
    expect(names[0]).toMatch(/^utente-[0-9a-f]{20}$/)
  })

  it('is given only to who declares it', () =>
    expect(forUserinfo(release({ declared: ['name'] }))).not.toHaveProperty('preferred_username'))

  it('stands for the name of who has none, where the client cannot do without', () => {
    const own = client({ nameFallback: 'opaque' })
    expect(forUserinfo(release({ client: own, citizen: nameless })).name).toMatch(/^utente-/)
    expect(forUserinfo(release({ client: own })).name).toBe('Ada Rossi')
    expect(forUserinfo(release({ citizen: nameless }))).not.toHaveProperty('name')
    expect(forUserinfo(release({ client: own, citizen: nameless, declared: ['email'] }))).not.toHaveProperty('name')
  })
})

describe('the acr', () => {
  const asked = { values: ['https://www.spid.gov.it/SpidL2'] }

  it('is what was reached', () => {
    const claims = forUserinfo(release({ acr: asked }))
    expect(claims.acr).toBe('https://www.spid.gov.it/SpidL3')
    expect(claims).not.toHaveProperty('acr_actual')
  })

  it.each([forUserinfo, forIdToken])('is what was asked for a client that compares, beside what was reached', (of) =>
    expect(of(release({ acr: asked, client: client({ acrResponse: 'requested' }) }))).toMatchObject({
      acr: 'https://www.spid.gov.it/SpidL2',
      acr_actual: 'https://www.spid.gov.it/SpidL3',
    }),
  )
})

describe('the scopes of AAC', () => {
  const own = client({ scopeClaims: scopePresets['aac-migration'] })
  const given = (scope: string, declared = [...all, 'spid_code']) =>
    forUserinfo(release({ client: own, declared, scopes: new Set(['openid', ...scope.split(' ')]) }))

  it('give the claims their names there', () => {
    expect(given('profile.codicefiscale.me')).toMatchObject({
      'enti-codicefiscale': { fiscalCode: 'TINIT-RSSMRA80A01H501U' },
      'enti-spid': { spidCode: 'ABCD1234567890' },
      'enti-acr': { acr: 'https://www.spid.gov.it/SpidL3' },
      'enti-issuersource': { issuerSource: 'https://idp.example' },
    })
    expect(given('profile.basicprofile.me')).toMatchObject({
      name: 'Ada',
      surname: 'Rossi',
      email: 'ada@posta.example',
    })
  })

  it('give nothing that the client did not declare', () => {
    const claims = given('profile.codicefiscale.me profile.aac.spid.me', ['given_name'])
    expect(claims).not.toHaveProperty('enti-codicefiscale')
    expect(claims).not.toHaveProperty('enti-spid')
    expect(claims['aac.spid']).toEqual({ name: 'Ada' })
    expect(JSON.stringify(claims)).not.toMatch(/RSSMRA|ABCD12|Rossi|1980/)
  })

  it('give nothing where they were not granted', () => {
    expect(given('profile')).not.toHaveProperty('aac.spid')
    expect(given('profile').name).toBe('Ada Rossi')
  })
})

describe('the evidence of a login', () => {
  const evidence = (citizen: Citizen) => forUserinfo(release({ citizen, declared: ['authn_evidence'] }))

  it('is the assertion, without the SPID code that was not declared', () => {
    expect(evidence(ada)).toMatchObject({ assertion_id: '_1' })
    expect(JSON.stringify(evidence(ada))).not.toContain('ABCD')
  })

  it('is the card', () => {
    const certificate = { issuer: 'CN=CA', serial: '1F', notBefore: 1, notAfter: 2, sha256: 'ab' }
    expect(evidence({ ...nameless, proof: { certificate } })).toMatchObject({
      cns_issuer: 'CN=CA',
      cns_serial: '1F',
      cns_not_before: 1,
      cns_not_after: 2,
      cns_sha256: 'ab',
    })
  })
})
