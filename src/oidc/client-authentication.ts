/** How a client proves who it is at the token endpoint: OpenID Connect Core 9, RFC 7523. */
import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { compactVerify } from 'jose'
import { type Configuration, errors, type default as Provider } from 'oidc-provider'
import type { Client, ClientSecret } from '../tenant/tenant.ts'

/** Seconds from now to the end of a client assertion: as long must its `jti` be remembered. */
const LONGEST_ASSERTION = 3600

/** Constant time over all secrets; one whose time is over is compared like the others, and lets nobody in. */
export const standingOf = (
  secrets: readonly ClientSecret[],
  actual: string,
  now: number,
): 'valid' | 'over' | 'unknown' => {
  const digest = createHash('sha256').update(actual).digest()
  const standings = secrets.map(({ sha256, notAfter = Number.POSITIVE_INFINITY }) => {
    const same = timingSafeEqual(Buffer.from(sha256, 'hex'), digest)
    return same ? (now <= notAfter ? 'valid' : 'over') : 'unknown'
  })
  return standings.find((one) => one === 'valid') ?? standings.find((one) => one === 'over') ?? 'unknown'
}

/** The library's store of the keys that a client registered or publishes; its types leave it out. */
interface ClientKeys {
  stale(): boolean
  refresh(): Promise<void>
  selectForVerify(header: object): unknown[]
  getKeyObject(jwk: unknown, asPublic: true): KeyObject | Promise<KeyObject>
}

/**
 * The library fetches published keys again only when none of the old ones fits: a key that its service has withdrawn, because
 * it was stolen, would be good for ever.
 */
const stillPublished = async (keys: ClientKeys, assertion: string, header: object): Promise<boolean> => {
  if (!keys.stale()) return true
  await keys.refresh().catch(() => {
    throw new errors.InvalidClientAuth('the keys that the client publishes cannot be had')
  })
  for (const jwk of keys.selectForVerify(header)) {
    const key = await keys.getKeyObject(jwk, true)
    if (
      await compactVerify(assertion, key).then(
        () => true,
        () => false,
      )
    )
      return true
  }
  return false
}

/**
 * Beyond the library's checks. It wants one of the audiences to be ours; here every one must be: with an assertion that is also
 * for another server, that server could come here in the client's name (RFC 7523 3).
 */
export const assertionRules =
  ({ now }: { now: () => number }): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> =>
  async (ctx, { aud, exp }, header, client) => {
    const ours = ctx.oidc.clientJwtAuthExpectedAudience()
    if (![aud].flat().every((audience) => typeof audience === 'string' && ours.has(audience))) {
      throw new errors.InvalidClientAuth('every audience (aud) must be the issuer or the token endpoint')
    }
    if (Number(exp) > now() / 1000 + LONGEST_ASSERTION) {
      throw new errors.InvalidClientAuth(`expiration (exp) must not be more than ${LONGEST_ASSERTION} seconds away`)
    }
    const { asymmetricKeyStore: keys } = client as unknown as { asymmetricKeyStore: ClientKeys }
    if (!(await stillPublished(keys, String(ctx.oidc.params?.client_assertion), header))) {
      throw new errors.InvalidClientAuth('the key of the assertion is no longer published')
    }
  }

/**
 * Under what the web server of a service says of its files, a key could be kept for a month; without it, the library keeps them
 * for a minute. So a service can change its key without a word to anybody.
 */
export const withoutCaching =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const { body, status, headers } = await fetch(input, init)
    const kept = [...headers].filter(([name]) => name !== 'cache-control' && name !== 'expires')
    return new Response(body, { status, headers: kept })
  }

/** Replaces what the library would compare and accept by default. */
export const authenticateClients = (
  provider: Provider,
  { clientOf, now }: { clientOf: (id: string) => Client | undefined; now: () => number },
): void => {
  Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
    value(this: { clientId: string }, actual: string) {
      const standing = standingOf(clientOf(this.clientId)?.secrets ?? [], actual, now())
      // answered like any other wrong one; the event says which it was, for the help desk
      if (standing === 'over') throw new errors.InvalidClientAuth('the secret is past its not_after')
      return standing === 'valid'
    },
  })
  // by default also the endpoint itself, whichever it is (PAR, introspection, …)
  Object.defineProperty(provider.OIDCContext.prototype, 'clientJwtAuthExpectedAudience', {
    value(this: { issuer: string; urlFor: (name: string) => string }) {
      return new Set([this.issuer, this.urlFor('token')])
    },
  })
}
