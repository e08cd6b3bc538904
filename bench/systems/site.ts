/** The municipal site of a login: what it asks for, and what it makes of the answer. Shared by all systems. */
import { createHash, randomBytes } from 'node:crypto'
import { compactVerify, createLocalJWKSet } from 'jose'
import type { Answer, Client } from '../load/client.ts'
import { right } from '../load/wrong.ts'

const id = (bytes: number) => randomBytes(bytes).toString('base64url')

export interface Asking {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  /** Of the authorization request. */
  readonly query: string
}

export const askFor = (clientId: string, redirectUri: string, scope: string): Asking => {
  const [verifier, state, nonce] = [id(32), id(16), id(16)]
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope,
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return { verifier, state, nonce, query: query.toString() }
}

/** The code, from the address that the citizen comes back by. */
export const codeIn = (address: string, { state }: Asking): string => {
  const { searchParams } = new URL(address)
  right(searchParams.get('state') === state, 'code', 'another state')
  const code = searchParams.get('code')
  right(code !== null, 'code', `no code in ${address}`)
  return code ?? ''
}

export interface Tokens {
  readonly accessToken: string
  readonly sub: string
}

/** Signatures are checked of so many, not of all: the driver has one core, which it shares. */
const VERIFIED = 20

/** Reads the ID token's claims in every login, verifies the signature in every twentieth. */
export const readTokensOf = async (
  client: Client,
  jwks: string,
  about: { readonly issuer: string; readonly clientId: string },
) => {
  const { body } = await client.send({ method: 'GET', path: jwks, headers: {} })
  const keys = createLocalJWKSet(JSON.parse(body))
  return async (answer: Answer, { nonce }: Asking, number: number): Promise<Tokens> => {
    right(answer.status === 200, 'token', 'refused', answer)
    const { access_token, id_token } = JSON.parse(answer.body)
    right(typeof access_token === 'string' && typeof id_token === 'string', 'token', 'no tokens', answer)
    const claims = JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString())
    const fits = claims.iss === about.issuer && [claims.aud].flat().includes(about.clientId) && claims.nonce === nonce
    right(fits && typeof claims.sub === 'string', 'token', `claims ${JSON.stringify(claims)}`)
    if (number % VERIFIED === 0) await compactVerify(id_token, keys)
    return { accessToken: access_token, sub: claims.sub }
  }
}

export type TokenReader = Awaited<ReturnType<typeof readTokensOf>>

export const basic = (clientId: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`
