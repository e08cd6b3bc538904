/** Whom the assertion speaks of, and to whom it was given. Rows are those of docs/rules/spid-saml.md 5.2. */
import { GatewayError } from '../../../errors.ts'
import { assertNotPast, type Check } from './check.ts'

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/** Rows 41–49. Whose the NameQualifier is does not matter (row 50): NameID identifies nobody here. */
export const nameId: Check = ({ assertion }) => {
  const { value, format, nameQualifier } = assertion.nameId ?? {}
  if (!value || format !== TRANSIENT || !nameQualifier) throw new GatewayError('saml_name_id_invalid')
}

/** Rows 51–56. */
export const subjectConfirmation: Check = ({ assertion }) => {
  const { method, data } = assertion.subjectConfirmation ?? {}
  if (method !== BEARER || data === undefined) throw new GatewayError('saml_subject_confirmation_invalid')
}

/** SAML profiles 4.1.4.2: delivered to our address and no other. Rows 57–59. */
export const recipient: Check = ({ assertion, pending }) => {
  if (assertion.subjectConfirmation?.data?.recipient !== pending.acsUrl) {
    throw new GatewayError('saml_recipient_mismatch')
  }
}

/** The one InResponseTo that the assertion's own signature covers. Rows 60–62. */
export const confirmationInResponseTo: Check = ({ assertion, pending }) => {
  if (assertion.subjectConfirmation?.data?.inResponseTo !== pending.requestId) {
    throw new GatewayError('saml_in_response_to_mismatch')
  }
}

/** Rows 63–66. */
export const confirmationNotOnOrAfter: Check = (answer) => {
  assertNotPast(answer.assertion.subjectConfirmation?.data?.notOnOrAfter, answer, 'saml_subject_confirmation_invalid')
}
