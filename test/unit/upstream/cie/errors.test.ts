/** docs/rules/cie.md A5, row by row: the code in the StatusMessage alone decides. */
import { describe, expect, it } from 'vitest'
import { cieAnswers } from '../../../fixtures/saml/cie.ts'
import { type Edit, setContent } from '../../../fixtures/saml/idp.ts'
import { verdict } from '../../../fixtures/saml/login.ts'

const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'

/** As CIE sends it: a status, mostly a second one inside, and the code as a message. */
const refused = async (code: string, sub: string, message: string) => {
  const inner = sub === 'no second status' ? '' : `<samlp:StatusCode Value="${STATUS}${sub}"/>`
  const edit: Edit = setContent(
    'samlp:Status',
    `<samlp:StatusCode Value="${STATUS}${code}">${inner}</samlp:StatusCode><samlp:StatusMessage>${message}</samlp:StatusMessage>`,
  )
  return verdict(await cieAnswers({ status: { code, message }, edit }))
}

describe('an error that reaches us', () => {
  it.each([
    ['08', 'Requester', 'no second status', 'idp_request_rejected'],
    ['09', 'VersionMismatch', 'no second status', 'idp_request_rejected'],
    ['11', 'Requester', 'no second status', 'idp_request_rejected'],
    ['12', 'Requester', 'NoAuthnContext', 'idp_request_rejected'],
    ['13', 'Requester', 'RequestDenied', 'idp_request_rejected'],
    ['14', 'Requester', 'RequestUnsupported', 'idp_request_rejected'],
    ['15', 'Requester', 'NoPassive', 'idp_request_rejected'],
    ['16', 'Requester', 'RequestUnsupported', 'idp_request_rejected'],
    ['17', 'Requester', 'RequestUnsupported', 'idp_request_rejected'],
    ['18', 'Requester', 'RequestUnsupported', 'idp_request_rejected'],
    ['21', 'Responder', 'AuthnFailed', 'idp_timeout'],
    ['22', 'Responder', 'AuthnFailed', 'idp_consent_refused'],
    ['23', 'Responder', 'AuthnFailed', 'idp_identity_blocked'],
    ['25', 'Responder', 'AuthnFailed', 'idp_cancelled'],
  ] as const)('cie A5 nr%s: %s with %s is %s', async (number, code, sub, expected) => {
    expect(await refused(code, sub, `ErrorCode nr${number}`)).toBe(expected)
  })

  it.each(['19', '20', '24', '30', '02', '10', '99'])('cie A5 nr%s: is none of CIE’s, so unknown', async (number) => {
    expect(await refused('Responder', 'AuthnFailed', `ErrorCode nr${number}`)).toBe('idp_error_unknown')
  })

  it.each([
    'ErrorCode nr25.',
    ' ErrorCode  nr25 ',
    '\n    ErrorCode nr25 .\n  ',
    'ErrorCode nr 25',
    'ErrorCode nr25. ',
  ])('cie A5 spelling: %j is nr25', async (message) => {
    expect(await refused('Responder', 'AuthnFailed', message)).toBe('idp_cancelled')
  })

  it('cie A5 spelling: nr12 with the sub-status that the table misspells', async () => {
    const edit = setContent(
      'samlp:Status',
      `<samlp:StatusCode Value="${STATUS}Requester"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:statuss:NoAuthnContext"/></samlp:StatusCode><samlp:StatusMessage>ErrorCode nr12</samlp:StatusMessage>`,
    )
    expect(verdict(await cieAnswers({ status: { code: 'Requester' }, edit }))).toBe('idp_request_rejected')
  })

  it('cie A5 spelling: a longer number is not guessed at', async () => {
    expect(await refused('Responder', 'AuthnFailed', 'ErrorCode nr250')).toBe('idp_error_unknown')
  })
})
