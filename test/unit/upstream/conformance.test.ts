import { createCie } from '../../../src/upstream/cie/cie.ts'
import { createCns } from '../../../src/upstream/cns/cns.ts'
import { createTrustStore } from '../../../src/upstream/cns/trust.ts'
import { createEidas } from '../../../src/upstream/eidas/eidas.ts'
import { createSpid } from '../../../src/upstream/spid/spid.ts'
import type { Pending, Upstream, UpstreamRequest } from '../../../src/upstream/upstream.ts'
import { upstreamConformance } from '../../conformance/upstream.ts'
import { encoded, goodResponse, IDP, NOW, person, type ResponseOptions } from '../../fixtures/saml/idp.ts'
import { foreignSigner, idpSigner, pendingLogin, serviceProvider } from '../../fixtures/saml/login.ts'
import { cardProfile, createAuthority, subject } from './cns/card-authority.ts'

const metadata = {
  entityId: IDP,
  sso: [{ binding: 'redirect', url: `${IDP}/sso` }],
  certificates: [idpSigner.certificate],
  expiredCertificates: [],
  organizationName: 'Ente di prova',
} as const

/** The three SAML upstreams differ in their profile only. */
const saml = (
  upstream: Upstream,
  changes: Partial<Pending> = {},
  attributes: Readonly<Record<string, string>> = person,
) => {
  const pending = pendingLogin({ upstream: upstream.id, ...changes })
  const form = (options: Partial<ResponseOptions> = {}): UpstreamRequest => ({
    step: 'form',
    now: NOW,
    fields: {
      RelayState: pending.relayState,
      SAMLResponse: encoded(goodResponse({ signer: idpSigner, attributes, ...options })),
    },
  })
  const posted = (SAMLResponse: string): UpstreamRequest => ({ step: 'form', now: NOW, fields: { SAMLResponse } })
  return {
    upstream,
    pending,
    sp: serviceProvider(pending),
    now: NOW,
    idp: IDP,
    good: () => form(),
    bad: {
      nothing: () => posted(''),
      garbage: () => posted('§§§'),
      'an empty document': () => posted(encoded('<a/>')),
      'an answer signed by somebody else': () => form({ signer: foreignSigner }),
      'an answer a day too late': () => ({ ...form(), now: NOW + 86_400_000 }),
      'an answer from before the request': () => ({ ...form(), now: NOW - 86_400_000 }),
    },
  }
}

upstreamConformance('SPID', () => saml(createSpid({ idps: () => [metadata], names: {} })))
upstreamConformance('CIE', () => saml(createCie({ idp: metadata, comparison: 'minimum' })))
upstreamConformance('eIDAS', () => {
  const anna = { spidCode: 'DE/IT/1234567890', name: 'Anna', familyName: 'Müller', dateOfBirth: '1988-09-17' }
  const attributeSet = { index: 99, attributes: Object.keys(anna) }
  return saml(createEidas({ idp: metadata }), { attributeSet }, anna)
})
upstreamConformance('CNS', () => {
  const now = Date.parse('2026-11-22T10:00:00Z')
  const authority = createAuthority({ subject: subject('CA Cittadini') })
  const stranger = createAuthority({ subject: subject('CA sconosciuta') })
  const upstream = createCns({
    trust: () => createTrustStore([authority.pem]),
    startUrl: 'https://cns.example',
    name: 'CPS / CNS',
  })
  const pending = pendingLogin({ upstream: 'cns', issuedAt: now })
  const shown = (...chain: Buffer[]): UpstreamRequest => ({ step: 'certificate', now, chain })
  const card = (changes: Parameters<typeof cardProfile>[0] = {}, by = authority) => by.issue(cardProfile(changes))
  return {
    upstream,
    pending,
    sp: serviceProvider(pending),
    now,
    idp: 'CN=CA Cittadini,C=IT',
    good: () => shown(card()),
    bad: {
      'no card': () => shown(),
      garbage: () => shown(Buffer.from('garbage')),
      'a card of an authority that is not in the list': () => shown(card({}, stranger)),
      'an expired card': () => shown(card({ notAfter: '2025-01-01T00:00:00Z' })),
      'the authority itself': () => shown(Buffer.from(authority.pem.replace(/-----.*-----|\s/g, ''), 'base64')),
    },
  }
})
