import { describe, expect, it } from 'vitest'
import { respond, verdict } from '../../../fixtures/saml/login.ts'

const spid = async (message: string) => verdict(await respond({ status: { code: 'Responder', message } }))

describe('SPID', () => {
  it.each([
    ['104', '19', 'idp_too_many_attempts'],
    ['105', '20', 'idp_level_not_available'],
    ['106', '21', 'idp_timeout'],
    ['107', '22', 'idp_consent_refused'],
    ['108', '23', 'idp_identity_blocked'],
    ['111', '25', 'idp_cancelled'],
    ['section 8', '30', 'idp_identity_type'],
    ...['08', '09', '11', '12', '13', '14', '15', '16', '17', '18'].map((n) => [
      'section 8',
      n,
      'idp_request_rejected',
    ]),
    ...['02', '10', '24', '31', '99'].map((n) => ['section 8', n, 'idp_error_unknown']),
  ])('row %s: nr%s is %s', async (_, number, code) => {
    expect(await spid(`ErrorCode nr${number}`)).toBe(code)
  })

  it('finds the code anywhere in the message, in any spelling seen', async () => {
    for (const message of [
      'errorcode NR25',
      'x ErrorCode nr 25.',
      'ErrorCode  nr25 - annullato',
      '\n ErrorCode nr25 \n',
    ]) {
      expect(await spid(message)).toBe('idp_cancelled')
    }
    expect(await spid('ErrorCode nr8')).toBe('idp_request_rejected')
  })

  it('does not guess', async () => {
    expect(await spid('nr25')).toBe('idp_error_unknown')
    expect(await spid('')).toBe('idp_error_unknown')
    expect(await spid('ErrorCode nr250')).toBe('idp_error_unknown')
    expect(verdict(await respond({ status: { code: 'Requester' } }))).toBe('idp_error_unknown')
  })

  it('repeats nothing of the provider’s text', async () => {
    const outcome = await respond({ status: { code: 'Responder', message: 'RSSMRA80A01H501U ErrorCode nr22' } })
    expect(outcome).toMatchObject({ error: { detail: 'ErrorCode nr22' } })
  })
})
