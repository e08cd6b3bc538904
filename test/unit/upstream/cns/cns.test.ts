import { type KeyObject, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createCns } from '../../../../src/upstream/cns/cns.ts'
import { createTrustStore } from '../../../../src/upstream/cns/trust.ts'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import type { Pending, ServiceProvider, UpstreamRequest } from '../../../../src/upstream/upstream.ts'
import { type Authority, CARD_NAME, cardProfile, createAuthority, pemOf, subject } from './card-authority.ts'

const NOW = Date.parse('2026-11-22T10:00:00.900Z')
const authority = createAuthority({ subject: subject('CA Cittadini', { O: 'Ente di prova' }) })
const expired = createAuthority({ subject: subject('CA passata'), notAfter: '2025-01-01T00:00:00Z' })
const expiredMiddle = authority.authority({ subject: subject('CA intermedia'), notAfter: '2025-01-01T00:00:00Z' })

const store = createTrustStore([authority.pem, expired.pem])
const cns = createCns({ trust: () => store, startUrl: 'https://cns.example', name: 'CPS / CNS' })

const attributeSet = { index: 0, attributes: ['fiscalNumber'] }
const pending: Pending = {
  relayState: 'r4nd0m',
  tenant: 'example',
  uid: 'uid',
  clientId: 'client',
  upstream: 'cns',
  entityId: 'https://login.example/spid/c_x000',
  acsUrl: 'https://login.example/t/example/saml/spid/acs',
  level: 2,
  attributeSet,
  requestId: '_1',
  issuedAt: NOW,
}
/** A card needs nothing of it. */
const sp: ServiceProvider = {
  entityId: pending.entityId,
  acsUrl: pending.acsUrl,
  attributeSet,
  signing: { key: authority.key as KeyObject, certificate: authority.pem },
}

const run = (request: UpstreamRequest) => runStrategy(cns.strategy(pending, sp), request)
const present = (...chain: Buffer[]) => run({ step: 'certificate', now: NOW, chain })
const card = (changes: Parameters<typeof cardProfile>[0] = {}, by: Authority = authority) =>
  by.issue(cardProfile(changes))
const named = (commonName: string) => card({ subject: subject(commonName) })

describe('the way in by card', () => {
  it('is one choice, offered up to the level that a card is worth', () => {
    expect(cns.choices({ level: 3 })).toEqual([{ upstream: 'cns', name: 'CPS / CNS' }])
    const weak = createCns({ trust: () => store, startUrl: 'https://cns.example', name: 'CNS', level: 2 })
    expect(weak.levels).toEqual([2])
    expect(weak.choices({ level: 3 })).toEqual([])
  })

  it('has no identity providers', () => {
    expect(cns.resolve(undefined)).toEqual({})
    expect(cns.resolve('https://idp.example')).toBeUndefined()
    expect(cns.answer).toBe('certificate')
  })

  it('begins by sending the browser to the card host with the ticket', async () => {
    expect(await run({ step: 'begin', now: NOW })).toEqual({
      kind: 'redirect',
      url: 'https://cns.example/t/example/cns?ticket=r4nd0m',
      evidence: {},
    })
  })

  it('cannot be answered by a form', async () => {
    const outcome = await run({ step: 'form', now: NOW, fields: { SAMLResponse: 'x' } })
    expect(outcome).toMatchObject({ kind: 'refused', authenticated: false, error: { code: 'request_malformed' } })
  })
})

describe('a good card', () => {
  it('gives the citizen, and as evidence itself and its checks', async () => {
    const der = card()
    const x509 = new X509Certificate(der)
    expect(await present(der)).toEqual({
      kind: 'verified',
      citizen: {
        upstream: 'cns',
        idp: 'CN=CA Cittadini,O=Ente di prova,C=IT',
        level: 3,
        authTime: 1795341600,
        fiscalNumber: 'TINIT-RSSMRA80A01H501U',
        givenName: 'Mario',
        familyName: "D'Alò Rossi",
        birthdate: '1980-01-01',
        birthdateSource: 'derived',
        gender: 'male',
        placeOfBirth: { locality: 'H501' },
        proof: {
          certificate: {
            issuer: 'CN=CA Cittadini,O=Ente di prova,C=IT',
            serial: x509.serialNumber,
            notBefore: x509.validFromDate.getTime() / 1000,
            notAfter: x509.validToDate.getTime() / 1000,
            sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
          },
        },
      },
      evidence: {
        response: pemOf(der),
        checks: [
          'criticalExtensions: passed',
          'issuer: passed',
          'dates: passed',
          'issuerDates: passed',
          'keyLength: passed',
          'keyUsage: passed',
          'clientAuth: passed',
          'policy: passed',
          'commonName: passed',
          'revocation: not asked',
        ],
      },
      replay: { ids: [], until: 0 },
    })
  })

  it('leaves names and an ambiguous birth date out', async () => {
    const outcome = await present(named('RSSMRA25M05L378N/12.ab'))
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { fiscalNumber: 'TINIT-RSSMRA25M05L378N' } })
    expect(outcome.kind === 'verified' && Object.keys(outcome.citizen).sort()).toEqual(
      ['authTime', 'fiscalNumber', 'gender', 'idp', 'level', 'placeOfBirth', 'proof', 'upstream'].sort(),
    )
  })

  it('may write the tax code in lower case; an omocode stays what it is', async () => {
    expect(await present(named('rssmraulalmhrlmd/12.ab'))).toMatchObject({
      citizen: { fiscalNumber: 'TINIT-RSSMRAULALMHRLMD', birthdate: '1980-01-01' },
    })
  })

  it('may come from a CA below ours when the browser sends that too', async () => {
    const middle = authority.authority({ subject: subject('CA intermedia') })
    expect(await present(card({}, middle), middle.der)).toMatchObject({ kind: 'verified' })
  })
})

describe('a card is refused', () => {
  const { keyUsage: _1, ...noKeyUsage } = cardProfile()
  const { extendedKeyUsage: _2, ...noExtendedKeyUsage } = cardProfile()
  const { policies: _3, ...noPolicies } = cardProfile()
  const forger = createAuthority({ subject: subject('CA Cittadini', { O: 'Ente di prova' }) })
  const stranger = createAuthority({ subject: subject('CA sconosciuta') })

  it.each([
    ['from a CA that is not ours', 'cns_issuer_unknown', card({}, stranger)],
    ['from a CA that only bears the name of ours', 'cns_signature_invalid', card({}, forger)],
    ['signed with SHA-1', 'cns_signature_invalid', card({ digest: 'sha1' })],
    ['after its last day', 'cns_certificate_expired', card({ notAfter: '2026-11-22T09:59:59Z' })],
    ['before its first day', 'cns_certificate_expired', card({ notBefore: '2026-11-22T10:00:01Z' })],
    ['from a CA of ours that has expired since', 'cns_issuer_expired', card({}, expired)],
    ['without KeyUsage', 'cns_key_usage_wrong', authority.issue(noKeyUsage)],
    ['without digitalSignature', 'cns_key_usage_wrong', card({ keyUsage: ['keyEncipherment'] })],
    ['for signing documents', 'cns_key_usage_wrong', card({ keyUsage: ['nonRepudiation'] })],
    ['for both purposes', 'cns_key_usage_wrong', card({ keyUsage: ['digitalSignature', 'nonRepudiation'] })],
    ['without extended KeyUsage', 'cns_client_auth_missing', authority.issue(noExtendedKeyUsage)],
    ['without clientAuth', 'cns_client_auth_missing', card({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] })],
    ['without policies', 'cns_policy_missing', authority.issue(noPolicies)],
    ['that is an identity card (CIE)', 'cns_policy_missing', card({ policies: ['1.3.76.47.4'] })],
    ['with any policy', 'cns_policy_missing', card({ policies: ['2.5.29.32.0'] })],
    ['with a longer policy', 'cns_policy_missing', card({ policies: ['1.3.76.16.2.1.1'] })],
    ['with a wrong check character', 'cns_common_name_invalid', named('RSSMRA80A01H501A/12.ab')],
    ['with a provisional tax code', 'cns_common_name_invalid', named('12345678903/12.ab')],
    ['with a name that is only a tax code', 'cns_common_name_invalid', named('RSSMRA80A01H501U')],
    ['without the hash', 'cns_common_name_invalid', named('RSSMRA80A01H501U/12')],
    ['with something before the tax code', 'cns_common_name_invalid', named('X/RSSMRA80A01H501U/12.ab')],
    ['with a letter that only looks the part', 'cns_common_name_invalid', named('RſSMRA80A01H501U/12.ab')],
    ['with two common names', 'cns_common_name_invalid', card({ subject: [[['CN', CARD_NAME]], [['CN', CARD_NAME]]] })],
    ['without a common name', 'cns_common_name_invalid', card({ subject: [[['SN', 'Rossi']]] })],
  ] as const)('%s: %s', async (_title, code, der) => {
    expect(await present(der)).toMatchObject({
      kind: 'refused',
      authenticated: true,
      error: { code },
      evidence: { response: pemOf(der) },
    })
  })

  it('from an expired CA between it and ours: cns_issuer_expired', async () => {
    const outcome = await present(card({}, expiredMiddle), expiredMiddle.der)
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'cns_issuer_expired' } })
  })

  it('with a critical extension that nobody here understands: cns_certificate_unreadable', async () => {
    const outcome = await present(card({ extra: [['1.2.3.4', Buffer.from('0500', 'hex'), true]] }))
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'cns_certificate_unreadable' } })
  })

  it('with nothing personal in what the log is told', async () => {
    for (const der of [named('RSSMRA80A01H501A/12.ab'), card({}, stranger), card({ policies: [] })]) {
      const outcome = await present(der)
      expect(outcome.kind === 'refused' && outcome.error.message).not.toMatch(/RSSMRA|Mario|Rossi/)
    }
  })
})

describe('no card', () => {
  it.each([
    ['none presented', 'cns_certificate_missing', []],
    ['garbage presented', 'cns_certificate_unreadable', [Buffer.from('garbage')]],
  ])('%s: %s, and the login may be tried again', async (_title, code, chain) => {
    const outcome = await run({ step: 'certificate', now: NOW, chain })
    expect(outcome).toMatchObject({ kind: 'refused', authenticated: false, error: { code } })
  })
})
