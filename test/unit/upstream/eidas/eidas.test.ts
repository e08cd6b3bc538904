import { describe, expect, it } from 'vitest'
import { createEidas } from '../../../../src/upstream/eidas/eidas.ts'
import { eidasProfile as profile } from '../../../../src/upstream/eidas/profile.ts'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import { NOW } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, respond, serviceProvider, spSigner, verdict } from '../../../fixtures/saml/login.ts'

const entityId = 'https://sp-proxy.eid.gov.it/spproxy/idpit'
const ssoUrl = 'https://sp-proxy.eid.gov.it/spproxy/samlsso'
const node = {
  entityId,
  sso: [{ binding: 'redirect', url: ssoUrl }],
  certificates: [spSigner.certificate],
  expiredCertificates: [],
} as const

const anna = { spidCode: 'DE/IT/1234567890', name: 'Anna', familyName: 'Müller', dateOfBirth: '1988-09-17' }
const full = ['fiscalNumber', ...Object.keys(anna), 'placeOfBirth', 'address', 'gender']
const pending = pendingLogin({ upstream: 'eidas', attributeSet: { index: 100, attributes: full } })
const citizenFrom = async (attributes: Readonly<Record<string, string>>) => {
  const outcome = await respond({ attributes }, { profile, pending })
  if (outcome.kind !== 'verified') throw new Error(verdict(outcome))
  return outcome.citizen
}

it('is one way in, named or not', () => {
  const eidas = createEidas({ idp: node })
  expect(eidas.choices({ level: 3 })).toEqual([{ upstream: 'eidas', idp: entityId, name: 'eIDAS' }])
  expect(eidas.resolve(undefined)).toEqual(eidas.resolve(entityId))
  expect(eidas.resolve(undefined)?.idp?.ssoUrl).toBe(ssoUrl)
  expect(eidas.resolve('https://posteid.poste.it')).toBeUndefined()
})

it.each([99, 100])(
  'section 11: asks the node by a SPID request with AttributeConsumingServiceIndex %i',
  async (index) => {
    const eidas = createEidas({ idp: node })
    const resolved = eidas.resolve(undefined)?.idp
    const asking = { ...pending, attributeSet: { index, attributes: full }, ...(resolved && { idp: resolved }) }
    const outcome = await runStrategy(eidas.strategy(asking, serviceProvider(asking)), { step: 'begin', now: NOW })
    for (const part of [
      `AttributeConsumingServiceIndex="${index}"`,
      `Destination="${ssoUrl}"`,
      `>${pending.entityId}</saml:Issuer>`,
      'Comparison="minimum"',
    ]) {
      expect(outcome.evidence.request).toContain(part)
    }
  },
)

describe('an answer of the node', () => {
  it('is an eIDAS identity, with the identifier of the other country and no tax code', async () => {
    expect(await citizenFrom(anna)).toEqual({
      upstream: 'eidas',
      idp: pending.idp?.entityId,
      level: 2,
      authTime: NOW / 1000,
      givenName: 'Anna',
      familyName: 'Müller',
      birthdate: '1988-09-17',
      spidCode: 'DE/IT/1234567890',
      proof: { assertionId: expect.stringMatching(/^_./) },
    })
  })

  it.each(['TINDE-12345678901', 'DE/IT/12345', 'RSSMRA80A01H501U', 'tinit-RSSMRA80A01H501U'])(
    'never has an Italian tax code in a fiscalNumber such as %s',
    async (fiscalNumber) => {
      expect(await citizenFrom({ ...anna, fiscalNumber })).not.toHaveProperty('fiscalNumber')
    },
  )

  it('has the Italian tax code that the node certifies', async () => {
    const citizen = await citizenFrom({ ...anna, fiscalNumber: 'TINIT-RSSMRA80A01H501U' })
    expect(citizen.fiscalNumber).toBe('TINIT-RSSMRA80A01H501U')
  })

  it('is refused when a tax code says to be Italian and is wrong', async () => {
    const attributes = { ...anna, fiscalNumber: 'TINIT-RSSMRA80A01H501X' }
    expect(verdict(await respond({ attributes }, { profile, pending }))).toBe('saml_fiscal_number_invalid')
  })

  it.each(Object.keys(anna))('is refused without %s', async (missing) => {
    const attributes = Object.fromEntries(Object.entries(anna).filter(([name]) => name !== missing))
    expect(verdict(await respond({ attributes }, { profile, pending }))).toBe('saml_attribute_missing')
  })

  it('may bring place of birth, address and sex, as the country writes them', async () => {
    const attributes = { ...anna, placeOfBirth: 'München', address: 'Prüfweg 1, 80331 München', gender: 'F' }
    expect(await citizenFrom(attributes)).toMatchObject({
      placeOfBirth: { locality: 'München' },
      address: { formatted: 'Prüfweg 1, 80331 München' },
      gender: 'female',
    })
    expect(await citizenFrom({ ...anna, gender: 'X' })).not.toHaveProperty('gender')
  })

  it.each([
    [1, 'saml_level_too_low'],
    [2, 2],
    [3, 3],
  ] as const)('of class SpidL%i, level 2 asked, counts as %s: never upgraded', async (level, expected) => {
    const outcome = await respond(
      { attributes: anna, classRef: `https://www.spid.gov.it/SpidL${level}` },
      { profile, pending },
    )
    expect(outcome.kind === 'verified' ? outcome.citizen.level : verdict(outcome)).toBe(expected)
  })

  it('of another scale of levels is refused', async () => {
    const classRef = 'http://eidas.europa.eu/LoA/high'
    expect(verdict(await respond({ attributes: anna, classRef }, { profile, pending }))).toBe(
      'saml_authn_context_unknown',
    )
  })

  it('may be signed with RSA and SHA-512', async () => {
    const algorithms = {
      signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
      digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
    }
    expect(verdict(await respond({ attributes: anna, algorithms }, { profile, pending }))).toBe('verified')
  })
})
