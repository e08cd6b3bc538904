/**
 * The modules of the OpenID Foundation's conformance suite for a provider without dynamic registration, plan by plan, in the
 * order of its plans (openid-certification/conformance-suite, src/main/java/net/openid/conformance/openid/OIDCC…TestPlan.java).
 * There is a test of the same name for each.
 */

/** What the suite itself would say. `refused`: Varco does not offer it and says so, which the suite takes for a skip. */
export type Verdict = 'passed' | 'warning' | 'refused' | 'not for static clients'

export interface Module {
  readonly verdict: Verdict
  /** Where the verdict wants a reason, or the test differs from the module. */
  readonly note?: string
}

const passed = { verdict: 'passed' } as const
const warning = (note: string) => ({ verdict: 'warning', note }) as const

export const basicModules = {
  'oidcc-server': passed,
  'oidcc-response-type-missing': passed,
  'oidcc-idtoken-signature': {
    verdict: 'not for static clients',
    note: 'asserted all the same: RS256 and a `kid` for a client that says nothing',
  },
  'oidcc-idtoken-unsigned': {
    verdict: 'not for static clients',
    note: '`none` is not offered; a tenant file that asks for it is refused',
  },
  'oidcc-userinfo-get': passed,
  'oidcc-userinfo-post-header': passed,
  'oidcc-userinfo-post-body': passed,
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': passed,
  'oidcc-scope-profile': warning('no national system certifies nickname, picture, website and their like: absent'),
  'oidcc-scope-email': passed,
  'oidcc-scope-address': passed,
  'oidcc-scope-phone': warning('SPID does not say whether a telephone was verified: `phone_number_verified` is absent'),
  'oidcc-scope-all': warning('as for `oidcc-scope-profile` and `oidcc-scope-phone`'),
  'oidcc-ensure-other-scope-order-succeeds': passed,
  'oidcc-display-page': passed,
  'oidcc-display-popup': passed,
  'oidcc-prompt-login': passed,
  'oidcc-prompt-none-not-logged-in': passed,
  'oidcc-prompt-none-logged-in': passed,
  'oidcc-max-age-1': passed,
  'oidcc-max-age-10000': {
    verdict: 'passed',
    note: 'nobody logs in again; the page asks whether they go on as the person who is logged in',
  },
  'oidcc-ensure-request-with-unknown-parameter-succeeds': passed,
  'oidcc-id-token-hint': passed,
  'oidcc-login-hint': {
    verdict: 'passed',
    note: 'a hint about a person is passed over: Varco knows nobody before they have logged in',
  },
  'oidcc-ui-locales': passed,
  'oidcc-claims-locales': passed,
  'oidcc-ensure-request-with-acr-values-succeeds': passed,
  'oidcc-codereuse': passed,
  'oidcc-codereuse-30seconds': passed,
  'oidcc-ensure-registered-redirect-uri': passed,
  'oidcc-ensure-post-request-succeeds': passed,
  'oidcc-server-client-secret-post': passed,
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': {
    verdict: 'refused',
    note: '`request_uri_not_supported`; the address is not fetched',
  },
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': {
    verdict: 'refused',
    note: '`request_not_supported`',
  },
  'oidcc-claims-essential': passed,
  'oidcc-ensure-request-object-with-redirect-uri': {
    verdict: 'passed',
    note: 'by the error page: request objects are not taken, and the other address is not registered',
  },
  'oidcc-refresh-token': passed,
  'oidcc-ensure-request-with-valid-pkce-succeeds': passed,
} as const satisfies Readonly<Record<string, Module>>

export const configModules = {
  'oidcc-discovery-endpoint-verification': passed,
} as const satisfies Readonly<Record<string, Module>>

/** The suite takes an error page or a page that asks the citizen for a module that must not lead back. */
const asks = { verdict: 'passed', note: 'by the page with one button, which does not lead back' } as const
const byButton = { verdict: 'passed', note: 'after the button of the page that asks' } as const

export const rpInitiatedLogoutModules = {
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': passed,
  'oidcc-rp-initiated-logout': passed,
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': {
    verdict: 'passed',
    note: 'the citizen is logged out, and stays on our page',
  },
  'oidcc-rp-initiated-logout-modified-id-token-hint': asks,
  'oidcc-rp-initiated-logout-no-id-token-hint': asks,
  'oidcc-rp-initiated-logout-no-params': byButton,
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': passed,
  'oidcc-rp-initiated-logout-no-state': passed,
  'oidcc-rp-initiated-logout-only-state': byButton,
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': {
    verdict: 'passed',
    note: 'the citizen is logged out, and stays on our page',
  },
  'oidcc-rp-initiated-logout-bad-id-token-hint': asks,
} as const satisfies Readonly<Record<string, Module>>

export const backChannelLogoutModules = {
  'oidcc-backchannel-logout-discovery-endpoint-verification': passed,
  'oidcc-backchannel-rp-initiated-logout': passed,
} as const satisfies Readonly<Record<string, Module>>

/** By the name of the certification, with the name of the suite's plan and the file of the tests. */
export const plans = [
  {
    certification: 'Basic OP',
    plan: 'oidcc-basic-certification-test-plan',
    tests: 'test/e2e/oidcc-basic.test.ts',
    modules: basicModules,
  },
  {
    certification: 'Config OP',
    plan: 'oidcc-config-certification-test-plan',
    tests: 'test/e2e/oidcc-config.test.ts',
    modules: configModules,
  },
  {
    certification: 'Form Post OP',
    plan: 'oidcc-formpost-basic-certification-test-plan',
    tests: 'test/e2e/oidcc-form-post.test.ts',
    modules: basicModules,
  },
  {
    certification: 'RP-Initiated Logout OP',
    plan: 'oidcc-rp-initiated-logout-certification-test-plan',
    tests: 'test/e2e/oidcc-rp-initiated-logout.test.ts',
    modules: rpInitiatedLogoutModules,
  },
  {
    certification: 'Back-Channel Logout OP',
    plan: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
    tests: 'test/e2e/oidcc-back-channel-logout.test.ts',
    modules: backChannelLogoutModules,
  },
] as const
