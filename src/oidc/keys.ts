/** The tenant's durable keys in the form that oidc-provider takes. They are fixed when an instance is built: rotation is a new instance. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { ExternalSigningKey, type JWKS, type KoaContextWithOIDC } from 'oidc-provider'
import { DAY, type KeyStanding, publicHalf, type SigningKey } from '../keyring/signing-key.ts'

/** Seconds that sites may keep the JWKS. New keys are published for longer than that before they sign. */
export const JWKS_MAX_AGE = 3600

/** So long a retired key still verifies tokens at the sites. Afterwards it only verifies hints, here. */
const PUBLISHED = DAY

const signAsync = promisify(sign)

/**
 * Parsed once, and signing beside the event loop; of those that are not in use there is nothing that could sign. What the
 * library wants to know of the public half stands in the JWK: by itself it would have a key made, and written out again.
 */
class TenantKey extends ExternalSigningKey {
  readonly #key: SigningKey
  readonly #private: KeyObject | undefined
  #public: KeyObject | undefined

  constructor({ state, ...key }: KeyStanding) {
    super()
    this.#key = key
    this.#private = state === 'active' ? createPrivateKey({ key: key.jwk, format: 'jwk' }) : undefined
  }

  override get kty() {
    return this.#key.jwk.kty ?? ''
  }

  override get crv() {
    return this.#key.jwk.crv
  }

  override get n() {
    return this.#key.jwk.n
  }

  override get e() {
    return this.#key.jwk.e
  }

  override get x() {
    return this.#key.jwk.x
  }

  override get y() {
    return this.#key.jwk.y
  }

  override get kid() {
    return this.#key.kid
  }

  override get alg() {
    return this.#key.alg
  }

  override keyObject() {
    this.#public ??= createPublicKey({ key: publicHalf(this.#key.jwk), format: 'jwk' })
    return this.#public
  }

  override async sign(data: Uint8Array) {
    if (this.#private === undefined) throw new Error(`the key ${this.#key.kid} does not sign`)
    // for ES256: JWS wants the two numbers side by side (RFC 7518 3.4), RSA does not look at it
    return signAsync('sha256', data, { key: this.#private, dsaEncoding: 'ieee-p1363' })
  }
}

/** Those in use first: the library signs with the first key that fits. */
export const jwksOf = (keys: readonly KeyStanding[]): JWKS => ({ keys: keys.map((key) => new TenantKey(key)) })

/** What stands in the JWKS that sites read: all but those that retired long ago. */
export const publishJwks =
  ({ keys, now }: { readonly keys: readonly KeyStanding[]; readonly now: () => number }) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    if (ctx.oidc?.route !== 'jwks') return
    const published = keys.filter(({ retiredAt }) => retiredAt === undefined || now() < retiredAt + PUBLISHED)
    ctx.body = { keys: published.map(({ kid, alg, jwk }) => ({ ...publicHalf(jwk), kid, alg, use: 'sig' })) }
    ctx.type = 'application/jwk-set+json; charset=utf-8'
    ctx.set('Cache-Control', `public, max-age=${JWKS_MAX_AGE}`)
  }
