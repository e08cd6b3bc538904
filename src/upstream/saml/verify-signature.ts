/**
 * The one door to the signature engine (node-saml, and xml-crypto below it). Before the engine sees a signature, its
 * shape is compared with the only one that SPID and CIE use, so that no option of XML Signature is left to interpret.
 */
import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js'
import { GatewayError } from '../../errors.ts'
import {
  attributeOf,
  childElements,
  childrenNamed,
  descendantsAndSelf,
  isNamed,
  namespaces,
  parseXml,
  type XmlLimits,
} from './xml.ts'

const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'

const canonicalizations: ReadonlySet<string> = new Set([EXCLUSIVE_C14N, INCLUSIVE_C14N])
/** What the rules allow and the engine knows: it has neither RSA-SHA384 nor ECDSA. */
const signatureMethods: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
])
const digestMethods: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
])

const structure = (detail: string) => new GatewayError('saml_structure_forbidden', detail)
const algorithm = (detail: string) => new GatewayError('saml_algorithm_forbidden', detail)

/**
 * The element as its own document, parsed again from the exact bytes that were signed, without the signature: the only
 * thing to read values from. `element` is a node of `parseXml(xml)`, `certificates` are PEM and those of one provider,
 * `limits` those that the message was parsed with.
 *
 * A certificate's notAfter is not looked at (docs/rules/spid-saml.md 5.4). Throws `saml_id_missing`,
 * `saml_signature_missing`, `saml_signature_invalid`, `saml_algorithm_forbidden` or `saml_structure_forbidden`.
 */
export const verifySignature = (
  xml: string,
  element: Element,
  certificates: readonly string[],
  limits: XmlLimits = {},
): Element => {
  const id = attributeOf(element, 'ID')
  if (!id) throw new GatewayError('saml_id_missing')
  assertShape(element, id)
  const verified = engine(xml, element, certificates)
  if (verified === null) throw new GatewayError('saml_signature_invalid')
  const { root } = parseXml(verified, limits)
  // the engine found its element by ID: it must be the one that it was asked for
  const same = isNamed(root, element.namespaceURI ?? '', element.localName) && attributeOf(root, 'ID') === id
  if (!same) throw structure('another element was signed')
  return root
}

/** node-saml makes its own SignedXml: certificates in KeyInfo are not used (xml-crypto's default since 4) and HMAC is not enabled. */
const engine = (xml: string, element: Element, certificates: readonly string[]) => {
  try {
    return getVerifiedXml(xml, element, [...certificates])
  } catch (err) {
    throw new GatewayError('saml_signature_invalid', 'engine', { cause: err })
  }
}

const assertShape = (element: Element, id: string) => {
  const signatures = childrenNamed(element, namespaces.signature, 'Signature')
  const [signature] = signatures
  if (signature === undefined) throw new GatewayError('saml_signature_missing')
  if (signatures.length > 1) throw structure('two signatures on one element')
  assertOnlyElementsAndText(signature)

  const [signedInfo, signatureValue, ...more] = childElements(signature)
  expectElement(signedInfo, 'SignedInfo')
  expectLeaf(signatureValue, 'SignatureValue')
  // KeyInfo is never read: who may sign is known before the message comes (rows 4, 5)
  if (more.some((child) => !isNamed(child, namespaces.signature, 'KeyInfo')) || more.length > 1) {
    throw structure('unexpected element in Signature')
  }

  const [canonicalization, method, reference, ...others] = childElements(signedInfo)
  expectElement(canonicalization, 'CanonicalizationMethod')
  expectLeaf(method, 'SignatureMethod')
  expectElement(reference, 'Reference')
  if (others.length > 0) throw structure('SignedInfo with more than one Reference')
  assertCanonicalization(canonicalization)
  assertAlgorithm(method, signatureMethods)

  if (attributeOf(reference, 'URI') !== `#${id}`) throw structure('Reference to another element')
  const [transforms, digestMethod, digestValue, ...rest] = childElements(reference)
  expectElement(transforms, 'Transforms')
  expectLeaf(digestMethod, 'DigestMethod')
  expectLeaf(digestValue, 'DigestValue')
  if (rest.length > 0) throw structure('unexpected element in Reference')
  assertAlgorithm(digestMethod, digestMethods)
  assertTransforms(transforms)
}

/** Comments, processing instructions and CDATA split text nodes: engines have read half a DigestValue. */
const assertOnlyElementsAndText = (signature: Element) => {
  for (const element of descendantsAndSelf(signature)) {
    for (const node of Array.from(element.childNodes)) {
      if (node.nodeType !== 1 && node.nodeType !== 3) throw structure('comment or CDATA in Signature')
    }
  }
}

/** Enveloped first, then at most one canonicalisation: nothing that computes (row xslt). */
const assertTransforms = (transforms: Element) => {
  const [enveloped, canonicalization, ...more] = childElements(transforms)
  expectElement(enveloped, 'Transform')
  if (attributeOf(enveloped, 'Algorithm') !== ENVELOPED || childElements(enveloped).length > 0)
    throw algorithm('Transform')
  if (canonicalization !== undefined) {
    expectElement(canonicalization, 'Transform')
    assertCanonicalization(canonicalization)
  }
  if (more.length > 0) throw algorithm('Transform')
}

/** Of the parameters only the prefix list of exclusive canonicalisation. */
const assertCanonicalization = (element: Element) => {
  assertAlgorithm(element, canonicalizations)
  const parameters = childElements(element)
  const allowed = parameters.every((child) => isNamed(child, namespaces.exclusiveC14n, 'InclusiveNamespaces'))
  if (!allowed || parameters.length > 1 || parameters.some((child) => childElements(child).length > 0)) {
    throw algorithm('canonicalisation parameters')
  }
}

const assertAlgorithm = (element: Element, allowed: ReadonlySet<string>) => {
  const uri = attributeOf(element, 'Algorithm') ?? ''
  if (!allowed.has(uri)) throw algorithm(element.localName)
}

function expectElement(element: Element | undefined, localName: string): asserts element is Element {
  if (element === undefined || !isNamed(element, namespaces.signature, localName)) throw structure(`no ${localName}`)
}

function expectLeaf(element: Element | undefined, localName: string): asserts element is Element {
  expectElement(element, localName)
  if (childElements(element).length > 0) throw structure(`${localName} holds elements`)
}
