/** What the provider answered, before anything is read about a person. docs/rules/spid-saml.md section 8, docs/rules/cie.md A5. */
import { GatewayError } from '../../errors.ts'
import type { SamlProfile } from './profile.ts'
import type { Status } from './response.ts'

const SUCCESS = { urn: 'urn:oasis:names:tc:SAML:2.0:status:Success', anomaly: 1 } as const

/**
 * Rows 22–26, 104–108, 111. Throws `saml_status_missing`, or the profile's code for `ErrorCode nrNN`. The code alone
 * decides: sub-statuses are misspelt in the sources. Nothing of the provider's text is repeated.
 */
export const assertSuccess = (status: Status | undefined, anomalies: SamlProfile['anomalies']): void => {
  if (!status?.code) throw new GatewayError('saml_status_missing')
  const anomaly = anomalyOf(status)
  if (anomaly === SUCCESS.anomaly) return
  if (anomaly === undefined) throw new GatewayError('idp_error_unknown')
  throw new GatewayError(anomalies[anomaly] ?? 'idp_error_unknown', `ErrorCode nr${String(anomaly).padStart(2, '0')}`)
}

/** NN of `ErrorCode nrNN`; 1 for success, which says so without a number. */
export const anomalyOf = ({ code, message }: Status): number | undefined => {
  if (code === SUCCESS.urn) return SUCCESS.anomaly
  const number = /ErrorCode\s*nr\s*(\d{1,2})(?!\d)/i.exec(message ?? '')?.[1]
  return number === undefined ? undefined : Number(number)
}
