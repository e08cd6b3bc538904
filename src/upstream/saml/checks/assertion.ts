/** The assertion but for its Subject. Rows are those of docs/rules/spid-saml.md 5.2. */
import { levelOfClass } from '../../../citizen/assurance.ts'
import { GatewayError } from '../../../errors.ts'
import {
  assertId,
  assertIssueInstant,
  assertIssuer,
  assertIssuerFormat,
  assertNotPast,
  assertVersion,
  type Check,
  CLOCK_SKEW,
  millisecondsOf,
} from './check.ts'

/** Rows 33, 34. */
export const assertionId: Check = ({ assertion }) => assertId(assertion.id)

/** Row 35. */
export const assertionVersion: Check = ({ assertion }) => assertVersion(assertion.version)

/** Rows 36–40; 110 passes. */
export const assertionIssueInstant: Check = (answer) => assertIssueInstant(answer.assertion.issueInstant, answer)

/** Rows 67–69. */
export const assertionIssuer: Check = (answer) => assertIssuer(answer.assertion.issuer, answer)

/** Rows 70–72 (CIE may leave it out: docs/rules/cie.md A4). */
export const assertionIssuerFormat: Check = ({ assertion, profile }) =>
  assertIssuerFormat(assertion.issuer, profile.issuerFormat.assertion)

/** Rows 74–82. */
export const conditions: Check = (answer) => {
  const { notBefore, notOnOrAfter } = answer.assertion.conditions ?? {}
  const start = millisecondsOf(notBefore)
  if (start === undefined || start > answer.now + CLOCK_SKEW) throw new GatewayError('saml_conditions_invalid')
  assertNotPast(notOnOrAfter, answer, 'saml_conditions_invalid')
}

/** For this tenant: one Comune's assertion is worth nothing at the next. Rows 73, 83–87. */
export const audience: Check = ({ assertion, pending }) => {
  const restrictions = assertion.conditions?.audienceRestrictions ?? []
  if (restrictions.length === 0 || !restrictions.every((audiences) => audiences.includes(pending.entityId))) {
    throw new GatewayError('saml_audience_mismatch')
  }
}

/** Rows 88–93. SessionIndex may be there or not, at any level (5.1). */
export const authnStatement: Check = ({ assertion }) => {
  if (!assertion.authnStatement?.classRef) throw new GatewayError('saml_authn_statement_invalid')
}

/** One of the three exact URIs. Row 97. */
export const authnContextClass: Check = ({ assertion }) => {
  if (levelOfClass(assertion.authnStatement?.classRef ?? '') === undefined) {
    throw new GatewayError('saml_authn_context_unknown')
  }
}

/** At least the level asked, whatever the Comparison was: 5.3, rows 94–96. */
export const level: Check = ({ assertion, pending }) => {
  const reached = levelOfClass(assertion.authnStatement?.classRef ?? '') ?? 0
  if (reached < pending.level) throw new GatewayError('saml_level_too_low', `asked ${pending.level}, got ${reached}`)
}

/** Rows 98, 99; 109 passes: NameFormat is not looked at. Twice the same name would leave the choice to the reader. */
export const attributeStatement: Check = ({ assertion: { attributes } }) => {
  if (attributes === undefined) return
  const names = new Set(attributes.map(({ name }) => name))
  const wrong = attributes.some(({ name, values }) => !name || values.length === 0)
  if (attributes.length === 0 || wrong || names.size < attributes.length) {
    throw new GatewayError('saml_attributes_invalid')
  }
}
