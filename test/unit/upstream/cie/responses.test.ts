/** docs/rules/cie.md A4: the checks of SPID, with CIE's documented differences. */
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../../src/errors.ts'
import { cieProfile } from '../../../../src/upstream/cie/cie.ts'
import { CIE_IDP, cieAnswers, ciePending } from '../../../fixtures/saml/cie.ts'
import { type Edit, edits, person, removeAttribute, setAttribute, setContent } from '../../../fixtures/saml/idp.ts'
import { answer, foreignSigner, idpSigner, verdict } from '../../../fixtures/saml/login.ts'
import { messageOf, rows } from '../../../fixtures/saml/rows.ts'

const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
const EMAIL = '<saml:Attribute Name="email"><saml:AttributeValue>x@example.it</saml:AttributeValue></saml:Attribute>'
const L = (level: number) => `https://www.spid.gov.it/SpidL${level}`

describe('the shape that the manual prints', () => {
  it('cie A4 Response/Issuer: is accepted without Format and with line breaks, and is a CIE identity', async () => {
    expect(await cieAnswers()).toMatchObject({
      kind: 'verified',
      citizen: { upstream: 'cie', idp: CIE_IDP, level: 2, fiscalNumber: person.fiscalNumber },
    })
  })

  it.each<[row: string, what: string, expected: 'verified' | ErrorCode, edit: Edit]>([
    ['Response/Issuer', 'with the Format that SPID sends', 'verified', withFormat(0)],
    ['Response/Issuer', 'with another Format', 'saml_issuer_format_wrong', withFormat(0, UNSPECIFIED)],
    ['Response/Issuer', 'the other environment’s entityID', 'saml_issuer_mismatch', preproduction(0)],
    ['Assertion/Issuer', 'without Format', 'verified', removeAttribute('saml:Issuer', 'Format', 1)],
    [
      'Assertion/Issuer',
      'with another Format',
      'saml_issuer_format_wrong',
      setAttribute('saml:Issuer', 'Format', UNSPECIFIED, 1),
    ],
    ['Assertion/Issuer', 'the other environment’s entityID', 'saml_issuer_mismatch', preproduction(1)],
    [
      'Response/@Destination',
      'the assertion consumer of SPID',
      'saml_destination_mismatch',
      setAttribute('samlp:Response', 'Destination', spidAcs()),
    ],
    [
      'Response/@InResponseTo',
      'of another request',
      'saml_in_response_to_mismatch',
      setAttribute('samlp:Response', 'InResponseTo', '_other'),
    ],
    [
      'Response/@InResponseTo',
      'of another request, in the confirmation',
      'saml_in_response_to_mismatch',
      setAttribute('saml:SubjectConfirmationData', 'InResponseTo', '_other'),
    ],
    ['NameID', 'with another Format', 'saml_name_id_invalid', setAttribute('saml:NameID', 'Format', UNSPECIFIED)],
    ['NameID', 'without NameQualifier', 'saml_name_id_invalid', removeAttribute('saml:NameID', 'NameQualifier')],
    [
      'SubjectConfirmation',
      'not a bearer',
      'saml_subject_confirmation_invalid',
      setAttribute('saml:SubjectConfirmation', 'Method', 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key'),
    ],
    [
      'SubjectConfirmation',
      'for another address',
      'saml_recipient_mismatch',
      setAttribute('saml:SubjectConfirmationData', 'Recipient', spidAcs()),
    ],
    [
      'SubjectConfirmation',
      'with any Address, which is ignored',
      'verified',
      setAttribute('saml:SubjectConfirmationData', 'Address', 'unknown'),
    ],
    [
      'Conditions',
      'for the tenant’s SPID entityID',
      'saml_audience_mismatch',
      setContent('saml:Audience', 'https://login.regione.example/pub-ag-full/c_l378'),
    ],
    ['AuthnStatement', 'without SessionIndex', 'verified', removeAttribute('saml:AuthnStatement', 'SessionIndex')],
    [
      'AuthnContextClassRef',
      'of none of the three',
      'saml_authn_context_unknown',
      setContent('saml:AuthnContextClassRef', 'https://www.spid.gov.it/SpidL4'),
    ],
    [
      'AttributeStatement',
      'with another NameFormat',
      'verified',
      (xml) => xml.replaceAll('attrname-format:basic', 'attrname-format:uri'),
    ],
    [
      'AttributeStatement',
      'a birth date that is an xs:date',
      'verified',
      (xml) => xml.replace('"xs:string">1980', '"xs:date">1980'),
    ],
    [
      'AttributeStatement',
      'a birth date in the Italian order',
      'saml_attributes_invalid',
      (xml) => xml.replace('1980-01-01', '01/01/1980'),
    ],
    [
      'AttributeStatement',
      'a tax code without TINIT-',
      'saml_fiscal_number_invalid',
      (xml) => xml.replace('TINIT-', ''),
    ],
  ])('cie A4 %s: %s → %s', async (_row, _what, expected, edit) => {
    expect(verdict(await cieAnswers({ edit }))).toBe(expected)
  })

  it.each(['name', 'familyName', 'dateOfBirth', 'fiscalNumber'])(
    'cie A4 AttributeStatement: refused without %s, as all four are always asked for',
    async (name) => {
      const edit: Edit = (xml) =>
        xml.replace(new RegExp(`<saml:Attribute Name="${name}"[\\s\\S]*?</saml:Attribute>`), '')
      expect(verdict(await cieAnswers({ edit }))).toBe('saml_attribute_missing')
    },
  )

  it('cie A4 AttributeStatement: names come as certified, in capitals', async () => {
    expect(await cieAnswers()).toMatchObject({
      citizen: { givenName: 'MARIA ROSA', familyName: "D'ÀNGELO", birthdate: '1980-01-01' },
    })
  })

  it('cie A4 AttributeStatement: brings these four and no other', async () => {
    const pending = ciePending()
    const attributes = [...pending.attributeSet.attributes, 'email']
    const outcome = await cieAnswers(
      { edit: (xml) => xml.replace('</saml:AttributeStatement>', `${EMAIL}$&`) },
      { pending: { ...pending, attributeSet: { index: 0, attributes } } },
    )
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { familyName: "D'ÀNGELO" } })
    if (outcome.kind === 'verified') expect(outcome.citizen).not.toHaveProperty('email')
  })

  it.each<[which: string, sign: NonNullable<Parameters<typeof cieAnswers>[0]>['sign'] & object, expected: string]>([
    ['the Assertion not signed', { assertion: false }, 'saml_signature_missing'],
    ['the Assertion signed by another', { assertion: foreignSigner }, 'saml_signature_invalid'],
    ['the Response signed by another', { response: foreignSigner }, 'saml_signature_invalid'],
  ])('cie A4 signatures: %s → refused', async (_, sign, expected) => {
    expect(verdict(await cieAnswers({ sign }))).toBe(expected)
  })

  it.each([
    [1, 1, 'verified'],
    [1, 2, 'verified'],
    [1, 3, 'verified'],
    [2, 1, 'saml_level_too_low'],
    [2, 2, 'verified'],
    [2, 3, 'verified'],
    [3, 1, 'saml_level_too_low'],
    [3, 2, 'saml_level_too_low'],
    [3, 3, 'verified'],
  ] as const)('cie A4 AuthnContextClassRef: asked SpidL%i, came SpidL%i → %s, and what came counts', async (...row) => {
    const [level, came, expected] = row
    const outcome = await cieAnswers({ classRef: L(came) }, { level })
    expect(verdict(outcome)).toBe(expected)
    if (outcome.kind === 'verified') expect(outcome.citizen.level).toBe(came)
  })
})

describe('cie A4: the national table of SPID, judged by CIE’s profile', () => {
  /** All that differs. */
  const differences: Readonly<Record<string, 'accepted' | ErrorCode>> = {
    // A4: the Assertion's Issuer may have no Format
    71: 'accepted',
    // A5: 19 and 20 are not used
    104: 'idp_error_unknown',
    105: 'idp_error_unknown',
  }
  it.each(rows)('%s, %s (SPID: %s)', async (row, _wrong, expectedOfSpid, change) => {
    const expected = differences[row] ?? expectedOfSpid
    const outcome = await answer(messageOf(change, { signer: idpSigner }), { profile: cieProfile('minimum') })
    expect(verdict(outcome)).toBe(expected === 'accepted' ? 'verified' : expected)
  })
})

function withFormat(index: number, format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'): Edit {
  return edits(
    (xml) => xml.replace('<saml:Issuer>', '<saml:Issuer Format="">'),
    setAttribute('saml:Issuer', 'Format', format, index),
  )
}
function preproduction(index: number): Edit {
  return setContent('saml:Issuer', CIE_IDP.replace('//', '//preproduzione.'), index)
}
function spidAcs() {
  return ciePending().acsUrl.replace('/cie/', '/spid/')
}
