/** docs/rules/spid-saml.md 5.2, row by row, as the strategy judges them; over HTTP they run in test/e2e/spid-rows.test.ts. */
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../../src/errors.ts'
import { millisecondsOf } from '../../../../src/upstream/saml/checks/check.ts'
import { spidProfile } from '../../../../src/upstream/spid/profile.ts'
import { ACS, type Edit, edits, IDP, removeElement, setAttribute, setContent } from '../../../fixtures/saml/idp.ts'
import { answer, idpSigner, pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'
import { attacks, levelRows, messageOf, rows } from '../../../fixtures/saml/rows.ts'

const codeOf = (expected: 'accepted' | ErrorCode) => (expected === 'accepted' ? 'verified' : expected)

describe('5.2', () => {
  it.each(rows)('row %s: %s → %s', async (_row, _wrong, expected, change) => {
    expect(verdict(await answer(messageOf(change, { signer: idpSigner })))).toBe(codeOf(expected))
  })

  it('has every row of the national table', () => {
    const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n)
    // 6, 7, 101 and 102 do not exist
    const expected = [1, 2, 3, 4, 5, ...numbers(8, 100), ...numbers(103, 113)].map(String)
    const wrapped = numbers(1, 8).map((n) => `xsw${n}`)
    const tested = new Set([...rows, ...levelRows].map(([row]) => row))
    expect([...tested].sort()).toEqual([...expected, '1-NS', ...wrapped, 'xslt', 'xxe'].sort())
  })
})

describe('5.3', () => {
  const comparisons = ['minimum', 'exact'] as const
  it.each(comparisons.flatMap((comparison) => levelRows.map(([row, ...rest]) => [row, comparison, ...rest] as const)))(
    'row %s: Comparison %s, SpidL%i returned where SpidL%i was requested → %s',
    async (...row) => {
      const [, comparison, returned, asked, expected] = row
      const outcome = await respond(
        { classRef: `https://www.spid.gov.it/SpidL${returned}` },
        { pending: pendingLogin({ level: asked }), profile: { ...spidProfile, comparison: () => comparison } },
      )
      expect(verdict(outcome)).toBe(codeOf(expected))
    },
  )
})

it.each(attacks)('attack: %s, %s → %s', async (_attack, _what, expected, change) => {
  expect(verdict(await answer(messageOf(change, { signer: idpSigner })))).toBe(codeOf(expected))
})

describe('near the rows', () => {
  const restriction =
    '<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction></saml:Conditions>'
  it.each([
    ['row 9, an ID that is no NCName', 'saml_id_missing', setAttribute('samlp:Response', 'ID', '1-response')],
    ['row 34, an ID that is no NCName', 'saml_id_missing', setAttribute('saml:Assertion', 'ID', '1-assertion')],
    ['row 21, a slash too many', 'saml_destination_mismatch', setAttribute('samlp:Response', 'Destination', `${ACS}/`)],
    [
      'row 59, a slash too many',
      'saml_recipient_mismatch',
      setAttribute('saml:SubjectConfirmationData', 'Recipient', `${ACS}/`),
    ],
    ['row 69, a slash too many', 'saml_issuer_mismatch', setContent('saml:Issuer', `${IDP}/`, 1)],
    [
      'row 87, a further AudienceRestriction for somebody else',
      'saml_audience_mismatch',
      (xml) => xml.replace('</saml:Conditions>', restriction),
    ],
    [
      'row 87, another Comune’s entityID',
      'saml_audience_mismatch',
      setContent('saml:Audience', 'https://login.regione.example/pub-ag-full/c_h612'),
    ],
    [
      'row 97, a class with a trailing slash',
      'saml_authn_context_unknown',
      setContent('saml:AuthnContextClassRef', 'https://www.spid.gov.it/SpidL2/'),
    ],
    [
      'row 98, an Attribute that stands twice',
      'saml_attributes_invalid',
      edits(setAttribute('saml:Attribute', 'Name', 'name', 0)),
    ],
    [
      'row 99, an Attribute that was not asked for, without a value',
      'saml_attributes_invalid',
      setContent('saml:AttributeStatement', '<saml:Attribute Name="x"/>'),
    ],
    ['row 103, no AttributeStatement', 'saml_attribute_missing', removeElement('saml:AttributeStatement')],
  ] satisfies [string, ErrorCode, Edit][])('%s → %s', async (_, code, edit) => {
    expect(verdict(await respond({ edit }))).toBe(code)
  })
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
