import { describe, expect, it } from 'vitest'
import { readAuthnRequest, UnreadableRequest } from '../../../sandbox/saml/read-request.ts'
import { cieIdp, postForm, redirectUrl, requestXml, SP_ENTITY_ID, spidIdp, strangerKey } from './request-fixture.ts'

const idp = spidIdp()
const sso = idp.ssoUrl('redirect') ?? ''
const post = idp.ssoUrl('post') ?? ''
const receive = (edit: (xml: string) => string) =>
  idp.receive(readAuthnRequest(redirectUrl(sso, requestXml(sso, { edit }))))

describe('what a test provider makes of a request', () => {
  it('takes a good one by either binding, and knows what is asked', () => {
    const expected = { level: 2, attributes: ['fiscalNumber', 'name', 'familyName', 'dateOfBirth', 'spidCode'] }
    expect(receive((xml) => xml)).toMatchObject(expected)
    expect(idp.receive(readAuthnRequest(postForm(requestXml(post))))).toMatchObject(expected)
  })

  it.each([
    ['5 by Redirect', () => readAuthnRequest(redirectUrl(sso, requestXml(sso), strangerKey)), 5],
    ['7 by POST', () => readAuthnRequest(postForm(requestXml(post), strangerKey)), 7],
    [
      '7 for no signature at all',
      () => readAuthnRequest({ SAMLRequest: Buffer.from(requestXml(post)).toString('base64'), RelayState: 'x' }),
      7,
    ],
  ] as const)('shows error %s where the signature is not the service provider’s', (_, read, code) => {
    expect(idp.receive(read())).toMatchObject({ page: { code } })
  })

  it('shows error 7 where something was changed after signing', () => {
    const form = postForm(requestXml(post))
    const changed = Buffer.from(form.SAMLRequest ?? '', 'base64')
      .toString()
      .replace('SpidL2', 'SpidL1')
    expect(
      idp.receive(readAuthnRequest({ ...form, SAMLRequest: Buffer.from(changed).toString('base64') })),
    ).toMatchObject({ page: { code: 7 } })
  })

  it('shows error 5 where RelayState was changed after signing', () => {
    const url = redirectUrl(sso, requestXml(sso)).replace('RelayState=opaque1', 'RelayState=opaque2')
    expect(idp.receive(readAuthnRequest(url))).toMatchObject({ page: { code: 5 } })
  })

  it.each([
    ['an unknown Issuer', (xml: string) => xml.replaceAll(`>${SP_ENTITY_ID}<`, '>http://other<')],
    ['an Issuer without NameQualifier', (xml: string) => xml.replace(/ NameQualifier="[^"]+"/, '')],
    ['an Issuer without Format', (xml: string) => xml.replace(/<saml:Issuer Format="[^"]+"/, '<saml:Issuer')],
  ])('shows error 10 for %s', (_, edit) => {
    expect(receive(edit)).toMatchObject({ page: { code: 10 } })
  })

  it.each([
    [8, 'AllowCreate', (xml: string) => xml.replace('<samlp:NameIDPolicy ', '<samlp:NameIDPolicy AllowCreate="true" ')],
    [8, 'no ForceAuthn', (xml: string) => xml.replace(' ForceAuthn="true"', '')],
    [9, 'Version', (xml: string) => xml.replace('Version="2.0"', 'Version="1.1"')],
    [11, 'ID that is no NCName', (xml: string) => xml.replace('ID="_request1"', 'ID="1"')],
    [
      12,
      'an old class',
      (xml: string) => xml.replace('https://www.spid.gov.it/SpidL2', 'urn:oasis:names:tc:SAML:2.0:ac:classes:SpidL2'),
    ],
    [13, 'an old IssueInstant', (xml: string) => xml.replace('2026-01-15T09:59', '2026-01-15T09:50')],
    [14, 'another Destination', (xml: string) => xml.replace(`Destination="${sso}"`, 'Destination="http://other"')],
    [15, 'IsPassive', (xml: string) => xml.replace(' ForceAuthn', ' IsPassive="true" ForceAuthn')],
    [
      16,
      'an index beside the URL',
      (xml: string) => xml.replace(' ProtocolBinding', ' AssertionConsumerServiceIndex="0" ProtocolBinding'),
    ],
    [16, 'a foreign ACS', (xml: string) => xml.replace('/t/ala/saml/spid/acs', '/t/moena/saml/spid/acs')],
    [17, 'another NameID format', (xml: string) => xml.replace('nameid-format:transient', 'nameid-format:persistent')],
    [
      18,
      'an unknown attribute set',
      (xml: string) => xml.replace('AttributeConsumingServiceIndex="0"', 'AttributeConsumingServiceIndex="7"'),
    ],
  ])('answers error %i for %s', (code, _, edit) => {
    expect(receive(edit)).toMatchObject({ answered: { code } })
  })

  it('does not take the entityID as Destination where it is CIE (docs/rules/cie.md A3)', () => {
    const cie = cieIdp()
    const redirect = cie.ssoUrl('redirect') ?? ''
    const toEntityId = readAuthnRequest(redirectUrl(redirect, requestXml(cie.entityId)))
    expect(cie.receive(toEntityId)).toMatchObject({ answered: { code: 14 } })
    expect(idp.receive(readAuthnRequest(redirectUrl(sso, requestXml(idp.entityId))))).toMatchObject({ level: 2 })
  })

  it.each([
    ['no SAMLRequest', `${sso}?RelayState=x`],
    ['no signature', redirectUrl(sso, requestXml(sso)).replace(/&Signature=.*/, '')],
    ['something that is not deflated', `${sso}?SAMLRequest=AAAA&SigAlg=x&Signature=x`],
    ['a document type', redirectUrl(sso, `<!DOCTYPE a>${requestXml(sso)}`)],
    ['another message', redirectUrl(sso, '<LogoutRequest/>')],
  ])('cannot read %s (error 4)', (_, url) => {
    expect(() => readAuthnRequest(url)).toThrow(UnreadableRequest)
  })
})
