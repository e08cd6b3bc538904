import { describe, expect, it } from 'vitest'
import * as der from '../../../../sandbox/pki/der.ts'
import { readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { readOcspAnswer, writeOcspRequest } from '../../../../src/upstream/cns/ocsp.ts'
import { createAuthority, subject } from './card-authority.ts'
import {
  answer,
  ca,
  card,
  cardOf,
  certId,
  extension,
  generalizedTime,
  good,
  HOUR,
  issuer,
  NOW,
  nonce,
  other,
  responderOf,
  revoked,
  serialOf,
  unknown,
  withNonce,
} from './revocation-answers.ts'

const read = (bytes: Buffer) => readOcspAnswer(bytes, { certificate: card, issuer, now: NOW }, nonce)

describe('an OCSP answer', () => {
  it('says good, revoked or unknown, since when and until when', () => {
    expect(read(answer())).toEqual({ status: 'good', thisUpdate: NOW - HOUR, nextUpdate: NOW + HOUR })
    expect(read(answer({ status: revoked })).status).toBe('revoked')
    expect(read(answer({ status: unknown })).status).toBe('unknown')
  })

  it('need not repeat the nonce; when it does, it must be ours', () => {
    expect(read(answer({ extensions: [withNonce(nonce)] })).status).toBe('good')
    expect(() => read(answer({ extensions: [withNonce(Buffer.alloc(16, 8))] }))).toThrow('nonce')
  })

  it('without an end is good while it is fresh, or when it repeats the nonce', () => {
    expect(read(answer({ to: 0 }))).toEqual({ status: 'good', thisUpdate: NOW - HOUR })
    expect(() => read(answer({ to: 0, made: NOW - HOUR }))).toThrow('is old')
    expect(read(answer({ to: 0, made: NOW - HOUR, extensions: [withNonce(nonce)] })).status).toBe('good')
  })

  const aboutTheSame = (status: Buffer) =>
    der.sequence(certId(), status, generalizedTime(NOW - HOUR), der.context(0, generalizedTime(NOW + HOUR)))
  const neighbour = cardOf(ca)
  it.each([
    ['by another authority of the same name', answer({ by: other }), 'signed neither by'],
    ['about another card', answer({ about: certId(serialOf(neighbour)) }), 'nothing of this certificate'],
    [
      'about a card of that number by another authority',
      answer({ about: certId(serialOf(card), readCertificate(other.der)) }),
      'nothing of this certificate',
    ],
    ['that says two things', answer({ status: good, more: [aboutTheSame(revoked)] }), 'two things'],
    ['whose time is over', answer({ from: NOW - 2 * HOUR, to: NOW - HOUR }), 'was to be replaced'],
    ['of tomorrow', answer({ from: NOW + HOUR, to: NOW + 2 * HOUR }), 'not come yet'],
    ['made tomorrow', answer({ made: NOW + HOUR }), 'made in the future'],
    ['with a critical extension', answer({ extensions: [extension('1.2.3.4', true, der.nothing())] }), 'critical'],
    ['that the responder is busy', der.sequence(der.element(0x0a, Buffer.from([3]))), 'tryLater'],
    ['that is a page', Buffer.from('<html></html>'), 'malformed DER'],
  ])('%s is not believed', (_what, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason)
  })

  it('may say something of other cards too', () => {
    const another = der.sequence(certId(serialOf(neighbour)), revoked, generalizedTime(NOW - HOUR))
    expect(read(answer({ more: [another] })).status).toBe('good')
  })

  it('is asked for by hashes of the issuer and by the serial, with the nonce', () => {
    const bytes = writeOcspRequest({ certificate: card, issuer }, nonce)
    expect(bytes.includes(certId())).toBe(true)
    expect(bytes.includes(withNonce(nonce))).toBe(true)
  })
})

describe('a responder that the issuer appointed', () => {
  const by = (responder: ReturnType<typeof responderOf>) => answer({ by: responder, sends: responder.der })

  it('is believed, and need not be asked about where its certificate says so', () => {
    const { status, appointed } = read(by(responderOf()))
    expect([status, appointed]).toEqual(['good', undefined])
  })

  it('must stand itself where its certificate does not say so', () => {
    const responder = responderOf(ca, { extra: [] })
    expect(read(by(responder)).appointed?.x509.raw).toEqual(responder.der)
  })

  it.each<[what: string, responder: ReturnType<typeof responderOf>]>([
    ['is for something else', responderOf(ca, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] })],
    ['is for any purpose', responderOf(ca, { extendedKeyUsage: ['2.5.29.37.0'] })],
    ['is for no named purpose', responderOf(ca, { extendedKeyUsage: [] })],
    ['is not for signatures', responderOf(ca, { keyUsage: ['keyEncipherment'] })],
    ['has expired', responderOf(ca, { notAfter: '2026-11-22T09:59:59Z' })],
    ['is not valid yet', responderOf(ca, { notBefore: '2026-11-22T10:00:01Z' })],
    ['has a critical extension', responderOf(ca, { extra: [['1.2.3.4', Buffer.from('0500', 'hex'), true]] })],
    ['is of another authority', responderOf(other)],
    ['is of an authority below the issuer', responderOf(ca.authority({ subject: subject('CA Sotto') }))],
    ['is its own', createAuthority({ subject: subject('Responder'), extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] })],
    ['is signed with SHA-1', responderOf(ca, { digest: 'sha1' })],
  ])('is not believed when its certificate %s', (_what, responder) => {
    expect(() => read(by(responder))).toThrow('signed neither by')
  })

  it('is not believed about the cards of another, by the name of the appointed one', () => {
    const [appointed, liar] = [responderOf(), responderOf(other)]
    expect(() => read(answer({ by: liar, sends: appointed.der }))).toThrow('signed neither by')
  })
})
