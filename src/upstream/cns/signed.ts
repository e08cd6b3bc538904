/** What authorities sign: certificates, revocation lists, OCSP answers. All have the same frame. */
import { type KeyObject, verify } from 'node:crypto'
import { bitsOf, type Der, expectTag, membersOf, oidOf, tags } from './der.ts'

/** SHA-256 and better, by RSA (PKCS #1 1.5) and ECDSA. What is signed with SHA-1 proves nothing any more. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly key: 'rsa' | 'ec' }>> = {
  '1.2.840.113549.1.1.11': { hash: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', key: 'rsa' },
  '1.2.840.10045.4.3.2': { hash: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', key: 'ec' },
}

export const isAllowed = (algorithm: string): boolean => Object.hasOwn(ALGORITHMS, algorithm)

/** `SEQUENCE { what is signed, AlgorithmIdentifier, BIT STRING, more… }`, not verified yet. */
export interface Signed {
  readonly content: Der
  readonly algorithm: Der
  readonly signature: Buffer
  readonly more: readonly Der[]
}

export const readSigned = (sequence: Der): Signed => {
  const [content, algorithm, signature, ...more] = membersOf(sequence)
  return {
    content: expectTag(content, tags.sequence),
    algorithm: expectTag(algorithm, tags.sequence),
    signature: bitsOf(expectTag(signature, tags.bitString)),
    more,
  }
}

/** Also `false` for an algorithm that is not allowed. */
export const isSignedBy = ({ content, algorithm, signature }: Signed, key: KeyObject): boolean => {
  const known = ALGORITHMS[oidOf(membersOf(algorithm)[0])]
  return known !== undefined && key.asymmetricKeyType === known.key && verify(known.hash, content.raw, key, signature)
}
