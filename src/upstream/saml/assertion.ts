/** An Assertion as it stands: `undefined` where something is absent. Judging it is checks.ts. */
import type { ElementNode } from './tree.ts'
import { attributeOf, childElements, childNamed, childrenNamed, namespaces, textOf } from './xml.ts'

type Text = string | undefined

export interface Issuer {
  readonly value: string
  readonly format: Text
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

export const readIssuer = (parent: ElementNode): Issuer | undefined => {
  const issuer = child(parent, 'Issuer')
  return issuer && { value: textOf(issuer), format: attributeOf(issuer, 'Format') }
}

export const readAssertion = (assertion: ElementNode): Assertion => {
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
