import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as der from '../../../../sandbox/pki/der.ts'
import { readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { readCrl } from '../../../../src/upstream/cns/crl.ts'
import { namedIn } from '../../../../src/upstream/cns/revocation-sources.ts'
import { createAuthority, subject } from './card-authority.ts'
import { card, extension, issuer, list, NOW, onlyThose, other, partOf, serialOf } from './revocation-answers.ts'

const read = (bytes: Buffer) => readCrl(bytes, { issuer, now: NOW })

describe('a list', () => {
  it('holds the serials that it holds', () => {
    const { hasSerial } = read(list({ revoked: [serialOf(card), der.integer(7)] }))
    expect([hasSerial(namedIn(card.x509).serial), hasSerial('07'), hasSerial('08')]).toEqual([true, true, false])
  })

  it('may be empty', () => {
    expect(read(list()).hasSerial('07')).toBe(false)
  })

  it('says whose certificates it is about', () => {
    const about = (...fields: number[]) => read(list({ extensions: fields.map(onlyThose) })).about
    expect([about(), about(1), about(2)]).toEqual(['all', 'cards', 'authorities'])
  })

  it.each([
    ['of another authority of the same name', list({ by: other }), 'not signed by the issuer'],
    ['without an end', list({ to: 0 }), 'when the next one comes'],
    ['that only says what changed', list({ extensions: [extension('2.5.29.27', true, der.integer(1))] }), 'critical'],
    ['that says so by the way', list({ extensions: [extension('2.5.29.27', false, der.integer(1))] }), 'what changed'],
    ['for some reasons', list({ extensions: [partOf(der.implicit(3, Buffer.from([1, 0x40])))] }), 'some reasons'],
    ['of several issuers', list({ extensions: [onlyThose(4)] }), 'other certificates'],
    ['of attributes', list({ extensions: [onlyThose(5)] }), 'other certificates'],
    ['with something behind its end', Buffer.concat([list(), Buffer.from([0])]), 'bytes behind the end'],
    ['cut short', list().subarray(0, 200), 'cut short'],
    ['that is empty', Buffer.alloc(0), 'cut short'],
  ])('%s is not believed', (_what, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason)
  })

  it('changed after signing is not believed', () => {
    const bytes = list({ revoked: [serialOf(card)] })
    bytes.writeUInt8((bytes.readUInt8(80) ^ 1) & 0xff, 80)
    expect(() => read(bytes)).toThrow()
  })

  it('of an authority that may not sign lists is not believed', () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const only = createAuthority({ subject: subject('CA'), keyUsage: ['keyCertSign'] }, keys)
    expect(() => readCrl(list({ by: only }), { issuer: readCertificate(only.der), now: NOW })).toThrow('may not sign')
  })

  it('of 200,000 cards is read in well under a second', () => {
    const revoked = Array.from({ length: 200_000 }, (_, index) => der.integer(index + 1))
    const bytes = list({ revoked })
    const begun = performance.now()
    expect(read(bytes).hasSerial('030d40')).toBe(true)
    expect(performance.now() - begun).toBeLessThan(3_000)
  })
})
