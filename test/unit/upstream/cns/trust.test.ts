import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { createTrustStore } from '../../../../src/upstream/cns/trust.ts'
import { type Authority, cardProfile, createAuthority, pemOf, subject } from './card-authority.ts'

const root = createAuthority({ subject: subject('CA di prova') })
const card = (authority: Authority, changes: Parameters<typeof cardProfile>[0] = {}) =>
  readCertificate(authority.issue(cardProfile(changes)))
const ways = (trusted: Authority[], of: ReturnType<typeof card>, sent: Authority[] = []) =>
  createTrustStore(trusted.map(({ pem }) => pem)).pathsFrom(
    of,
    sent.map(({ der }) => readCertificate(der)),
  )
const below = (authority: Authority, name: string, more: Partial<Parameters<Authority['authority']>[0]> = {}) =>
  authority.authority({ subject: subject(name), ...more })

describe('the way from a card to a trusted CA', () => {
  it('is the CA that signed it', () => {
    const [path, ...others] = ways([root], card(root))
    expect(path?.map(({ x509 }) => x509.raw)).toEqual([root.der])
    expect(others).toEqual([])
  })

  it('finds the right one of two CAs with the same name', () => {
    const twin = createAuthority({ subject: subject('CA di prova') })
    expect(ways([twin, root], card(root))[0]?.[0]?.x509.raw).toEqual(root.der)
    expect(ways([twin, root], card(twin))[0]?.[0]?.x509.raw).toEqual(twin.der)
  })

  it('does not exist for a stranger who only took the name', () => {
    const store = createTrustStore([root.pem])
    const forged = card(createAuthority({ subject: subject('CA di prova') }))
    expect(store.pathsFrom(forged, [])).toEqual([])
    expect(store.namesIssuerOf(forged)).toBe(true)
    expect(store.namesIssuerOf(card(createAuthority({ subject: subject('Altra CA') })))).toBe(false)
  })

  it('does not exist for a card whose bytes were changed after signing', () => {
    const der = Buffer.from(root.issue(cardProfile()))
    der.write('X', der.indexOf('RSSMRA80A01H501U'))
    expect(ways([root], readCertificate(der))).toEqual([])
  })

  it('does not exist for a card signed with SHA-1', () => {
    expect(ways([root], card(root, { digest: 'sha1' }))).toEqual([])
  })

  it('goes through a CA that the browser sent', () => {
    const middle = below(root, 'CA intermedia')
    expect(ways([root], card(middle))).toEqual([])
    const [path] = ways([root], card(middle), [middle])
    expect(path?.map(({ x509 }) => x509.raw)).toEqual([middle.der, root.der])
  })

  it('goes through two of them, in any order, and past one that has nothing to do with it', () => {
    const upper = below(root, 'Sopra')
    const lower = below(upper, 'Sotto')
    const stranger = createAuthority({ subject: subject('Sotto') })
    expect(ways([root], card(lower), [stranger, upper, lower])).toHaveLength(1)
    expect(ways([root], card(stranger), [stranger])).toEqual([])
  })

  it('does not go through a card that plays a CA', () => {
    const { ca: _, ...noCa } = { ca: {}, ...cardProfile({ subject: subject('Finta CA'), keyUsage: ['keyCertSign'] }) }
    const fake = createAuthority({ subject: subject('Finta CA') })
    const signedCard = root.issue(noCa, fakePublicKey(fake))
    const store = createTrustStore([root.pem])
    expect(store.pathsFrom(card(fake), [readCertificate(signedCard)])).toEqual([])
    const realCa = root.issue({ ...noCa, ca: {} }, fakePublicKey(fake))
    expect(store.pathsFrom(card(fake), [readCertificate(realCa)])).toHaveLength(1)
  })

  it('does not go through a CA that may not sign certificates', () => {
    const middle = below(root, 'CA intermedia', { keyUsage: ['cRLSign'] })
    expect(ways([root], card(middle), [middle])).toEqual([])
  })

  it('does not go through a CA of another name, even with the key that signed', () => {
    const middle = below(root, 'CA intermedia')
    const renamed = root.issue({ subject: subject('Altro nome'), ca: {} }, fakePublicKey(middle))
    expect(ways([root], card(middle), [{ ...middle, der: renamed }])).toEqual([])
  })

  it('does not go below a CA that allows no other below it', () => {
    const narrow = createAuthority({ subject: subject('CA foglia'), ca: { pathLength: 0 } })
    const middle = below(narrow, 'CA intermedia')
    expect(ways([narrow], card(narrow))).toHaveLength(1)
    expect(ways([narrow], card(middle), [middle])).toEqual([])
  })

  it('does not go through a CA with a critical extension that nobody here understands', () => {
    const middle = below(root, 'CA intermedia', { extra: [['2.5.29.30', Buffer.from('3000', 'hex'), true]] })
    expect(ways([root], card(middle), [middle])).toEqual([])
  })

  const NAMES = '2.5.29.30'
  const POLICY_MAPPINGS = '2.5.29.33'
  const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
  it.each<[what: string, Partial<Parameters<Authority['authority']>[0]>]>([
    ['certificates of another policy only', { policies: ['1.3.76.47.4'] }],
    ['no policy at all', { policies: [] }],
    ['web servers only', { extendedKeyUsage: [SERVER_AUTH] }],
    ['names of its own, not marked critical', { extra: [[NAMES, Buffer.from('3000', 'hex'), false]] }],
    ['policies under another name', { extra: [[POLICY_MAPPINGS, Buffer.from('3000', 'hex'), false]] }],
  ])('does not go through a CA that may issue %s', (_what, more) => {
    const middle = below(root, 'CA intermedia', more)
    expect(ways([root], card(middle), [middle])).toEqual([])
  })

  it('goes through a CA that may issue cards and what else', () => {
    for (const more of [
      { policies: ['1.3.76.16.2.1', '1.2.3'] },
      { extendedKeyUsage: ['2.5.29.37.0'] },
      { extendedKeyUsage: [SERVER_AUTH, '1.3.6.1.5.5.7.3.2'] },
    ]) {
      const middle = below(root, 'CA intermedia', more)
      expect(ways([root], card(middle), [middle])).toHaveLength(1)
    }
  })

  it('does not begin at one of ours that is no CA', () => {
    const holder = createAuthority({ subject: subject('Titolare') })
    const noCa = root.issue({ subject: subject('Titolare'), keyUsage: ['keyCertSign'] }, fakePublicKey(holder))
    expect(ways([holder], card(holder))).toHaveLength(1)
    expect(ways([{ ...holder, pem: pemOf(noCa) }], card(holder))).toEqual([])
  })

  it('does not begin at one of ours with a critical extension that nobody here understands', () => {
    const critical = createAuthority({ subject: subject('CA'), extra: [['1.2.3.4', Buffer.from('0500', 'hex'), true]] })
    expect(ways([critical], card(critical))).toEqual([])
  })

  it.each([1024, 512])('does not go through a CA with a key of %i bits, which can be broken', (modulusLength) => {
    const weak = generateKeyPairSync('rsa', { modulusLength })
    const middle = root.authority({ subject: subject('CA debole') }, weak)
    expect(ways([root], card(middle), [middle])).toEqual([])
  })

  it('is looked for once between any two that a stranger sends, though each seems to have issued every other', () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 4096 })
    const sent = Array.from({ length: 5 }, () =>
      createAuthority({ subject: subject('Chiunque'), policies: ['2.5.29.32.0'] }, keys),
    )
    const asked = sent.map(({ der }) => readCertificate(der))
    let verified = 0
    for (const { x509 } of asked) {
      const verify = x509.verify.bind(x509)
      x509.verify = (key) => {
        verified += 1
        return verify(key)
      }
    }
    const forged = card(sent[0] as Authority)
    expect(createTrustStore([root.pem]).pathsFrom(forged, asked)).toEqual([])
    expect(verified).toBeLessThanOrEqual(5 * 4)
  })

  it('ends with a CA of ours that is not self-signed', () => {
    const middle = below(root, 'CA intermedia')
    expect(ways([middle], card(middle))).toHaveLength(1)
  })

  it('ends when CAs that signed each other are sent', () => {
    const one = createAuthority({ subject: subject('Uno') })
    const two = createAuthority({ subject: subject('Due') })
    const cross = [
      { ...one, der: two.issue({ subject: subject('Uno'), ca: {} }, fakePublicKey(one)) },
      { ...two, der: one.issue({ subject: subject('Due'), ca: {} }, fakePublicKey(two)) },
    ]
    expect(ways([root], card(one), cross)).toEqual([])
  })
})

describe('the list of card CAs', () => {
  it('refuses a certificate that cannot be read, and says which', () => {
    const broken = root.pem.replace(/\n.{10}/, '\nAAAAAAAAAA')
    expect(() => createTrustStore([root.pem, broken])).toThrow('certificate 2 of the card CAs cannot be read')
  })

  const folder = process.env.VARCO_DATA
  it.skipIf(folder === undefined)('takes all 119 of the 2019 trusted list (needs VARCO_DATA)', () => {
    const bundle = readFileSync(join(folder ?? '', 'cns-ca-bundle-tsl-2019-09-04.pem'), 'utf8')
    const store = createTrustStore([bundle])
    expect(store.size).toBe(119)
    const cas = (bundle.match(/-----BEGIN[^-]+-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((pem) =>
      readCertificate(new X509Certificate(pem).raw),
    )
    // The other 45 are signed with SHA-1: good enough for an anchor, which is not looked into, not below one.
    expect(cas.filter((ca) => store.pathsFrom(ca, []).length > 0)).toHaveLength(74)
  })
})

const fakePublicKey = (authority: Authority) => readCertificate(authority.der).x509.publicKey
