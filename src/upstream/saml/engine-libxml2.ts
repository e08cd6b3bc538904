/**
 * The fast engine. It finds the signature by its place, canonicalises only what is signed, and believes of SignedInfo only
 * what stands in the octets that the provider's key verifies.
 */
import { createHash, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { withCanonicalWriter } from './canonical.ts'
import { readSignedInfo } from './signature-shape.ts'
import { pathTo } from './tree.ts'
import { rsaKeyOf } from './verification-key.ts'
import type { Engine } from './verify-signature.ts'
import { parseXml } from './xml.ts'

export const libxml2Engine: Engine = ({ xml, element, id, shape }, certificates) =>
  withCanonicalWriter(xml, (writer) => {
    const said = readSignedInfo(shape.signedInfo, id)
    const signedInfo = writer.octetsOf(pathTo(shape.signedInfo), said.canonicalization)
    const isSigned = certificates.some((certificate) => {
      const key = rsaKeyOf(certificate)
      return key !== undefined && verify(said.signatureHash, signedInfo, key, shape.value)
    })
    if (!isSigned) return undefined

    // read from the verified octets: whatever made the two differ, it was not signed
    const verified = readSignedInfo(parseXml(signedInfo.toString()).root, id)
    if (!isDeepStrictEqual(verified, said)) throw new Error('SignedInfo differs from what is signed')
    writer.remove(pathTo(shape.signature))
    const octets = writer.octetsOf(pathTo(element), verified.transform)
    const digest = createHash(verified.digestHash).update(octets).digest()
    return digest.equals(verified.digest) ? octets.toString() : undefined
  })
