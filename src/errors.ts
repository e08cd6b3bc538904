/**
 * Every error that Varco itself reports, in one table. A code is stable: citizens read it out to the help line,
 * operators find it in the log, docs/errors.md and the four dictionaries are held in step with it by a test.
 */

/** What a citizen is told: a key of `sentences` in views/locales. Several codes share a sentence on purpose. */
export type Sentence =
  | 'unverifiable'
  | 'technical'
  | 'expired'
  | 'forgotten'
  | 'other_browser'
  | 'already_used'
  | 'unknown_tenant'
  | 'suspended'
  | 'succeeded'
  | 'not_served'
  | 'not_found'
  | 'bad_link'
  | 'service_gone'
  | 'service_moved'
  | 'wrong_host'
  | 'too_large'
  | 'bad_request'
  | 'unavailable'
  | 'too_many'
  | 'busy_network'
  | 'busy'
  | 'attempts'
  | 'level'
  | 'timeout'
  | 'consent'
  | 'blocked'
  | 'cancelled'
  | 'identity_type'
  | 'idp_unknown_error'
  | 'method_off'
  | 'method_paused'
  | 'maintenance'
  | 'loop'
  | 'cookies'
  | 'fiscal_number'
  | 'eidas_fiscal_number'
  | 'logout_unverifiable'
  | 'card_missing'
  | 'card_expired'
  | 'card_wrong'
  | 'card_not_cns'
  | 'card_unknown'
  | 'card_revoked'
  | 'card_unchecked'
  | 'card_issuer_expired'
  | 'card_weak'
  | 'card_no_tax_code'

interface Row {
  /** HTTP status of the page or answer. */
  readonly status: number
  /** What the relying party is told when the citizen leaves, or `none` where it must not be told at all. */
  readonly oauth: 'access_denied' | 'server_error' | 'temporarily_unavailable' | 'invalid_request' | 'none'
  /** `choice`: back on the login page with an alert, the citizen can act there. `error`: a page of its own. */
  readonly page: 'choice' | 'error'
  readonly sentence: Sentence
  /** Operators must look at it: log level error and an audit event (docs/rules/spid-saml.md section 8, codes 8–18). */
  readonly alarm?: true
}

const unverifiable = {
  status: 403,
  oauth: 'server_error',
  page: 'error',
  sentence: 'unverifiable',
} as const satisfies Row
const atChoice = (sentence: Sentence) =>
  ({ status: 403, oauth: 'access_denied', page: 'choice', sentence }) as const satisfies Row
const local = (status: number, sentence: Sentence) =>
  ({ status, oauth: 'none', page: 'error', sentence }) as const satisfies Row

export const errorTable = {
  // the SAML message
  saml_message_malformed: { ...unverifiable, status: 400 },
  saml_message_too_large: { ...unverifiable, status: 413, sentence: 'too_large' },
  saml_relay_state_unknown: { ...unverifiable, sentence: 'expired' },
  saml_doctype_forbidden: unverifiable,
  saml_structure_forbidden: unverifiable,
  saml_signature_missing: unverifiable,
  saml_signature_invalid: unverifiable,
  saml_algorithm_forbidden: unverifiable,
  saml_id_missing: unverifiable,
  saml_version_wrong: unverifiable,
  saml_issue_instant_invalid: unverifiable,
  saml_in_response_to_mismatch: unverifiable,
  saml_destination_mismatch: unverifiable,
  saml_issuer_mismatch: unverifiable,
  saml_issuer_format_wrong: unverifiable,
  saml_status_missing: unverifiable,
  saml_assertion_missing: unverifiable,
  saml_name_id_invalid: unverifiable,
  saml_subject_confirmation_invalid: unverifiable,
  saml_recipient_mismatch: unverifiable,
  saml_conditions_invalid: unverifiable,
  saml_audience_mismatch: unverifiable,
  saml_authn_statement_invalid: unverifiable,
  saml_authn_context_unknown: unverifiable,
  saml_level_too_low: { ...atChoice('level') },
  saml_attributes_invalid: unverifiable,
  saml_attribute_missing: unverifiable,
  saml_fiscal_number_invalid: { ...unverifiable, sentence: 'fiscal_number' },
  saml_response_already_used: { ...unverifiable, sentence: 'already_used' },
  // single logout: the log says which of the above it was
  saml_logout_refused: local(403, 'logout_unverifiable'),
  // what the identity provider said: docs/rules/spid-saml.md section 8, docs/rules/cie.md A5
  idp_request_rejected: { status: 403, oauth: 'server_error', page: 'error', sentence: 'technical', alarm: true },
  idp_too_many_attempts: atChoice('attempts'),
  idp_level_not_available: atChoice('level'),
  idp_timeout: atChoice('timeout'),
  idp_consent_refused: atChoice('consent'),
  idp_identity_blocked: atChoice('blocked'),
  idp_cancelled: atChoice('cancelled'),
  idp_identity_type: atChoice('identity_type'),
  idp_error_unknown: atChoice('idp_unknown_error'),
  // the European identity
  eidas_fiscal_number_needed: atChoice('eidas_fiscal_number'),
  // the card
  cns_certificate_missing: atChoice('card_missing'),
  cns_certificate_unreadable: atChoice('card_wrong'),
  cns_certificate_expired: atChoice('card_expired'),
  cns_issuer_unknown: atChoice('card_unknown'),
  cns_issuer_expired: atChoice('card_issuer_expired'),
  cns_signature_invalid: atChoice('card_unknown'),
  cns_key_usage_wrong: atChoice('card_wrong'),
  cns_client_auth_missing: atChoice('card_wrong'),
  cns_policy_missing: atChoice('card_not_cns'),
  cns_common_name_invalid: atChoice('card_no_tax_code'),
  cns_key_too_short: atChoice('card_weak'),
  cns_revoked: atChoice('card_revoked'),
  cns_revocation_unknown: {
    ...atChoice('card_unchecked'),
    status: 503,
    oauth: 'temporarily_unavailable',
    alarm: true,
  },
  cns_ticket_unknown: local(403, 'expired'),
  cns_proxy_refused: { ...local(403, 'technical'), alarm: true },
  // the login under way
  interaction_expired: local(400, 'expired'),
  login_result_unknown: local(403, 'expired'),
  service_state_expired: { ...atChoice('forgotten'), status: 409 },
  browser_unknown: local(400, 'cookies'),
  service_gone: local(410, 'service_gone'),
  redirect_uri_gone: local(410, 'service_moved'),
  login_loop: local(429, 'loop'),
  login_browser_mismatch: local(403, 'other_browser'),
  upstream_unknown: local(404, 'bad_link'),
  upstream_not_allowed: atChoice('method_off'),
  upstream_paused: { ...atChoice('method_paused'), status: 503, oauth: 'temporarily_unavailable' },
  idp_unknown: atChoice('method_off'),
  // the OpenID Connect request
  oidc_request_invalid: local(400, 'bad_link'),
  oidc_server_error: { ...local(500, 'technical'), alarm: true },
  // the gateway
  host_unknown: local(421, 'wrong_host'),
  tenant_unknown: local(404, 'unknown_tenant'),
  tenant_draft: local(404, 'unknown_tenant'),
  tenant_suspended: local(503, 'suspended'),
  tenant_succeeded: local(410, 'succeeded'),
  maintenance: local(503, 'maintenance'),
  tenant_not_served: { ...local(503, 'not_served'), alarm: true },
  page_not_found: local(404, 'not_found'),
  method_not_allowed: local(405, 'bad_request'),
  request_malformed: local(400, 'bad_request'),
  request_too_large: local(413, 'too_large'),
  too_many_requests: local(429, 'too_many'),
  rate_limited: local(429, 'busy_network'),
  gateway_busy: local(503, 'busy'),
  register_unavailable: { ...local(503, 'unavailable'), alarm: true },
  store_unavailable: { ...local(503, 'unavailable'), alarm: true },
  internal_error: { ...local(500, 'technical'), alarm: true },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errorTable
export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorTable, value)
export const errorRow = (code: ErrorCode): Row => errorTable[code]

/** Seconds after which it is worth asking again, of what is broken and being mended. */
const RETRY_AFTER = 30

export class GatewayError extends Error {
  readonly code: ErrorCode
  /** For the log only: never personal data, never shown. */
  readonly detail: string | undefined
  /** Seconds until another attempt may succeed, where somebody has counted them. */
  readonly wait: number | undefined
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown; retryAfter?: number }) {
    super(detail === undefined ? code : `${code}: ${detail}`, options)
    this.name = 'GatewayError'
    this.code = code
    this.detail = detail
    this.wait = options?.retryAfter
  }
  get row(): Row {
    return errorRow(this.code)
  }
  /** Seconds after which a program may ask again. */
  get retryAfter(): number | undefined {
    return this.wait ?? (this.row.status === 503 ? RETRY_AFTER : undefined)
  }
}

/** Why the gateway does not start: the message is one plain sentence for the operator, with what to do. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StartError'
  }
}
