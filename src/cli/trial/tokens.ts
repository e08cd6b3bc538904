/** What a site's server does with keys: it proves who it is, and believes only what the gateway signed. */
import { createPublicKey, type KeyObject, randomBytes, sign, verify, type webcrypto } from 'node:crypto'

/** What went otherwise than it should; the message says what was seen. */
export class TrialFault extends Error {}

export const must = (holds: boolean, message: string): void => {
  if (!holds) throw new TrialFault(message)
}

export type Json = Readonly<Record<string, unknown>>

export const jsonIn = (text: string): Json => {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** RFC 7523. */
export const assertion = ({
  client,
  audience,
  key,
  now,
}: {
  client: string
  audience: string
  key: KeyObject
  now: number
}) => {
  const [iat, jti] = [Math.floor(now / 1000), randomBytes(8).toString('hex')]
  const signed = `${part({ alg: 'RS256', kid: 'trial' })}.${part({ iss: client, sub: client, aud: audience, iat, exp: iat + 60, jti })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

/** The claims of a token that one of these keys signed. */
export const verified = (token: string, keys: readonly Json[]): Json => {
  const [head = '', body = '', signature = ''] = token.split('.')
  const { kid, alg } = jsonIn(Buffer.from(head, 'base64url').toString())
  const jwk = keys.find((one) => one.kid === kid)
  if (jwk === undefined) throw new TrialFault('a token is signed with a key that /jwks does not have')
  const key = createPublicKey({ key: jwk as webcrypto.JsonWebKey, format: 'jwk' })
  const form = alg === 'ES256' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key
  const holds = verify('sha256', Buffer.from(`${head}.${body}`), form, Buffer.from(signature, 'base64url'))
  must(holds, 'the signature of a token does not verify')
  return jsonIn(Buffer.from(body, 'base64url').toString())
}
