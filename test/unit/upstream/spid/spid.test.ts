import { expect, it } from 'vitest'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import type { IdpMetadata } from '../../../../src/upstream/saml/idp-metadata.ts'
import { createSpid } from '../../../../src/upstream/spid/spid.ts'
import { NOW } from '../../../fixtures/saml/idp.ts'
import { pendingLogin, serviceProvider } from '../../../fixtures/saml/login.ts'

const idp = (entityId: string, changes: Partial<IdpMetadata> = {}): IdpMetadata => ({
  entityId,
  sso: [{ binding: 'redirect', url: `${entityId}/sso` }],
  certificates: ['pem'],
  expiredCertificates: [],
  ...changes,
})
const poste = idp('https://posteid.poste.it', { organizationName: 'Poste Italiane SpA' })
const sielte = idp('https://identity.sieltecloud.it', { organizationName: 'Sielte S.p.A.' })
const listed = [poste, sielte, idp('https://nameless.example/idp')]
const spid = createSpid({
  idps: () => listed,
  names: { 'https://posteid.poste.it': 'Poste ID' },
})

it('offers every provider at every level, by the name citizens know and never by an address', () => {
  for (const level of [1, 2, 3] as const) {
    expect(spid.choices({ level }).map(({ name }) => name)).toEqual(['Poste ID', 'Sielte S.p.A.', 'nameless.example'])
  }
  expect(spid.choices({ level: 2 })[0]).toEqual({ upstream: 'spid', idp: 'https://posteid.poste.it', name: 'Poste ID' })
})

it('begins with a provider of its own and no other', () => {
  expect(spid.resolve('https://posteid.poste.it')).toEqual({
    idp: {
      entityId: 'https://posteid.poste.it',
      binding: 'redirect',
      ssoUrl: 'https://posteid.poste.it/sso',
      certificates: ['pem'],
    },
  })
  expect(spid.resolve('https://other.example')).toBeUndefined()
  expect(spid.resolve(undefined)).toBeUndefined()
  expect(spid.resolve('__proto__')).toBeUndefined()
})

it('offers what the list says at that moment', () => {
  let list = [poste]
  const changing = createSpid({ idps: () => list, names: {} })
  expect(changing.resolve('https://identity.sieltecloud.it')).toBeUndefined()
  list = [sielte, { ...sielte, certificates: ['newer'] }]
  expect(changing.choices({ level: 2 }).map(({ idp }) => idp)).toEqual(['https://identity.sieltecloud.it'])
  expect(changing.resolve('https://identity.sieltecloud.it')?.idp?.certificates).toEqual(['newer'])
  expect(changing.resolve('https://posteid.poste.it')).toBeUndefined()
})

it('asks for each level as a minimum', async () => {
  for (const level of [1, 2, 3] as const) {
    const pending = pendingLogin({ level })
    const outcome = await runStrategy(spid.strategy(pending, serviceProvider(pending)), { step: 'begin', now: NOW })
    expect(outcome.evidence.request).toContain('Comparison="minimum"')
    expect(outcome.evidence.request).toContain(`>https://www.spid.gov.it/SpidL${level}<`)
  }
})
