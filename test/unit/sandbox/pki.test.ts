import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { theCitizen } from '../../../sandbox/citizens.ts'
import * as der from '../../../sandbox/pki/der.ts'
import { pkcs12 } from '../../../sandbox/pki/pkcs12.ts'
import { cardIdentity, certificationAuthority, foreignIdentity, tlsIdentity } from '../../../sandbox/pki/profiles.ts'

const now = new Date('2026-01-15T10:00:00Z')
const authority = await certificationAuthority('CA CNS di prova', now)
const noemi = theCitizen('noemi')

describe('certificates of the sandbox', () => {
  it('writes a card as the CNS profile wants it (docs/rules/cns.md 2)', async () => {
    const card = await cardIdentity(authority, noemi, now)
    const parsed = new X509Certificate(card.certificate)
    expect(parsed.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
    expect(parsed.checkPrivateKey(card.key)).toBe(true)
    expect(parsed.subject).toMatch(/^CN=DLLNMZ72R71A952N\/6001000000000003\..+=$/m)
    expect(parsed.subject).toContain("SN=DELL'AGNOLO WEISSSTEINER-KÖSSLER")
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    // KeyUsage: critical, digitalSignature alone; then the policy of CNS.
    expect(parsed.raw.includes(Buffer.from('0603551d0f0101ff040403020780', 'hex'))).toBe(true)
    expect(parsed.raw.includes(der.oid('1.3.76.16.2.1'))).toBe(true)
  })

  it('leaves the names out of a card that has none', async () => {
    const parsed = new X509Certificate((await cardIdentity(authority, theCitizen('bruno'), now)).certificate)
    expect(parsed.subject).not.toMatch(/^(SN|GN)=/m)
  })

  it('makes the wrong cards wrong in the one way they are meant to be', async () => {
    const read = async (kind: 'expired' | 'signature' | 'cie') =>
      new X509Certificate((await cardIdentity(authority, noemi, now, kind)).certificate)
    const [expired, signature, cie] = await Promise.all([read('expired'), read('signature'), read('cie')])
    expect(expired.validToDate < now).toBe(true)
    expect(signature.keyUsage).toBeUndefined()
    expect(signature.raw.includes(Buffer.from('0603551d0f0101ff040403020640', 'hex'))).toBe(true)
    expect(cie.raw.includes(der.oid('1.3.76.16.2.1'))).toBe(false)
    expect(cie.validToDate > now).toBe(true)
  })

  it('makes a card of another country fit for a login there, and in nothing a CNS', async () => {
    const foreign = new X509Certificate((await foreignIdentity(now)).certificate)
    expect(foreign.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(foreign.issuer).toMatch(/^C=AT$/m)
    expect(foreign.subject).toMatch(/^CN=Anna Musterfrau$/m)
    expect(foreign.raw.includes(der.oid('1.3.76.16.2.1'))).toBe(false)
  })

  it('covers the CNS host and not the login host with the TLS certificate', async () => {
    const parsed = new X509Certificate((await tlsIdentity(authority, 'cns.localhost', now)).certificate)
    expect(parsed.checkHost('cns.localhost')).toBe('cns.localhost')
    expect(parsed.checkHost('localhost')).toBeUndefined()
  })

  it('writes a .p12 that OpenSSL opens with the password and with no other', async () => {
    const card = await cardIdentity(authority, noemi, now)
    const pfx = pkcs12(card, authority.certificate, 'Noemi Zoë', 'varco')
    expect(() => createSecureContext({ pfx, passphrase: 'varco' })).not.toThrow()
    expect(() => createSecureContext({ pfx, passphrase: 'varca' })).toThrow(/mac verify/i)
  })

  it('keeps the key of the .p12 unreadable without the password', async () => {
    const card = await cardIdentity(authority, noemi, now)
    const privateExponent = Buffer.from(card.key.export({ format: 'jwk' }).d ?? '', 'base64url')
    expect(privateExponent.length).toBeGreaterThan(200)
    expect(card.key.export({ type: 'pkcs8', format: 'der' }).includes(privateExponent)).toBe(true)
    expect(pkcs12(card, authority.certificate, 'Noemi', 'varco').includes(privateExponent)).toBe(false)
  })
})

describe('DER', () => {
  it('encodes lengths, integers, object identifiers and times by the book', () => {
    expect(der.octetString(Buffer.alloc(200)).subarray(0, 3).toString('hex')).toBe('0481c8')
    expect(der.integer(128).toString('hex')).toBe('02020080')
    expect(der.integer(Buffer.from([0, 0, 1])).toString('hex')).toBe('020101')
    expect(der.oid('1.2.840.113549.1.1.11').toString('hex')).toBe('06092a864886f70d01010b')
    expect(der.time(new Date('2049-12-31T23:59:59Z')).subarray(2).toString()).toBe('491231235959Z')
    expect(der.time(new Date('2050-01-01T00:00:00Z')).subarray(2).toString()).toBe('20500101000000Z')
  })
})
