/**
 * The fast engine. It finds the signature by its place, canonicalises only what is signed, and believes of SignedInfo only
 * what stands in the octets that the provider's key verifies.
 */
import { createHash, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { withCanonicalWriter } from './canonical.ts'
import { readSignedInfo } from './signature-shape.ts'
import { rsaKeyOf } from './verification-key.ts'
import type { Engine } from './verify-signature.ts'
import { childElements, parseXml } from './xml.ts'

export const libxml2Engine: Engine = ({ xml, element, id, shape }, certificates) =>
  withCanonicalWriter(xml, (writer) => {
    const place = pathTo(element)
    const { namespace, localName } = writer.nameOf(place)
    if (namespace !== element.namespaceURI || localName !== element.localName) throw new Error('two parsers differ')

    const signature = [...place, indexIn(shape.signature)]
    const said = readSignedInfo(shape.signedInfo, id)
    const signedInfo = writer.octetsOf([...signature, 0], said.canonicalization)
    const isSigned = certificates.some((certificate) => {
      const key = rsaKeyOf(certificate)
      return key !== undefined && verify(said.signatureHash, signedInfo, key, shape.value)
    })
    if (!isSigned) return undefined

    // read from the verified octets: whatever made the two differ, it was not signed
    const verified = readSignedInfo(parseXml(signedInfo.toString()).root, id)
    if (!isDeepStrictEqual(verified, said)) throw new Error('SignedInfo differs from what is signed')
    writer.remove(signature)
    const octets = writer.octetsOf(place, verified.transform)
    const digest = createHash(verified.digestHash).update(octets).digest()
    return digest.equals(verified.digest) ? octets.toString() : undefined
  })

const pathTo = (element: Element): readonly number[] => {
  const parent = element.parentNode
  return parent?.nodeType === 1 ? [...pathTo(parent as Element), indexIn(element)] : []
}

const indexIn = (element: Element): number => childElements(element.parentNode as Element).indexOf(element)
