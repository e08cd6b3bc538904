/**
 * The only shape of an XML signature that SPID and CIE use. Whatever has another one is refused before an engine sees it,
 * so that no option of XML Signature is left to interpret.
 */
import { GatewayError } from '../../errors.ts'
import { strictBase64 } from './base64.ts'
import type { ElementNode } from './tree.ts'
import { attributeOf, childElements, childrenNamed, descendantsAndSelf, isNamed, namespaces, textOf } from './xml.ts'

const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'

/** Without comments. */
export interface Canonicalization {
  readonly exclusive: boolean
  /** PrefixList of InclusiveNamespaces; `undefined` where there is none. */
  readonly prefixes: readonly string[] | undefined
}

/** Each is looked for at each element, before anybody knows who signed; real lists name five. */
const MAX_PREFIXES = 20

type Hash = 'sha256' | 'sha512'

export interface SignedInfo {
  readonly canonicalization: Canonicalization
  /** With RSA, PKCS #1 v1.5. */
  readonly signatureHash: Hash
  /** How the one element that is signed is written, after its signature is taken out. */
  readonly transform: Canonicalization
  readonly digestHash: Hash
  readonly digest: Buffer
}

export interface SignatureShape {
  /** Direct child of the element that it signs, and the only one. */
  readonly signature: ElementNode
  readonly signedInfo: ElementNode
  readonly value: Buffer
}

/** What the rules allow and both engines know: node-saml has neither RSA-SHA384 nor ECDSA. */
const signatureMethods: Readonly<Record<string, Hash>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
}
const digestMethods: Readonly<Record<string, Hash>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}

const structure = (detail: string) => new GatewayError('saml_structure_forbidden', detail)
const algorithm = (detail: string) => new GatewayError('saml_algorithm_forbidden', detail)

/** The signature on `element`, whose ID is `id`. Throws `saml_signature_missing`, `saml_signature_invalid`, `saml_algorithm_forbidden` or `saml_structure_forbidden`. */
export const readSignature = (element: ElementNode, id: string): SignatureShape => {
  const [signature, second] = childrenNamed(element, namespaces.signature, 'Signature')
  if (signature === undefined) throw new GatewayError('saml_signature_missing')
  if (second !== undefined) throw structure('two signatures on one element')
  assertOnlyElementsAndText(signature)

  const [signedInfo, signatureValue, ...more] = childElements(signature)
  expectElement(signedInfo, 'SignedInfo')
  expectLeaf(signatureValue, 'SignatureValue')
  // KeyInfo is never read: who may sign is known before the message comes (rows 4, 5)
  const [keyInfo, ...others] = more
  if (keyInfo !== undefined) assertKeyInfo(keyInfo)
  if (others.length > 0) throw structure('unexpected element in Signature')
  const { canonicalization, transform } = readSignedInfo(signedInfo, id)
  if (!canonicalization.exclusive || !transform.exclusive) assertNothingInherited(element)
  return { signature, signedInfo, value: base64Of(signatureValue) }
}

/** Inclusive canonicalisation takes in xml:lang and its kin from further out (Canonical XML 2.4): libxml2 does, xml-crypto does not. */
const assertNothingInherited = (element: ElementNode) => {
  for (let outer: ElementNode | undefined = element; outer !== undefined; outer = outer.parent) {
    if (outer.attributes.some(({ prefix }) => prefix === 'xml')) throw structure('xml: attribute around what is signed')
  }
}

/** Of a signature, in whatever namespace: engines search for them by name. */
const parts: ReadonlySet<string> = new Set([
  'SignedInfo',
  'CanonicalizationMethod',
  'SignatureMethod',
  'Reference',
  'Transforms',
  'Transform',
  'DigestMethod',
  'DigestValue',
  'SignatureValue',
])

const assertKeyInfo = (element: ElementNode) => {
  if (!isNamed(element, namespaces.signature, 'KeyInfo')) throw structure('unexpected element in Signature')
  for (const { localName } of descendantsAndSelf(element)) {
    if (parts.has(localName)) throw structure(`${localName} in KeyInfo`)
  }
}

/** One Reference, to the element with this ID. */
export const readSignedInfo = (signedInfo: ElementNode, id: string): SignedInfo => {
  const [canonicalization, method, reference, ...others] = childElements(signedInfo)
  expectElement(canonicalization, 'CanonicalizationMethod')
  expectLeaf(method, 'SignatureMethod')
  expectElement(reference, 'Reference')
  if (others.length > 0) throw structure('SignedInfo with more than one Reference')
  const how = {
    canonicalization: canonicalizationOf(canonicalization),
    signatureHash: hashOf(method, signatureMethods),
  }

  if (attributeOf(reference, 'URI') !== `#${id}`) throw structure('Reference to another element')
  const [transforms, digestMethod, digestValue, ...rest] = childElements(reference)
  expectElement(transforms, 'Transforms')
  expectLeaf(digestMethod, 'DigestMethod')
  expectLeaf(digestValue, 'DigestValue')
  if (rest.length > 0) throw structure('unexpected element in Reference')
  const digestHash = hashOf(digestMethod, digestMethods)
  return { ...how, transform: transformOf(transforms), digestHash, digest: base64Of(digestValue) }
}

/** Comments, processing instructions and CDATA split text nodes: engines have read half a DigestValue. */
const assertOnlyElementsAndText = (signature: ElementNode) => {
  for (const element of descendantsAndSelf(signature)) {
    for (const { kind } of element.children) {
      if (kind !== 'element' && kind !== 'text') throw structure('comment or CDATA in Signature')
    }
  }
}

/** Enveloped first, then at most one canonicalisation: nothing that computes (row xslt). */
const transformOf = (transforms: ElementNode): Canonicalization => {
  const [enveloped, canonicalization, ...more] = childElements(transforms)
  expectElement(enveloped, 'Transform')
  if (attributeOf(enveloped, 'Algorithm') !== ENVELOPED || childElements(enveloped).length > 0)
    throw algorithm('Transform')
  if (more.length > 0) throw algorithm('Transform')
  // XML Signature 4.4.3.2: octets are made of nodes by Canonical XML unless something else is said
  if (canonicalization === undefined) return { exclusive: false, prefixes: undefined }
  expectElement(canonicalization, 'Transform')
  return canonicalizationOf(canonicalization)
}

/** Of the parameters only the prefix list of exclusive canonicalisation. */
const canonicalizationOf = (element: ElementNode): Canonicalization => {
  const uri = attributeOf(element, 'Algorithm')
  if (uri !== namespaces.exclusiveC14n && uri !== INCLUSIVE_C14N) throw algorithm(element.localName)
  const [list, ...more] = childElements(element)
  if (list === undefined) return { exclusive: uri === namespaces.exclusiveC14n, prefixes: undefined }
  const allowed = isNamed(list, namespaces.exclusiveC14n, 'InclusiveNamespaces') && childElements(list).length === 0
  if (!allowed || more.length > 0) throw algorithm('canonicalisation parameters')
  const prefixes = (attributeOf(list, 'PrefixList') ?? '').split(/\s+/).filter((prefix) => prefix !== '')
  if (prefixes.length > MAX_PREFIXES) throw algorithm('a long list of prefixes')
  return { exclusive: uri === namespaces.exclusiveC14n, prefixes }
}

const hashOf = (element: ElementNode, allowed: Readonly<Record<string, Hash>>): Hash => {
  const uri = attributeOf(element, 'Algorithm') ?? ''
  const hash = Object.hasOwn(allowed, uri) ? allowed[uri] : undefined
  if (hash === undefined) throw algorithm(element.localName)
  return hash
}

/** Strictly: one value has one spelling, for every engine. */
const base64Of = (element: ElementNode): Buffer => {
  try {
    return strictBase64(textOf(element))
  } catch (cause) {
    throw new GatewayError('saml_signature_invalid', element.localName, { cause })
  }
}

function expectElement(element: ElementNode | undefined, localName: string): asserts element is ElementNode {
  if (element === undefined || !isNamed(element, namespaces.signature, localName)) throw structure(`no ${localName}`)
}

function expectLeaf(element: ElementNode | undefined, localName: string): asserts element is ElementNode {
  expectElement(element, localName)
  if (childElements(element).length > 0) throw structure(`${localName} holds elements`)
}
