/** docs/rules/spid-saml.md 5.2, in its numbering: a good response with one thing wrong, signed afterwards. */
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../../src/errors.ts'
import { millisecondsOf } from '../../../../src/upstream/saml/checks/check.ts'
import {
  ACS,
  type Edit,
  edits,
  REQUEST_ID,
  removeAttribute,
  removeElement,
  setAttribute,
  setContent,
} from '../../../fixtures/saml/idp.ts'
import { pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'

const PAST = '2000-01-01T12:00:00Z'
const FUTURE = '2099-01-01T00:00:00Z'
const OTHER_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
const DATA = 'saml:SubjectConfirmationData'

type Row = readonly [row: number | string, wrong: string, code: ErrorCode, edit: Edit]

const rejects = (rows: readonly Row[]) =>
  it.each(rows)('row %s: rejects %s', async (_row, _wrong, code, edit) => {
    expect(verdict(await respond({ edit }))).toBe(code)
  })

describe('the Response', () => {
  rejects([
    [8, 'an empty ID', 'saml_id_missing', setAttribute('samlp:Response', 'ID', '')],
    [9, 'no ID', 'saml_id_missing', removeAttribute('samlp:Response', 'ID')],
    [10, 'Version 1.0', 'saml_version_wrong', setAttribute('samlp:Response', 'Version', '1.0')],
    [11, 'an empty IssueInstant', 'saml_issue_instant_invalid', setAttribute('samlp:Response', 'IssueInstant', '')],
    [12, 'no IssueInstant', 'saml_issue_instant_invalid', removeAttribute('samlp:Response', 'IssueInstant')],
    [
      13,
      'a malformed IssueInstant',
      'saml_issue_instant_invalid',
      setAttribute('samlp:Response', 'IssueInstant', '2026-01-15'),
    ],
    [
      14,
      'an IssueInstant before the request',
      'saml_issue_instant_invalid',
      setAttribute('samlp:Response', 'IssueInstant', PAST),
    ],
    [
      15,
      'an IssueInstant to come',
      'saml_issue_instant_invalid',
      setAttribute('samlp:Response', 'IssueInstant', FUTURE),
    ],
    [16, 'an empty InResponseTo', 'saml_in_response_to_mismatch', setAttribute('samlp:Response', 'InResponseTo', '')],
    [17, 'no InResponseTo', 'saml_in_response_to_mismatch', removeAttribute('samlp:Response', 'InResponseTo')],
    [
      18,
      'an answer to another request',
      'saml_in_response_to_mismatch',
      setAttribute('samlp:Response', 'InResponseTo', '_request-2'),
    ],
    [19, 'an empty Destination', 'saml_destination_mismatch', setAttribute('samlp:Response', 'Destination', '')],
    [20, 'no Destination', 'saml_destination_mismatch', removeAttribute('samlp:Response', 'Destination')],
    [21, 'another Destination', 'saml_destination_mismatch', setAttribute('samlp:Response', 'Destination', `${ACS}/`)],
    [27, 'an empty Issuer', 'saml_issuer_mismatch', setContent('saml:Issuer', ' ')],
    [28, 'no Issuer', 'saml_issuer_mismatch', removeElement('saml:Issuer')],
    [29, 'another Issuer', 'saml_issuer_mismatch', setContent('saml:Issuer', 'https://other.example')],
    [30, 'another Issuer Format', 'saml_issuer_format_wrong', setAttribute('saml:Issuer', 'Format', OTHER_FORMAT)],
    [32, 'Success without an Assertion', 'saml_assertion_missing', removeElement('saml:Assertion')],
  ])
})

describe('the Status', () => {
  rejects([
    [22, 'an empty Status', 'saml_status_missing', setContent('samlp:Status', '')],
    [23, 'no Status', 'saml_status_missing', removeElement('samlp:Status')],
    [24, 'an empty StatusCode', 'saml_status_missing', setAttribute('samlp:StatusCode', 'Value', '')],
    [
      25,
      'a Status with a message only',
      'saml_status_missing',
      setContent('samlp:Status', '<samlp:StatusMessage>x</samlp:StatusMessage>'),
    ],
    [
      26,
      'an unknown StatusCode',
      'idp_error_unknown',
      setAttribute('samlp:StatusCode', 'Value', 'urn:oasis:names:tc:SAML:2.0:status:statuscodenonvalido'),
    ],
  ])
})

describe('the Assertion', () => {
  rejects([
    [33, 'an empty ID', 'saml_id_missing', setAttribute('saml:Assertion', 'ID', '')],
    [34, 'no ID', 'saml_id_missing', removeAttribute('saml:Assertion', 'ID')],
    ['34 (NCName)', 'an ID that is no NCName', 'saml_id_missing', setAttribute('saml:Assertion', 'ID', '1-assertion')],
    [35, 'Version 1.0', 'saml_version_wrong', setAttribute('saml:Assertion', 'Version', '1.0')],
    [36, 'an empty IssueInstant', 'saml_issue_instant_invalid', setAttribute('saml:Assertion', 'IssueInstant', '')],
    [37, 'no IssueInstant', 'saml_issue_instant_invalid', removeAttribute('saml:Assertion', 'IssueInstant')],
    [
      38,
      'a malformed IssueInstant',
      'saml_issue_instant_invalid',
      setAttribute('saml:Assertion', 'IssueInstant', '2026-01-15 10:00'),
    ],
    [
      39,
      'an IssueInstant before the request',
      'saml_issue_instant_invalid',
      setAttribute('saml:Assertion', 'IssueInstant', PAST),
    ],
    [
      40,
      'an IssueInstant to come',
      'saml_issue_instant_invalid',
      setAttribute('saml:Assertion', 'IssueInstant', FUTURE),
    ],
    [67, 'an empty Issuer', 'saml_issuer_mismatch', setContent('saml:Issuer', '', 1)],
    [68, 'no Issuer', 'saml_issuer_mismatch', removeElement('saml:Issuer', 1)],
    [69, 'another Issuer', 'saml_issuer_mismatch', setContent('saml:Issuer', 'https://other.example', 1)],
    [70, 'an empty Issuer Format', 'saml_issuer_format_wrong', setAttribute('saml:Issuer', 'Format', '', 1)],
    [71, 'no Issuer Format', 'saml_issuer_format_wrong', removeAttribute('saml:Issuer', 'Format', 1)],
    [72, 'another Issuer Format', 'saml_issuer_format_wrong', setAttribute('saml:Issuer', 'Format', OTHER_FORMAT, 1)],
  ])
})

describe('the Subject', () => {
  rejects([
    [41, 'an empty Subject', 'saml_name_id_invalid', setContent('saml:Subject', '')],
    [42, 'no Subject', 'saml_name_id_invalid', removeElement('saml:Subject')],
    [43, 'a blank NameID', 'saml_name_id_invalid', setContent('saml:NameID', '\n  \n')],
    [44, 'no NameID', 'saml_name_id_invalid', removeElement('saml:NameID')],
    [45, 'an empty NameID Format', 'saml_name_id_invalid', setAttribute('saml:NameID', 'Format', '')],
    [46, 'no NameID Format', 'saml_name_id_invalid', removeAttribute('saml:NameID', 'Format')],
    [47, 'another NameID Format', 'saml_name_id_invalid', setAttribute('saml:NameID', 'Format', OTHER_FORMAT)],
    [48, 'an empty NameQualifier', 'saml_name_id_invalid', setAttribute('saml:NameID', 'NameQualifier', '')],
    [49, 'no NameQualifier', 'saml_name_id_invalid', removeAttribute('saml:NameID', 'NameQualifier')],
    [
      51,
      'an empty SubjectConfirmation',
      'saml_subject_confirmation_invalid',
      setContent('saml:SubjectConfirmation', ''),
    ],
    [52, 'no SubjectConfirmation', 'saml_subject_confirmation_invalid', removeElement('saml:SubjectConfirmation')],
    [
      53,
      'an empty Method',
      'saml_subject_confirmation_invalid',
      setAttribute('saml:SubjectConfirmation', 'Method', ''),
    ],
    [54, 'no Method', 'saml_subject_confirmation_invalid', removeAttribute('saml:SubjectConfirmation', 'Method')],
    [
      55,
      'a Method that is not bearer',
      'saml_subject_confirmation_invalid',
      setAttribute('saml:SubjectConfirmation', 'Method', 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches'),
    ],
    [56, 'no SubjectConfirmationData', 'saml_subject_confirmation_invalid', removeElement(DATA)],
    [57, 'an empty Recipient', 'saml_recipient_mismatch', setAttribute(DATA, 'Recipient', '')],
    [58, 'no Recipient', 'saml_recipient_mismatch', removeAttribute(DATA, 'Recipient')],
    [59, 'another Recipient', 'saml_recipient_mismatch', setAttribute(DATA, 'Recipient', `${ACS}/`)],
    [60, 'an empty InResponseTo in it', 'saml_in_response_to_mismatch', setAttribute(DATA, 'InResponseTo', '')],
    [61, 'no InResponseTo in it', 'saml_in_response_to_mismatch', removeAttribute(DATA, 'InResponseTo')],
    [
      62,
      'an answer to another request in it',
      'saml_in_response_to_mismatch',
      setAttribute(DATA, 'InResponseTo', `${REQUEST_ID}x`),
    ],
    [63, 'an empty NotOnOrAfter', 'saml_subject_confirmation_invalid', setAttribute(DATA, 'NotOnOrAfter', '')],
    [64, 'no NotOnOrAfter', 'saml_subject_confirmation_invalid', removeAttribute(DATA, 'NotOnOrAfter')],
    [
      65,
      'a malformed NotOnOrAfter',
      'saml_subject_confirmation_invalid',
      setAttribute(DATA, 'NotOnOrAfter', '2026.01.15'),
    ],
    [66, 'a NotOnOrAfter gone by', 'saml_subject_confirmation_invalid', setAttribute(DATA, 'NotOnOrAfter', PAST)],
  ])
})

describe('the Conditions', () => {
  rejects([
    [73, 'Conditions without AudienceRestriction', 'saml_audience_mismatch', setContent('saml:Conditions', '')],
    [74, 'no Conditions', 'saml_conditions_invalid', removeElement('saml:Conditions')],
    [75, 'an empty NotBefore', 'saml_conditions_invalid', setAttribute('saml:Conditions', 'NotBefore', '')],
    [76, 'no NotBefore', 'saml_conditions_invalid', removeAttribute('saml:Conditions', 'NotBefore')],
    [
      77,
      'a malformed NotBefore',
      'saml_conditions_invalid',
      setAttribute('saml:Conditions', 'NotBefore', '2026/01/15'),
    ],
    [78, 'a NotBefore to come', 'saml_conditions_invalid', setAttribute('saml:Conditions', 'NotBefore', FUTURE)],
    [79, 'an empty NotOnOrAfter', 'saml_conditions_invalid', setAttribute('saml:Conditions', 'NotOnOrAfter', '')],
    [80, 'no NotOnOrAfter', 'saml_conditions_invalid', removeAttribute('saml:Conditions', 'NotOnOrAfter')],
    [
      81,
      'a malformed NotOnOrAfter',
      'saml_conditions_invalid',
      setAttribute('saml:Conditions', 'NotOnOrAfter', '15-01-2026'),
    ],
    [82, 'a NotOnOrAfter gone by', 'saml_conditions_invalid', setAttribute('saml:Conditions', 'NotOnOrAfter', PAST)],
    [83, 'an empty AudienceRestriction', 'saml_audience_mismatch', setContent('saml:AudienceRestriction', '')],
    [84, 'no AudienceRestriction', 'saml_audience_mismatch', removeElement('saml:AudienceRestriction')],
    [85, 'an empty Audience', 'saml_audience_mismatch', setContent('saml:Audience', '')],
    [86, 'no Audience', 'saml_audience_mismatch', removeElement('saml:Audience')],
    [
      87,
      'another Audience',
      'saml_audience_mismatch',
      setContent('saml:Audience', 'https://login.regione.example/pub-ag-full/c_h612'),
    ],
    [
      '87 (second restriction)',
      'a further AudienceRestriction for somebody else',
      'saml_audience_mismatch',
      (xml) =>
        xml.replace(
          '</saml:Conditions>',
          '<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>$&',
        ),
    ],
  ])
})

describe('the AuthnStatement', () => {
  const classRef = (value: string) => setContent('saml:AuthnContextClassRef', value)
  rejects([
    [88, 'an empty AuthnStatement', 'saml_authn_statement_invalid', setContent('saml:AuthnStatement', '')],
    [89, 'no AuthnStatement', 'saml_authn_statement_invalid', removeElement('saml:AuthnStatement')],
    [90, 'an empty AuthnContext', 'saml_authn_statement_invalid', setContent('saml:AuthnContext', '')],
    [91, 'no AuthnContext', 'saml_authn_statement_invalid', removeElement('saml:AuthnContext')],
    [92, 'an empty class', 'saml_authn_statement_invalid', classRef('')],
    [93, 'no class', 'saml_authn_statement_invalid', removeElement('saml:AuthnContextClassRef')],
    [94, 'level 1 where 2 was asked', 'saml_level_too_low', classRef('https://www.spid.gov.it/SpidL1')],
    [97, 'an unknown class', 'saml_authn_context_unknown', classRef('urn:oasis:names:tc:SAML:2.0:ac:classes:SpidL1')],
    [
      '97 (slash)',
      'a class with a trailing slash',
      'saml_authn_context_unknown',
      classRef('https://www.spid.gov.it/SpidL2/'),
    ],
  ])

  it.each([
    [94, 1, 1, 'verified'],
    [94, 1, 2, 'saml_level_too_low'],
    [94, 1, 3, 'saml_level_too_low'],
    [95, 2, 1, 'verified'],
    [95, 2, 2, 'verified'],
    [95, 2, 3, 'saml_level_too_low'],
    [96, 3, 1, 'verified'],
    [96, 3, 2, 'verified'],
    [96, 3, 3, 'verified'],
  ] as const)('row %i: level %i came where %i was asked: %s', async (_, reached, asked, expected) => {
    const outcome = await respond(
      { classRef: `https://www.spid.gov.it/SpidL${reached}` },
      { pending: pendingLogin({ level: asked }) },
    )
    expect(verdict(outcome)).toBe(expected)
  })
})

describe('the AttributeStatement', () => {
  rejects([
    [98, 'no Attribute', 'saml_attributes_invalid', setContent('saml:AttributeStatement', '')],
    [99, 'an Attribute without a value', 'saml_attributes_invalid', setContent('saml:Attribute', '', 1)],
    [
      '99 (extra)',
      'an Attribute that was not asked for, without a value',
      'saml_attributes_invalid',
      setContent('saml:AttributeStatement', '<saml:Attribute Name="x"/>'),
    ],
    [
      '98 (twice)',
      'an Attribute that stands twice',
      'saml_attributes_invalid',
      edits(setAttribute('saml:Attribute', 'Name', 'name', 0)),
    ],
    ['103 (none)', 'no AttributeStatement', 'saml_attribute_missing', removeElement('saml:AttributeStatement')],
  ])
})

describe('an instant', () => {
  it.each([
    ['2026-02-30T10:00:00Z'],
    ['2026-13-01T10:00:00Z'],
    ['2026-01-15T25:00:00Z'],
    ['2026-01-15T10:00:00'],
    ['2026-01-15'],
    ['15 Jan 2026'],
    [''],
  ])('is not %j', (text) => {
    expect(millisecondsOf(text)).toBeUndefined()
  })

  it('is a dateTime with a zone and any number of decimals', () => {
    expect(millisecondsOf('2026-01-15T10:00:00.123456789Z')).toBe(Date.parse('2026-01-15T10:00:00.123Z'))
    expect(millisecondsOf('2026-01-15T10:00:00.5+01:00')).toBe(Date.parse('2026-01-15T09:00:00.5Z'))
    expect(millisecondsOf('2024-02-29T00:00:00Z')).toBe(Date.parse('2024-02-29T00:00:00Z'))
  })
})
