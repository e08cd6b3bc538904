import { createPublicKey, verify } from 'node:crypto'
import type { ExternalSigningKey, KoaContextWithOIDC } from 'oidc-provider'
import { beforeAll, describe, expect, it } from 'vitest'
import { DAY, newSigningKeys, type SigningKey, standingsOf, tidied } from '../../../src/keyring/signing-key.ts'
import { JWKS_MAX_AGE, jwksOf, publishJwks } from '../../../src/oidc/keys.ts'

const T = Date.parse('2026-01-15T10:00:00Z')
const ROTATION = T + 180 * DAY
let keys: readonly SigningKey[]
beforeAll(async () => {
  keys = [...(await newSigningKeys(T)), ...(await newSigningKeys(ROTATION))]
})

const inProvider = (now: number) => jwksOf(standingsOf(tidied(keys, now), now)).keys as ExternalSigningKey[]

/** What a site reads. */
const published = async (built: number, now = built) => {
  const headers: Record<string, string> = {}
  const ctx = {
    oidc: { route: 'jwks' },
    set: (name: string, value: string) => {
      headers[name] = value
    },
  } as unknown as KoaContextWithOIDC
  await publishJwks({ keys: standingsOf(tidied(keys, built), built), now: () => now })(ctx, async () => undefined)
  return { keys: (ctx.body as { keys: { kid: string }[] }).keys, headers }
}

describe('the keys of the provider', () => {
  it('sign when they are active, in the form that JWS wants, and not otherwise', async () => {
    const data = Buffer.from('header.payload')
    for (const now of [T, ROTATION]) {
      const all = inProvider(now)
      expect(all).toHaveLength(4)
      for (const [place, key] of all.entries()) {
        if (place > 1) {
          await expect(key.sign(data)).rejects.toThrow(/does not sign/)
          continue
        }
        const signature = await key.sign(data)
        const dsaEncoding = 'ieee-p1363' as const
        expect(verify('sha256', data, { key: await key.keyObject(), dsaEncoding }, signature)).toBe(true)
        expect(signature).toHaveLength(key.alg === 'ES256' ? 64 : 256)
      }
    }
  })

  it('verify old ID tokens for 90 days, also when sites no longer see them', async () => {
    const old = keys[0]?.kid
    const at = (days: number) => inProvider(ROTATION + days * DAY).map(({ kid }) => kid)
    expect(at(89)).toContain(old)
    expect(at(90)).not.toContain(old)
    const seen = async (days: number) => (await published(ROTATION + days * DAY)).keys.map(({ kid }) => kid)
    expect(await seen(0.99)).toContain(old)
    expect(await seen(1)).not.toContain(old)
    // an instance that was built before looks at the clock, too
    expect((await published(ROTATION, ROTATION + DAY)).keys).toHaveLength(2)
  })

  it('are published without anything private, those in use first', async () => {
    for (const now of [T, ROTATION]) {
      const { keys: jwks, headers } = await published(now)
      expect(jwks.map(({ kid }) => kid)).toEqual(inProvider(now).map(({ kid }) => kid))
      for (const jwk of jwks) {
        expect(Object.keys(jwk).filter((member) => !'kty crv e n x y kid alg use'.split(' ').includes(member))).toEqual(
          [],
        )
        expect(createPublicKey({ key: jwk as never, format: 'jwk' }).type).toBe('public')
      }
      expect(headers).toEqual({ 'Cache-Control': `public, max-age=${JWKS_MAX_AGE}` })
    }
  })
})
