/** The answer is judged by these, in this order; the first that finds something wrong names the error. */
import {
  assertionId,
  assertionIssueInstant,
  assertionIssuer,
  assertionIssuerFormat,
  assertionVersion,
  attributeStatement,
  audience,
  authnContextClass,
  authnStatement,
  conditions,
  level,
} from './checks/assertion.ts'
import type { Check } from './checks/check.ts'
import {
  destination,
  inResponseTo,
  responseId,
  responseIssueInstant,
  responseIssuer,
  responseIssuerFormat,
  responseVersion,
} from './checks/response.ts'
import {
  confirmationInResponseTo,
  confirmationNotOnOrAfter,
  nameId,
  recipient,
  subjectConfirmation,
} from './checks/subject.ts'

export const checks: readonly Check[] = [
  responseId,
  responseVersion,
  responseIssueInstant,
  inResponseTo,
  destination,
  responseIssuer,
  responseIssuerFormat,
  assertionId,
  assertionVersion,
  assertionIssueInstant,
  assertionIssuer,
  assertionIssuerFormat,
  nameId,
  subjectConfirmation,
  recipient,
  confirmationInResponseTo,
  confirmationNotOnOrAfter,
  conditions,
  audience,
  authnStatement,
  authnContextClass,
  level,
  attributeStatement,
]
