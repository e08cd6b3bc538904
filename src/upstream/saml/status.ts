/** What the provider answered, before anything is read about a person. docs/rules/spid-saml.md section 8, docs/rules/cie.md A5. */
import { GatewayError } from '../../errors.ts'
import type { SamlProfile } from './profile.ts'
import type { Status } from './response.ts'

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'

/**
 * Rows 22–26, 104–108, 111. Throws `saml_status_missing`, or the profile's code for `ErrorCode nrNN`. The code alone
 * decides: sub-statuses are misspelt in the sources. Nothing of the provider's text is repeated.
 */
export const assertSuccess = (status: Status | undefined, anomalies: SamlProfile['anomalies']): void => {
  if (!status?.code) throw new GatewayError('saml_status_missing')
  if (status.code === SUCCESS) return
  const number = /ErrorCode\s*nr\s*(\d{1,2})(?!\d)/i.exec(status.message ?? '')?.[1]
  if (number === undefined) throw new GatewayError('idp_error_unknown')
  throw new GatewayError(anomalies[Number(number)] ?? 'idp_error_unknown', `ErrorCode nr${number.padStart(2, '0')}`)
}
