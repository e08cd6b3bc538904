import { describe, expect, it } from 'vitest'
import { claimsAsked, claimsGrantable, scopesGranted } from '../../../src/claims/request.ts'
import { scopePresets } from '../../../src/tenant/scope-presets.ts'

const client = (changes: object = {}) => ({
  claims: ['given_name', 'fiscal_number', 'email', 'preferred_username'],
  idTokenClaims: [],
  scopeClaims: {},
  emailFallback: 'none' as const,
  ...changes,
})

describe('the scopes that are granted', () => {
  it('are the standard ones of the request, in its order', () =>
    expect(scopesGranted(client(), { scope: 'email openid profile' })).toEqual(['email', 'openid', 'profile']))

  it('leave out what is not known, and what was not declared', () =>
    expect(
      scopesGranted(client(), { scope: 'openid groups spid_code company authn_evidence profile.aac.spid.me' }),
    ).toEqual(['openid']))

  it('have that of the evidence for who declares it', () =>
    expect(scopesGranted(client({ claims: ['authn_evidence'] }), { scope: 'openid authn_evidence' })).toEqual([
      'openid',
      'authn_evidence',
    ]))

  it('have those of AAC for who comes from there', () =>
    expect(
      scopesGranted(client({ scopeClaims: scopePresets['aac-migration'] }), { scope: 'openid profile.aac.spid.me' }),
    ).toEqual(['openid', 'profile.aac.spid.me']))

  it('are none of no scope', () => expect(scopesGranted(client(), {})).toEqual([]))
})

describe('the claims that a request asks for', () => {
  it('are those of its scopes that the client declared, without the name that is made up', () => {
    expect(claimsAsked(client(), { scope: 'openid profile' })).toEqual(['given_name', 'fiscal_number'])
    expect(claimsAsked(client(), { scope: 'openid fiscal_number' })).toEqual(['fiscal_number'])
    expect(claimsAsked(client(), { scope: 'openid' })).toEqual([])
  })

  it('are those that it names for userinfo', () =>
    expect(claimsAsked(client(), { scope: 'openid', claims: '{"userinfo":{"email":null,"gender":null}}' })).toEqual([
      'email',
    ]))

  it('are those that it names for the ID token only where the file lets them in', () => {
    const request = { scope: 'openid', claims: '{"id_token":{"email":null,"given_name":{"essential":true}}}' }
    expect(claimsAsked(client(), request)).toEqual([])
    expect(claimsAsked(client({ idTokenClaims: ['given_name'] }), request)).toEqual(['given_name'])
  })

  it('are those behind the names of AAC', () => {
    const own = client({ scopeClaims: scopePresets['aac-migration'] })
    expect(claimsAsked(own, { scope: 'openid profile.codicefiscale.me' })).toEqual(['fiscal_number'])
    expect(claimsAsked(own, { scope: 'openid profile.basicprofile.me' })).toEqual(['given_name', 'email'])
  })
})

describe('the claims that a grant allows', () => {
  it('are of the login and of what was declared', () => {
    expect(claimsGrantable(client())).toEqual(expect.arrayContaining(['sub', 'acr', 'given_name', 'email_verified']))
    expect(claimsGrantable(client({ claims: ['given_name'] }))).not.toContain('email')
  })
  it('have the address that is made up', () =>
    expect(claimsGrantable(client({ claims: [], emailFallback: 'synthetic' }))).toContain('email'))
})
