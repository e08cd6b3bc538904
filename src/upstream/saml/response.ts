/**
 * Opens a Response: find the signed elements, verify, and only then read. Values come out as they stand, `undefined` where
 * absent; judging them is checks.ts.
 */
import { GatewayError } from '../../errors.ts'
import { type Assertion, type Issuer, readAssertion, readIssuer } from './assertion.ts'
import type { ElementNode } from './tree.ts'
import type { VerifySignature } from './verify-signature.ts'
import {
  attributeOf,
  childNamed,
  childrenNamed,
  descendantsAndSelf,
  isNamed,
  namespaces,
  textOf,
  type XmlDocument,
} from './xml.ts'

type Text = string | undefined

export interface Envelope {
  readonly id: Text
  readonly version: Text
  readonly issueInstant: Text
  readonly inResponseTo: Text
  readonly destination: Text
  readonly issuer: Issuer | undefined
}

export interface Status {
  readonly code: Text
  readonly message: Text
}

export interface OpenedResponse {
  /** From the verified bytes when `signed`; otherwise it can only cause refusal (design decision 4). */
  readonly envelope: Envelope
  readonly status: Status | undefined
  readonly signed: boolean
  /** The one Assertion, its own signature verified. Throws when it cannot be had. */
  readonly assertion: () => Assertion
}

/** `certificates`: those of the provider that the login was begun with, and no others. */
export const openResponse = (
  document: XmlDocument,
  certificates: readonly string[],
  verify: VerifySignature,
): OpenedResponse => {
  const { root } = document
  if (!isNamed(root, namespaces.protocol, 'Response')) throw new GatewayError('saml_message_malformed', 'no Response')
  assertPlaces(root)
  const signed = childrenNamed(root, namespaces.signature, 'Signature').length > 0
  const response = signed ? verify(document, root, certificates).read() : root
  return {
    envelope: readEnvelope(response),
    status: readStatus(response),
    signed,
    assertion: () => {
      const assertion = onlyAssertion(root)
      // the same one inside the verified bytes: the envelope was signed around it and no other
      const enveloped = onlyAssertion(response)
      if (attributeOf(enveloped, 'ID') !== attributeOf(assertion, 'ID')) {
        throw new GatewayError('saml_structure_forbidden', 'another Assertion was signed')
      }
      const verified = verify(document, assertion, certificates)
      // two signatures stand over it then: what the outer one covers is parsed already
      return readAssertion(signed ? enveloped : verified.read())
    },
  }
}

/**
 * Signatures stand on the Response or on its Assertion, the Assertion in the Response. Anywhere else they are there to
 * be mistaken for these (rows 112, 113, xsw1–8).
 */
const assertPlaces = (root: ElementNode) => {
  for (const element of descendantsAndSelf(root)) {
    const { parent } = element
    if (isNamed(element, namespaces.assertion, 'Assertion')) {
      if (parent !== root) throw new GatewayError('saml_structure_forbidden', 'Assertion out of place')
    } else if (isNamed(element, namespaces.signature, 'Signature')) {
      const onAssertion = parent?.parent === root && isNamed(parent, namespaces.assertion, 'Assertion')
      if (parent !== root && !onAssertion) throw new GatewayError('saml_structure_forbidden', 'Signature out of place')
    }
  }
}

/** Exactly one, in the clear. Row 32. */
const onlyAssertion = (response: ElementNode): ElementNode => {
  if (childrenNamed(response, namespaces.assertion, 'EncryptedAssertion').length > 0) {
    throw new GatewayError('saml_structure_forbidden', 'EncryptedAssertion')
  }
  const assertion = childNamed(response, namespaces.assertion, 'Assertion')
  if (assertion === undefined) throw new GatewayError('saml_assertion_missing')
  return assertion
}

const readEnvelope = (response: ElementNode): Envelope => ({
  id: attributeOf(response, 'ID'),
  version: attributeOf(response, 'Version'),
  issueInstant: attributeOf(response, 'IssueInstant'),
  inResponseTo: attributeOf(response, 'InResponseTo'),
  destination: attributeOf(response, 'Destination'),
  issuer: readIssuer(response),
})

const readStatus = (response: ElementNode): Status | undefined => {
  const status = childNamed(response, namespaces.protocol, 'Status')
  const code = status && childNamed(status, namespaces.protocol, 'StatusCode')
  const message = status && childNamed(status, namespaces.protocol, 'StatusMessage')
  return status && { code: code && attributeOf(code, 'Value'), message: message && textOf(message) }
}
