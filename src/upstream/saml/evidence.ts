/** What the register keeps of an answer, whatever becomes of it. */
import type { Evidence } from '../upstream.ts'
import { anomalyOf } from './status.ts'
import type { ElementNode } from './tree.ts'
import { attributeOf, childrenNamed, namespaces, textOf, type XmlDocument } from './xml.ts'

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
