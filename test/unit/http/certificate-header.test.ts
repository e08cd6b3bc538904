import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { certificatesIn } from '../../../src/http/certificate-header.ts'
import { createAuthority, subject } from '../upstream/cns/card-authority.ts'

const { der, pem } = createAuthority({ subject: subject('CA di prova') })
const authority = Buffer.from(der)
const sequence = (bytes: Buffer) => `:${bytes.toString('base64')}:`
/** As nginx's `$ssl_client_escaped_cert` is: everything but letters, digits and `-._~` is escaped. */
const escaped = encodeURIComponent(pem)

describe('Client-Cert and Client-Cert-Chain', () => {
  const { rfc9440 } = certificatesIn

  it('give the leaf first, then the chain', () => {
    const others = [Buffer.from([0x30, 1, 2]), Buffer.from([0x30, 3])] as const
    expect(rfc9440([sequence(authority), undefined])).toEqual([authority])
    expect(rfc9440([sequence(authority), `${sequence(others[0])}, ${sequence(others[1])}`])).toEqual([
      authority,
      ...others,
    ])
  })

  it('are no card where both are missing', () => {
    expect(rfc9440([undefined, undefined])).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['an empty sequence', '::'],
    ['base64 without its colons', authority.toString('base64')],
    ['one colon', `:${authority.toString('base64')}`],
    ['two sequences', `${sequence(authority)}, ${sequence(authority)}`],
    ['a parameter', `${sequence(authority)};a=1`],
    ['a string', `"${authority.toString('base64')}"`],
    ['base64url', ':--__:'],
    ['base64 with a rest', ':AAAA=:'],
    ['a PEM', escaped],
  ])('are refused with %s in the place of a byte sequence', (_, value) => {
    expect(rfc9440([value, undefined])).toBeUndefined()
  })

  it('are refused with a chain that is broken, or has no leaf', () => {
    expect(rfc9440([sequence(authority), `${sequence(authority)},`])).toBeUndefined()
    expect(rfc9440([undefined, sequence(authority)])).toBeUndefined()
  })
})

describe('X-SSL-Client-Cert', () => {
  const { nginx } = certificatesIn

  it('gives the certificate of its escaped PEM', () => {
    expect(nginx([escaped])).toEqual([authority])
    expect(new X509Certificate(nginx([escaped])?.[0] ?? '').subject).toContain('CA di prova')
  })

  it('gives it also where only blanks and line ends are escaped', () => {
    expect(nginx([encodeURI(pem)])).toEqual([authority])
  })

  it.each([['missing', undefined] as const, ['empty', ''] as const])('is no card where it is %s', (_, value) => {
    expect(nginx([value])).toEqual([])
  })

  it.each([
    ['an escape that is none', '%E0%A4%A'],
    ['text', 'x'],
    ['what Apache writes for nothing', '(null)'],
    ['a byte sequence', sequence(authority)],
    ['two certificates', encodeURIComponent(`${pem}${pem}`)],
    ['a key', encodeURIComponent(pem.replaceAll('CERTIFICATE', 'PRIVATE KEY'))],
    ['an empty PEM', encodeURIComponent('-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n')],
    ['text in front', encodeURIComponent(`subject=CN\n${pem}`)],
  ])('is refused with %s', (_, value) => {
    expect(nginx([value])).toBeUndefined()
  })
})
