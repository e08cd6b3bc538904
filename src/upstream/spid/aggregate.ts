/** The registry's list of all SPID providers, believed only when AgID signed it. docs/rules/spid-saml.md section 10. */
import { X509Certificate } from 'node:crypto'
import { millisecondsOf } from '../saml/checks/check.ts'
import { type IdpMetadata, readIdpMetadata } from '../saml/idp-metadata.ts'
import type { ElementNode } from '../saml/tree.ts'
import type { VerifySignature } from '../saml/verify-signature.ts'
import { attributeOf, childrenNamed, isNamed, namespaces, parseXml, textOf } from '../saml/xml.ts'

export interface Aggregate {
  readonly idps: readonly IdpMetadata[]
  /** The pinned certificate that it verified with. */
  readonly signer: X509Certificate
  /** Milliseconds since 1970. When it was made, where it says so. */
  readonly createdAt?: number
  readonly validUntil?: number
}

/**
 * The real one has 140 KB in 3,500 nodes and takes 0.04 s, with node-saml 0.2 s. Whoever answers in the registry's place needs no
 * key to keep node-saml busy, which searches in quadratic time: a minute for a list of 200 KB in 100,000 nodes.
 */
const LIMITS = { maxBytes: 1024 * 1024, maxNodes: 10_000 }

const PUBLICATION = 'urn:oasis:names:tc:SAML:metadata:rpi'

/** A certificate's fingerprint as pins are written: small hex letters without colons. */
export const fingerprintOf = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase()

/**
 * Each provider's own signature is not asked for: three of twelve do not verify in place.
 *
 * @param pins SHA-256 of the certificates that may sign, as `fingerprintOf` writes them.
 * @param now milliseconds since 1970.
 * @throws Error whose message says why it is not believed.
 */
export const openAggregate = (
  text: string,
  options: {
    readonly pins: readonly string[]
    readonly now: number
    readonly verify: VerifySignature
    readonly leftOut?: (entityId: string, reason: string) => void
  },
): Aggregate => {
  const document = parseXml(text, LIMITS)
  const { root } = document
  if (!isNamed(root, namespaces.metadata, 'EntitiesDescriptor')) throw new Error('it is no EntitiesDescriptor')
  const signer = pinnedSigner(root, options.pins)
  const verified = options.verify(document, root, [signer.toString()], LIMITS).read()
  const createdAt = creationOf(verified)
  const validUntil = attributeOf(verified, 'validUntil')
  const end = millisecondsOf(validUntil)
  if (validUntil !== undefined && end === undefined) throw new Error(`its validUntil is no time: ${validUntil}`)
  return {
    idps: readIdpMetadata(verified, options),
    signer,
    ...(createdAt !== undefined && { createdAt }),
    ...(end !== undefined && { validUntil: end }),
  }
}

/**
 * AgID sends its certificate along; only the fingerprint is known beforehand. What is read here is not verified yet:
 * it only says with which of the pinned certificates to verify.
 */
const pinnedSigner = (root: ElementNode, pins: readonly string[]): X509Certificate => {
  const sent = ['Signature', 'KeyInfo', 'X509Data', 'X509Certificate']
    .reduce((elements, name) => elements.flatMap((one) => childrenNamed(one, namespaces.signature, name)), [root])
    .flatMap((element) => certificateIn(textOf(element)))
  const pinned = sent.find((certificate) => pins.includes(fingerprintOf(certificate)))
  if (pinned !== undefined) return pinned
  const [other] = sent
  throw new Error(
    other === undefined
      ? 'it is not signed, or says not with which certificate'
      : `it is signed with a certificate that is not pinned: SHA-256 ${fingerprintOf(other)}`,
  )
}

const certificateIn = (base64: string): readonly X509Certificate[] => {
  try {
    return [new X509Certificate(Buffer.from(base64, 'base64'))]
  } catch {
    return []
  }
}

const creationOf = (root: ElementNode): number | undefined => {
  const [information] = childrenNamed(root, namespaces.metadata, 'Extensions').flatMap((extensions) =>
    childrenNamed(extensions, PUBLICATION, 'PublicationInfo'),
  )
  return information && millisecondsOf(attributeOf(information, 'creationInstant'))
}
