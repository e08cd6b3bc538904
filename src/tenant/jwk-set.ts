/** The public keys of a client that signs its requests to the token endpoint (private_key_jwt), as its webmaster sends them. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { always } from '../config/rules.ts'

/** What clients may sign with: discovery names them. */
export const clientSigningAlgorithms = ['RS256', 'PS256', 'ES256'] as const

/** Of RSA, elliptic curves and symmetric keys: RFC 7518 6.2.2, 6.3.2, 6.4. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const FIX = 'write an RSA key of 2048 bits or more, or one on the curve P-256'

const publicKeyOf = (jwk: Readonly<Record<string, unknown>>): KeyObject | undefined => {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    return undefined
  }
}

const faultOf = (jwk: Readonly<Record<string, unknown>>): string | undefined => {
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) {
    return told('is a private key', 'have the service make a new one, for this one was shown, and send the public half')
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') return told('is not a key for signatures', 'write one with use: sig')
  if (jwk.alg !== undefined && !clientSigningAlgorithms.some((algorithm) => algorithm === jwk.alg)) {
    return told('is a key for another algorithm', `write one for ${clientSigningAlgorithms.join(', ')}`)
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKeyOf(jwk) ?? {}
  const strong =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) || (type === 'ec' && details?.namedCurve === 'prime256v1')
  return strong ? undefined : told('is not a public key that Varco can use', FIX)
}

const member = z.string().exactOptional()
/** RFC 7518 6.2.1 and 6.3.1, RFC 7517 4: what else a key says of itself (its chain, its uses) is for others. */
const publicMembers = { n: member, e: member, crv: member, x: member, y: member, kid: member, use: member, alg: member }
const known = ['kty', ...Object.keys(publicMembers)]

const jwk = z
  .looseObject({ kty: z.string(), ...publicMembers })
  .superRefine((value, context) => {
    const message = faultOf(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }, always)
  .transform((value) => Object.fromEntries(Object.entries(value).filter(([name]) => known.includes(name))))

/** RFC 7517 5. */
export const jwkSet = z.object({ keys: z.array(jwk).min(1, told('is empty', FIX)) })
