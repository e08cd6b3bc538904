import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { CARD_NAME, cardProfile, createAuthority, subject } from './card-authority.ts'

const authority = createAuthority({ subject: subject('CA "Uno", di prova', { O: ' Ente+Altro' }) })
const read = (changes: Parameters<typeof cardProfile>[0] = {}) => readCertificate(authority.issue(cardProfile(changes)))
const refused = expect.objectContaining({ code: 'cns_certificate_unreadable' })

describe('a certificate', () => {
  it('gives what a card holds, field by field', () => {
    const { x509: _, ...fields } = read()
    expect(fields).toEqual({
      commonNames: [CARD_NAME],
      givenNames: ['Mario'],
      surnames: ["D'Alò Rossi"],
      issuer: 'CN=CA \\"Uno\\"\\, di prova,O=\\ Ente\\+Altro,C=IT',
      signatureAlgorithm: '1.2.840.113549.1.1.11',
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['1.3.6.1.4.1.311.20.2.2', '1.3.6.1.5.5.7.3.2'],
      policies: ['1.3.76.16.2.1', '1.3.76.1.2.3'],
      pathLength: undefined,
      unknownCritical: false,
      constrained: false,
      ocspNoCheck: false,
      keyBits: 2048,
    })
  })

  it('is not fooled by a name that looks like several', () => {
    const { commonNames, surnames } = read({ subject: subject('A/CN=B+SN=C\nSN=D', { SN: 'Rossi\nCN=E' }) })
    expect(commonNames).toEqual(['A/CN=B+SN=C\nSN=D'])
    expect(surnames).toEqual(['Rossi\nCN=E'])
  })

  it('gives every value of a part with several, and every common name', () => {
    const { commonNames, givenNames } = read({
      subject: [
        [
          ['CN', 'first'],
          ['GN', 'Ada'],
        ],
        [['CN', 'second']],
      ],
    })
    expect(commonNames).toEqual(['first', 'second'])
    expect(givenNames).toEqual(['Ada'])
  })

  it('tells an absent KeyUsage from an empty one', () => {
    const { keyUsage: _, ...without } = cardProfile()
    expect(readCertificate(authority.issue(without)).keyUsage).toBeUndefined()
    expect(read({ keyUsage: [] }).keyUsage).toEqual([])
  })

  it('notices a critical extension that it does not know', () => {
    expect(read({ extra: [['1.2.3.4', Buffer.from('0500', 'hex'), true]] }).unknownCritical).toBe(true)
    expect(read({ extra: [['1.2.3.4', Buffer.from('0500', 'hex'), false]] }).unknownCritical).toBe(false)
  })

  it('is refused with the same extension twice', () => {
    const again = Buffer.from('03020780', 'hex')
    expect(() => read({ extra: [['2.5.29.15', again, false]] })).toThrow(refused)
  })

  it('is refused when it is garbage, truncated or empty', () => {
    const good = authority.issue(cardProfile())
    for (const bad of [Buffer.from('certificate'), good.subarray(0, 300), Buffer.alloc(0)]) {
      expect(() => readCertificate(bad)).toThrow(refused)
    }
  })
})
