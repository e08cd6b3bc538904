import { describe, expect, it } from 'vitest'
import { ACS, IDP, NOW, removeAttribute, setAttribute, setContent } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'

describe('a good response', () => {
  it('row 1: is accepted and gives the citizen, the evidence and what must not come again', async () => {
    const outcome = await respond()
    expect(outcome).toMatchObject({
      kind: 'verified',
      citizen: {
        upstream: 'spid',
        idp: IDP,
        level: 2,
        authTime: NOW / 1000,
        fiscalNumber: 'TINIT-RSSMRA80A01H501U',
        givenName: 'Maria Rosa',
        familyName: "D'Àngelo",
        birthdate: '1980-01-01',
      },
      evidence: { responseId: '_response-1', assertionId: '_assertion-1' },
      replay: { ids: ['_assertion-1'], until: Date.parse('2026-01-15T10:06:00Z') },
      logout: { idp: IDP, nameId: '_name-1', nameQualifier: IDP, sessionIndex: '_session-1' },
    })
  })

  it('row 1-NS: is accepted without SessionIndex, and then there is nothing to log out of', async () => {
    const outcome = await respond({ edit: removeAttribute('saml:AuthnStatement', 'SessionIndex') })
    expect(verdict(outcome)).toBe('verified')
    expect(outcome).not.toHaveProperty('logout')
  })

  it.each([
    ['instants with an offset', setAttribute('samlp:Response', 'IssueInstant', '2026-01-15T11:00:30+01:00')],
    ['an Issuer with line breaks around it', setContent('saml:Issuer', `\n  ${IDP}\n`)],
    ['an instant cut to the second, before the request was made', (xml: string) => xml],
    [
      'an extension of the Response',
      (xml: string) => xml.replace('<samlp:Status>', '<samlp:Extensions><x>1</x></samlp:Extensions><samlp:Status>'),
    ],
  ])('accepts %s', async (_, edit) => {
    expect(verdict(await respond({ edit }))).toBe('verified')
  })

  it.each([
    ['the Response unsigned', { sign: { response: false } }],
    [
      'RSA-SHA512',
      {
        algorithms: {
          signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
          digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
        },
      },
    ],
    [
      'inclusive canonicalisation',
      {
        algorithms: {
          transforms: [
            'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
            'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
          ],
        },
      },
    ],
  ] as const)('accepts %s', async (_, options) => {
    expect(verdict(await respond(options))).toBe('verified')
  })

  it('verifies with each certificate of the provider, also an expired one', async () => {
    const { selfSigned } = await import('../../../fixtures/saml/certificate.ts')
    const expired = selfSigned({ notAfter: '2021-01-01T00:00:00Z' })
    const certificates = [selfSigned().certificate, expired.certificate]
    const pending = pendingLogin({ idp: { entityId: IDP, binding: 'redirect', ssoUrl: `${IDP}/sso`, certificates } })
    expect(verdict(await respond({ sign: { assertion: expired, response: expired } }, { pending }))).toBe('verified')
  })

  it('row 96: a higher level than asked counts as the level reached', async () => {
    const outcome = await respond({ classRef: 'https://www.spid.gov.it/SpidL3' })
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { level: 3 } })
  })

  it('takes a response of one minute of skew either way, and not of two', async () => {
    const at = (now: string) => respond({}, { now: Date.parse(now) }).then(verdict)
    expect(await at('2026-01-15T09:59:05Z')).toBe('verified')
    expect(await at('2026-01-15T09:58:00Z')).toBe('saml_issue_instant_invalid')
    expect(await at('2026-01-15T10:05:59Z')).toBe('verified')
    expect(await at('2026-01-15T10:06:00Z')).toBe('saml_subject_confirmation_invalid')
  })

  it('is for the address of this login', async () => {
    expect(verdict(await respond({}, { pending: pendingLogin({ acsUrl: `${ACS}/other` }) }))).toBe(
      'saml_destination_mismatch',
    )
  })
})
