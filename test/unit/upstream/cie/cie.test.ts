import { describe, expect, it } from 'vitest'
import { createCie } from '../../../../src/upstream/cie/cie.ts'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import { NOW } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, serviceProvider } from '../../../fixtures/saml/login.ts'

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
] as const)('cie A3.1: level %i with comparison %s is asked with %s', async (level, comparison, sent) => {
  const cie = createCie({ idp, comparison })
  const resolved = cie.resolve(undefined)?.idp
  const pending = pendingLogin({ upstream: 'cie', level, ...(resolved && { idp: resolved }) })
  const outcome = await runStrategy(cie.strategy(pending, serviceProvider(pending)), { step: 'begin', now: NOW })
  expect(outcome.evidence.request).toContain(`Comparison="${sent}"`)
  expect(outcome.evidence.request).toContain(`Destination="${ssoUrl}"`)
})

describe('a request', () => {
  const cie = createCie({ idp, comparison: 'minimum' })
  const begun = async (level: 1 | 2 | 3) => {
    const resolved = cie.resolve(undefined)?.idp
    const pending = pendingLogin({ upstream: 'cie', level, ...(resolved && { idp: resolved }) })
    const outcome = await runStrategy(cie.strategy(pending, serviceProvider(pending)), { step: 'begin', now: NOW })
    return { pending, xml: outcome.evidence.request ?? '' }
  }

  it.each([1, 2, 3] as const)(
    'cie A3: at level %i authenticates anew, asks for that class and for nothing silently',
    async (level) => {
      const { xml } = await begun(level)
      expect(xml).toContain('ForceAuthn="true"')
      expect(xml.match(/<saml:AuthnContextClassRef[^>]*>([^<]*)/)?.[1]).toBe(`https://www.spid.gov.it/SpidL${level}`)
      expect(xml).not.toMatch(/IsPassive|AllowCreate|Scoping|RequesterID|saml:Conditions|saml:Subject\b|Extensions/)
    },
  )

  it('cie A3: names its address and its binding, not an index beside them', async () => {
    const { xml, pending } = await begun(2)
    expect(xml).toContain(`AssertionConsumerServiceURL="${pending.acsUrl}"`)
    expect(xml).toContain('ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"')
    expect(xml).toContain(`AttributeConsumingServiceIndex="${pending.attributeSet.index}"`)
    expect(xml).not.toContain('AssertionConsumerServiceIndex')
  })

  it('cie A3: comes from the tenant’s entityID, character for character, under an ID that is an NCName', async () => {
    const { xml, pending } = await begun(2)
    expect(xml).toContain(`>${pending.entityId}</saml:Issuer>`)
    expect(xml).toMatch(/ ID="[A-Za-z_][\w.-]*"/)
    expect(xml).toMatch(/ IssueInstant="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/)
  })
})
