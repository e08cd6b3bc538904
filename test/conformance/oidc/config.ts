/** What the module of the Config OP plan asserts: OpenID Connect Discovery 3 and 4, RFC 8414, RFC 7517. */
import { expect } from 'vitest'
import { endpointsAreHttps } from './logout.ts'
import type { configModules } from './modules.ts'
import type { RelyingParty } from './relying-party.ts'

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Unpadded (RFC 7515 2). */
const base64url = /^[\w-]+$/
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

export const config: Readonly<Record<keyof typeof configModules, (rp: RelyingParty) => Promise<void>>> = {
  'oidcc-discovery-endpoint-verification': async (rp) => {
    const server = rp.server as Readonly<Record<string, unknown>>
    expect(server.issuer).toBe(rp.issuer)
    expect(new URL(rp.issuer)).toMatchObject({ protocol: 'https:', search: '', hash: '' })
    endpointsAreHttps(rp)
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
      expect(server).toHaveProperty(name)
    expect(server).not.toHaveProperty('registration_endpoint')
    expect(server.response_types_supported).toEqual(['code'])
    expect(server.grant_types_supported).toEqual(expect.arrayContaining(['authorization_code']))
    expect(server.subject_types_supported).toEqual(['public'])
    for (const name of ['id_token_signing_alg_values_supported', 'userinfo_signing_alg_values_supported'])
      expect(server[name]).toEqual(expect.arrayContaining(['RS256']))
    expect(server.scopes_supported).toEqual(expect.arrayContaining(['openid']))
    for (const scope of server.scopes_supported as string[]) expect(scope).toMatch(scopeToken)
    expect(server.claims_supported).toEqual(expect.arrayContaining(['sub', 'name', 'fiscal_number']))
    expect([server.claims_parameter_supported, server.request_parameter_supported]).toEqual([true, false])
    expect(server.request_uri_parameter_supported).toBe(false)
    expect(server.code_challenge_methods_supported).toEqual(['S256'])
    for (const locale of server.ui_locales_supported as string[])
      expect([locale]).toEqual(Intl.getCanonicalLocales(locale))

    const { keys } = await rp.jwks()
    expect(keys.length).toBeGreaterThan(0)
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
    for (const key of keys) {
      expect(Object.keys(key).filter((name) => PRIVATE.includes(name))).toEqual([])
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) })
      const parts = key.kty === 'RSA' ? [key.n, key.e] : [key.x, key.y]
      for (const part of parts) expect(part).toMatch(base64url)
    }
  },
}
