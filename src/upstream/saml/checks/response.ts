/** The envelope. Rows are those of docs/rules/spid-saml.md 5.2; the Status stands in status.ts. */
import { GatewayError } from '../../../errors.ts'
import { assertId, assertIssueInstant, assertIssuer, assertIssuerFormat, assertVersion, type Check } from './check.ts'

/** Rows 8, 9. */
export const responseId: Check = ({ response }) => assertId(response.id)

/** Row 10. */
export const responseVersion: Check = ({ response }) => assertVersion(response.version)

/** Rows 11–15; 110 passes. */
export const responseIssueInstant: Check = (answer) => assertIssueInstant(answer.response.issueInstant, answer)

/** SAML core 3.2.2: the response must answer a request of ours. Rows 16–18. */
export const inResponseTo: Check = ({ response, pending }) => {
  if (response.inResponseTo !== pending.requestId) throw new GatewayError('saml_in_response_to_mismatch')
}

/** SAML bindings 3.5.5.2: meant for this address. Rows 19–21. */
export const destination: Check = ({ response, pending }) => {
  if (response.destination !== pending.acsUrl) throw new GatewayError('saml_destination_mismatch')
}

/** Rows 27–29. */
export const responseIssuer: Check = (answer) => assertIssuer(answer.response.issuer, answer)

/** Row 30; 31 passes. */
export const responseIssuerFormat: Check = ({ response, profile }) =>
  assertIssuerFormat(response.issuer, profile.issuerFormat.response)
