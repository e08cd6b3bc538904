import { describe, expect, it } from 'vitest'
import { cieProfile, createCie } from '../../../../src/upstream/cie/cie.ts'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import { edits, NOW, person, removeAttribute, setAttribute } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, respond, serviceProvider, verdict } from '../../../fixtures/saml/login.ts'

const entityId = 'https://idserver.servizicie.interno.gov.it/idp/profile/SAML2/POST/SSO'
const ssoUrl = 'https://idserver.servizicie.interno.gov.it/idp/profile/SAML2/Redirect/SSO'
const idp = {
  entityId,
  sso: [{ binding: 'redirect', url: ssoUrl }],
  certificates: ['pem'],
  expiredCertificates: [],
} as const

it('is one way in, named or not', () => {
  const cie = createCie({ idp, comparison: 'minimum' })
  expect(cie.choices({ level: 2 })).toEqual([{ upstream: 'cie', idp: entityId, name: 'CIE' }])
  expect(cie.resolve(undefined)).toEqual(cie.resolve(entityId))
  expect(cie.resolve(undefined)?.idp?.ssoUrl).toBe(ssoUrl)
  expect(cie.resolve('https://other.example')).toBeUndefined()
})

it.each([
  [1, 'minimum', 'minimum'],
  [2, 'minimum', 'minimum'],
  [3, 'minimum', 'minimum'],
  [1, 'exact', 'minimum'],
  [2, 'exact', 'minimum'],
  [3, 'exact', 'exact'],
] as const)('cie.md A3.1: level %i with comparison %s is asked with %s', async (level, comparison, sent) => {
  const cie = createCie({ idp, comparison })
  const resolved = cie.resolve(undefined)?.idp
  const pending = pendingLogin({ upstream: 'cie', level, ...(resolved && { idp: resolved }) })
  const outcome = await runStrategy(cie.strategy(pending, serviceProvider(pending)), { step: 'begin', now: NOW })
  expect(outcome.evidence.request).toContain(`Comparison="${sent}"`)
  expect(outcome.evidence.request).toContain(`Destination="${ssoUrl}"`)
})

describe('cie.md A4: a response of CIE', () => {
  const profile = cieProfile('minimum')
  const noFormats = edits(removeAttribute('saml:Issuer', 'Format', 0), removeAttribute('saml:Issuer', 'Format', 1))

  it('is accepted without Issuer Formats, and is a CIE identity', async () => {
    const outcome = await respond({ edit: noFormats }, { profile })
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { upstream: 'cie', fiscalNumber: person.fiscalNumber } })
  })

  it('is refused with another Issuer Format', async () => {
    const edit = setAttribute('saml:Issuer', 'Format', 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', 1)
    expect(verdict(await respond({ edit }, { profile }))).toBe('saml_issuer_format_wrong')
  })

  it('counts with the level that came back, at least the one asked', async () => {
    const level3 = { classRef: 'https://www.spid.gov.it/SpidL3' }
    expect(await respond(level3, { profile })).toMatchObject({ citizen: { level: 3 } })
    const pending = pendingLogin({ upstream: 'cie', level: 3 })
    expect(verdict(await respond({}, { profile, pending }))).toBe('saml_level_too_low')
  })

  it('brings the four attributes and no other', async () => {
    const attributes = { ...person, gender: 'F', email: 'x@example.it' }
    const pending = pendingLogin({ attributeSet: { index: 0, attributes: Object.keys(attributes) } })
    const outcome = await respond({ attributes }, { profile, pending })
    expect(outcome).toMatchObject({ kind: 'verified' })
    if (outcome.kind === 'verified') expect(outcome.citizen).not.toHaveProperty('email')
  })
})
