/**
 * Opens a Response: decode, parse, find the signed elements, verify, and only then read. Values come out as they stand,
 * `undefined` where absent; judging them is checks.ts.
 */
import { GatewayError } from '../../errors.ts'
import type { Evidence } from '../upstream.ts'
import { strictBase64, strictUtf8 } from './base64.ts'
import { anomalyOf } from './status.ts'
import type { ElementNode } from './tree.ts'
import type { VerifySignature } from './verify-signature.ts'
import {
  attributeOf,
  childElements,
  childNamed,
  childrenNamed,
  descendantsAndSelf,
  isNamed,
  namespaces,
  textOf,
  type XmlDocument,
} from './xml.ts'

type Text = string | undefined

export interface Issuer {
  readonly value: string
  readonly format: Text
}

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

export interface Assertion {
  readonly id: Text
  readonly version: Text
  readonly issueInstant: Text
  readonly issuer: Issuer | undefined
  readonly nameId: { readonly value: string; readonly format: Text; readonly nameQualifier: Text } | undefined
  readonly subjectConfirmation: { readonly method: Text; readonly data: ConfirmationData | undefined } | undefined
  readonly conditions: Conditions | undefined
  readonly authnStatement: { readonly classRef: Text; readonly sessionIndex: Text } | undefined
  /** `undefined` where there is no AttributeStatement. */
  readonly attributes: readonly Attribute[] | undefined
}

export interface ConfirmationData {
  readonly recipient: Text
  readonly inResponseTo: Text
  readonly notOnOrAfter: Text
}

export interface Conditions {
  readonly notBefore: Text
  readonly notOnOrAfter: Text
  /** Each AudienceRestriction with its audiences: SAML core 2.5.1.4 wants one of each. */
  readonly audienceRestrictions: readonly (readonly string[])[]
}

export interface Attribute {
  readonly name: Text
  /** `undefined` for a value made of elements. */
  readonly values: readonly Text[]
}

export interface OpenedResponse {
  /** From the verified bytes when `signed`; otherwise it can only cause refusal (design decision 4). */
  readonly envelope: Envelope
  readonly status: Status | undefined
  readonly signed: boolean
  /** The one Assertion, its own signature verified. Throws when it cannot be had. */
  readonly assertion: () => Assertion
}

/** Strict base64, strict UTF-8. Throws `saml_message_malformed` or `saml_message_too_large`. */
export const decodeMessage = (field: string | undefined): string => strictUtf8(strictBase64(field))

/** What the message says of itself, as the sender wrote it, verified or not: only for the register. */
export const evidenceIn = ({ root }: XmlDocument): Omit<Evidence, 'request' | 'response' | 'checks'> => {
  // the first of its name: whether there are others is judged later
  const first = (parent: ElementNode | undefined, name: string, namespace: string = namespaces.assertion) =>
    parent && childrenNamed(parent, namespace, name)[0]
  const issuer = first(root, 'Issuer')
  const assertion = first(root, 'Assertion')
  const nameId = first(first(assertion, 'Subject'), 'NameID')
  const status = first(root, 'Status', namespaces.protocol)
  const code = first(status, 'StatusCode', namespaces.protocol)
  const message = first(status, 'StatusMessage', namespaces.protocol)
  const found = {
    responseId: attributeOf(root, 'ID'),
    responseIssueInstant: attributeOf(root, 'IssueInstant'),
    responseIssuer: issuer && textOf(issuer),
    assertionId: assertion && attributeOf(assertion, 'ID'),
    subject: nameId && textOf(nameId),
    subjectNameQualifier: nameId && attributeOf(nameId, 'NameQualifier'),
    anomaly: code && anomalyOf({ code: attributeOf(code, 'Value'), message: message && textOf(message) }),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== ''))
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

const readIssuer = (parent: ElementNode): Issuer | undefined => {
  const issuer = child(parent, 'Issuer')
  return issuer && { value: textOf(issuer), format: attributeOf(issuer, 'Format') }
}

const readAssertion = (assertion: ElementNode): Assertion => {
  const subject = child(assertion, 'Subject')
  const conditions = child(assertion, 'Conditions')
  const authnStatement = child(assertion, 'AuthnStatement')
  const attributeStatement = child(assertion, 'AttributeStatement')
  return {
    id: attributeOf(assertion, 'ID'),
    version: attributeOf(assertion, 'Version'),
    issueInstant: attributeOf(assertion, 'IssueInstant'),
    issuer: readIssuer(assertion),
    nameId: subject && readNameId(subject),
    subjectConfirmation: subject && readSubjectConfirmation(subject),
    conditions: conditions && readConditions(conditions),
    authnStatement: authnStatement && readAuthnStatement(authnStatement),
    attributes: attributeStatement && children(attributeStatement, 'Attribute').map(readAttribute),
  }
}

const readNameId = (subject: ElementNode): Assertion['nameId'] => {
  const nameId = child(subject, 'NameID')
  return (
    nameId && {
      value: textOf(nameId),
      format: attributeOf(nameId, 'Format'),
      nameQualifier: attributeOf(nameId, 'NameQualifier'),
    }
  )
}

const readSubjectConfirmation = (subject: ElementNode): Assertion['subjectConfirmation'] => {
  const confirmation = child(subject, 'SubjectConfirmation')
  const data = confirmation && child(confirmation, 'SubjectConfirmationData')
  return (
    confirmation && {
      method: attributeOf(confirmation, 'Method'),
      data: data && {
        recipient: attributeOf(data, 'Recipient'),
        inResponseTo: attributeOf(data, 'InResponseTo'),
        notOnOrAfter: attributeOf(data, 'NotOnOrAfter'),
      },
    }
  )
}

const readConditions = (conditions: ElementNode): Conditions => ({
  notBefore: attributeOf(conditions, 'NotBefore'),
  notOnOrAfter: attributeOf(conditions, 'NotOnOrAfter'),
  audienceRestrictions: children(conditions, 'AudienceRestriction').map((restriction) =>
    children(restriction, 'Audience').map(textOf),
  ),
})

const readAuthnStatement = (statement: ElementNode): Assertion['authnStatement'] => {
  const context = child(statement, 'AuthnContext')
  const classRef = context && child(context, 'AuthnContextClassRef')
  return { classRef: classRef && textOf(classRef), sessionIndex: attributeOf(statement, 'SessionIndex') }
}

const readAttribute = (attribute: ElementNode): Attribute => ({
  name: attributeOf(attribute, 'Name'),
  values: children(attribute, 'AttributeValue').map((value) =>
    childElements(value).length > 0 ? undefined : textOf(value),
  ),
})

const child = (parent: ElementNode, localName: string) => childNamed(parent, namespaces.assertion, localName)
const children = (parent: ElementNode, localName: string) => childrenNamed(parent, namespaces.assertion, localName)
