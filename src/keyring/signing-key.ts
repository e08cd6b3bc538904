/**
 * The life of a key that signs tokens: published first (`next`), then in use (`active`), then only remembered (`retired`).
 * Which of them it is follows from the clock alone, so that all gateways that read one file agree without a word.
 */
import { createHash, generateKeyPair, type KeyObject, type webcrypto } from 'node:crypto'
import { promisify } from 'node:util'

/** The first is what a client gets that asks for nothing. */
export const algorithms = ['RS256', 'ES256'] as const
export type Algorithm = (typeof algorithms)[number]

export interface SigningKey {
  /** Its thumbprint (RFC 7638). */
  readonly kid: string
  readonly alg: Algorithm
  /** Private; once the key is retired only the public half, for nothing is signed with it again. */
  readonly jwk: webcrypto.JsonWebKey
  /** Milliseconds since 1970, like every time here: from then on it signs, until a younger one does. */
  readonly activeFrom: number
}

export type KeyState = 'active' | 'next' | 'retired'
export type KeyStanding = SigningKey & { readonly state: KeyState; readonly retiredAt?: number }

export const DAY = 24 * 60 * 60 * 1000

/** So long the public half of a retired key is kept: a logout brings the ID token of the login along, however old. */
export const KEPT = 90 * DAY

const signs = ({ jwk }: SigningKey): boolean => jwk.d !== undefined

/** Of one algorithm. Where clocks differ none may have begun yet: then the eldest does, rather than nobody. */
const activeOf = (keys: readonly SigningKey[], now: number): SigningKey | undefined => {
  const able = keys.filter(signs).toSorted((one, other) => other.activeFrom - one.activeFrom)
  return able.find(({ activeFrom }) => activeFrom <= now) ?? able.at(-1)
}

/** Every key with its state, those in use first: programs that take the first key that fits take the right one. */
export const standingsOf = (keys: readonly SigningKey[], now: number): readonly KeyStanding[] => {
  const all = algorithms.flatMap((alg) => {
    const same = keys.filter((key) => key.alg === alg).toSorted((one, other) => one.activeFrom - other.activeFrom)
    const active = activeOf(same, now)
    return same.map((key, place): KeyStanding => {
      if (key === active) return { ...key, state: 'active' }
      if (active !== undefined && key.activeFrom > active.activeFrom) return { ...key, state: 'next' }
      return { ...key, state: 'retired', retiredAt: same[place + 1]?.activeFrom ?? key.activeFrom }
    })
  })
  const inState = (state: KeyState) => all.filter((key) => key.state === state)
  return [...inState('active'), ...inState('next'), ...inState('retired')]
}

/** The next moment at which a key changes its state, if any is to. */
export const nextChange = (keys: readonly SigningKey[], now: number): number | undefined => {
  const ahead = keys.map(({ activeFrom }) => activeFrom).filter((time) => time > now)
  return ahead.length === 0 ? undefined : Math.min(...ahead)
}

/** The time from which the present keys sign; absent while others are on their way. */
export const activeSince = (keys: readonly SigningKey[], now: number): number | undefined => {
  const standings = standingsOf(keys, now)
  if (standings.some(({ state }) => state === 'next')) return undefined
  const since = standings.filter(({ state }) => state === 'active').map(({ activeFrom }) => activeFrom)
  return since.length === 0 ? undefined : Math.min(...since)
}

/** As they should lie on the disk: retired keys without their private half, and not for ever. */
export const tidied = (keys: readonly SigningKey[], now: number): readonly SigningKey[] =>
  standingsOf(keys, now)
    .filter(({ retiredAt }) => retiredAt === undefined || retiredAt + KEPT > now)
    .map(({ state, retiredAt: _, ...key }) => (state === 'retired' ? { ...key, jwk: publicHalf(key.jwk) } : key))

export const isTidy = (keys: readonly SigningKey[], now: number): boolean => {
  const standings = standingsOf(keys, now)
  return standings.every((key) => key.retiredAt === undefined || (!signs(key) && key.retiredAt + KEPT > now))
}

export const publicHalf = ({ kty, crv, e, n, x, y }: webcrypto.JsonWebKey): webcrypto.JsonWebKey =>
  Object.fromEntries(Object.entries({ kty, crv, e, n, x, y }).filter(([, value]) => value !== undefined))

/** One for each algorithm: RSA with 2048 bits, and P-256. */
export const newSigningKeys = (activeFrom: number): Promise<readonly SigningKey[]> =>
  Promise.all(
    algorithms.map(async (alg) => {
      const jwk = (await newPrivateKey(alg)).export({ format: 'jwk' })
      return { kid: thumbprintOf(jwk), alg, jwk, activeFrom }
    }),
  )

const makePair = promisify(generateKeyPair)
const newPrivateKey = async (alg: Algorithm): Promise<KeyObject> => {
  const { privateKey } =
    alg === 'RS256'
      ? await makePair('rsa', { modulusLength: 2048 })
      : await makePair('ec', { namedCurve: 'prime256v1' })
  return privateKey
}

/** RFC 7638 3: the required members in the order of the alphabet, without white space. */
const thumbprintOf = ({ kty, crv, e, n, x, y }: webcrypto.JsonWebKey): string =>
  createHash('sha256')
    .update(JSON.stringify(kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }))
    .digest('base64url')
