/** The one door to the signature engines. docs/design/0010-two-engines.md says what each of them checks. */
import { GatewayError } from '../../errors.ts'
import { libxml2Engine } from './engine-libxml2.ts'
import { nodeSamlEngine } from './engine-node-saml.ts'
import { readSignature, type SignatureShape } from './signature-shape.ts'
import type { ElementNode } from './tree.ts'
import { attributeOf, isNamed, parseXml, type XmlDocument, type XmlLimits } from './xml.ts'

/** `fast`: libxml2 and node:crypto. `both`: an answer counts when node-saml verifies the same octets. */
export type Verification = 'fast' | 'node-saml' | 'both'

export interface Signed extends XmlDocument {
  readonly element: ElementNode
  /** Of the element. */
  readonly id: string
  readonly shape: SignatureShape
}

/**
 * The canonical text that was signed, without the signature; undefined, or any error, where it was not.
 *
 * @param certificates PEM, those of one provider.
 */
export type Engine = (signed: Signed, certificates: readonly string[]) => string | undefined

/** The octets that were signed, not yet read: those of an Assertion in a signed Response need not be, the envelope's hold it. */
export interface Verified {
  /**
   * The element as its own document, parsed again from the exact octets that were signed, without the signature: the only
   * thing to read values from. Throws `saml_structure_forbidden`.
   */
  read(): ElementNode
}

/**
 * `element` is a node of `document`, `certificates` are PEM and those of one provider,
 * `limits` those that the message was parsed with.
 *
 * A certificate's notAfter is not looked at (docs/rules/spid-saml.md 5.4). Throws `saml_id_missing`,
 * `saml_signature_missing`, `saml_signature_invalid`, `saml_algorithm_forbidden` or `saml_structure_forbidden`.
 */
export type VerifySignature = (
  document: XmlDocument,
  element: ElementNode,
  certificates: readonly string[],
  limits?: XmlLimits,
) => Verified

/** What each engine made of one element. */
export interface Disagreement {
  /** Name of the element: `Response`, `Assertion`, … */
  readonly element: string
  readonly fast: 'verified' | 'refused'
  readonly nodeSaml: 'verified' | 'refused'
}

/** @param disagreed told when one engine accepts what the other does not; the message is refused. */
export const createVerifySignature = ({
  verification,
  disagreed,
}: {
  verification: Verification
  disagreed: (how: Disagreement) => void
}): VerifySignature => {
  const judge = {
    fast: alone(libxml2Engine),
    'node-saml': alone(nodeSamlEngine),
    both: together(disagreed),
  }[verification]
  return (document, element, certificates, limits = {}) => {
    const id = attributeOf(element, 'ID')
    if (!id) throw new GatewayError('saml_id_missing')
    const { octets, cause } = judge({ ...document, element, id, shape: readSignature(element, id) }, certificates)
    if (octets === undefined) {
      throw new GatewayError('saml_signature_invalid', cause === undefined ? undefined : 'engine', { cause })
    }
    const read = () => {
      const { root } = parseXml(octets, limits)
      // an engine may have looked for its element by ID: it must be the one that it was asked for
      const same = isNamed(root, element.namespace, element.localName) && attributeOf(root, 'ID') === id
      if (!same) throw new GatewayError('saml_structure_forbidden', 'another element was signed')
      return root
    }
    return { read }
  }
}

/** For what needs no choice: our own metadata, and whoever has no configuration at hand. */
export const verifySignature: VerifySignature = (...signed) => fast(...signed)

type Judge = (...signed: Parameters<Engine>) => { readonly octets?: string | undefined; readonly cause?: unknown }

const alone =
  (engine: Engine): Judge =>
  (...signed) => {
    try {
      return { octets: engine(...signed) }
    } catch (cause) {
      return { cause }
    }
  }

const together =
  (disagreed: (how: Disagreement) => void): Judge =>
  (signed, certificates) => {
    const fast = alone(libxml2Engine)(signed, certificates)
    const nodeSaml = alone(nodeSamlEngine)(signed, certificates)
    if (fast.octets === nodeSaml.octets) return fast
    const said = ({ octets }: typeof fast) => (octets === undefined ? 'refused' : 'verified')
    disagreed({ element: signed.element.localName, fast: said(fast), nodeSaml: said(nodeSaml) })
    return { cause: 'the engines disagree' }
  }

const fast = createVerifySignature({ verification: 'fast', disagreed: () => {} })
