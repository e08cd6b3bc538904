import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as der from '../../../../sandbox/pki/der.ts'
import { readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { readCrl } from '../../../../src/upstream/cns/crl.ts'
import { readOcspAnswer, writeOcspRequest } from '../../../../src/upstream/cns/ocsp.ts'
import { createRevocationCheck, type RevocationEvent } from '../../../../src/upstream/cns/revocation.ts'
import { namedIn, revocationSourcesOf, sha1 } from '../../../../src/upstream/cns/revocation-sources.ts'
import { type Authority, cardProfile, createAuthority, subject } from './card-authority.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const HOUR = 3_600_000
const LIST = 'http://ca.example/part1.crl'
const ca = createAuthority({ subject: subject('CA Cittadini') })
const other = createAuthority({ subject: subject('CA Cittadini') })
const issuer = readCertificate(ca.der)

const address = (url: string) => der.implicit(6, Buffer.from(url))
const pointsTo = (...urls: string[]) => der.sequence(der.sequence(der.context(0, der.context(0, ...urls.map(address)))))
const access = (url: string) => der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.48.1'), address(url)))
const cardOf = (by: Authority, extra: readonly (readonly [string, Buffer, boolean])[]) =>
  readCertificate(by.issue(cardProfile({ extra })))
const card = cardOf(ca, [['2.5.29.31', pointsTo('ldap://ca.example/cn=list', LIST), false]])
const serialOf = ({ x509 }: typeof card) => der.integer(Buffer.from(x509.serialNumber, 'hex'))

const RSA_SHA256 = der.sequence(der.oid('1.2.840.113549.1.1.11'), der.nothing())
const signed = (content: Buffer, key: KeyObject, ...more: Buffer[]) =>
  der.sequence(content, RSA_SHA256, der.bitString(sign('sha256', content, key)), ...more)
const generalizedTime = (time: number) =>
  der.element(0x18, Buffer.from(new Date(time).toISOString().replace(/[-:T]|\.\d+/g, '')))

const extension = (id: string, critical: boolean, value: Buffer) =>
  der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value))

const list = ({
  by = ca,
  from = NOW - HOUR,
  to = NOW + HOUR,
  revoked = [] as readonly Buffer[],
  extensions = [] as readonly Buffer[],
} = {}) =>
  signed(
    der.sequence(
      der.integer(1),
      RSA_SHA256,
      namedIn(new X509Certificate(by.der)).subject,
      der.time(new Date(from)),
      ...(to === 0 ? [] : [der.time(new Date(to))]),
      ...(revoked.length > 0
        ? [der.sequence(Buffer.concat(revoked.map((serial) => der.sequence(serial, der.time(new Date(from))))))]
        : []),
      ...(extensions.length > 0 ? [der.context(0, der.sequence(...extensions))] : []),
    ),
    by.key,
  )
const partOf = (...fields: Buffer[]) => extension('2.5.29.28', true, der.sequence(...fields))
const named = (url: string) => der.context(0, der.context(0, address(url)))

describe('a list', () => {
  const read = (bytes: Buffer) => readCrl(bytes, { issuer, now: NOW })

  it('holds the serials that it holds', () => {
    const { hasSerial } = read(list({ revoked: [serialOf(card), der.integer(7)] }))
    expect([hasSerial(namedIn(card.x509).serial), hasSerial('07'), hasSerial('08')]).toEqual([true, true, false])
  })

  it('may be empty', () => {
    expect(read(list()).hasSerial('07')).toBe(false)
  })

  it.each([
    ['of another authority of the same name', list({ by: other }), 'not signed by the issuer'],
    ['without an end', list({ to: 0 }), 'when the next one comes'],
    ['that only says what changed', list({ extensions: [extension('2.5.29.27', true, der.integer(1))] }), 'critical'],
    ['of authorities', list({ extensions: [partOf(der.implicit(2, Buffer.from([0xff])))] }), 'other certificates'],
    ['for some reasons', list({ extensions: [partOf(der.implicit(3, Buffer.from([1, 0x40])))] }), 'some reasons'],
    ['of several issuers', list({ extensions: [partOf(der.implicit(4, Buffer.from([0xff])))] }), 'other certificates'],
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
})

describe('an OCSP answer', () => {
  const nonce = Buffer.alloc(16, 7)
  const { subject: name, keyHash } = namedIn(issuer.x509)
  const certId = (serial = serialOf(card)) =>
    der.sequence(
      der.sequence(der.oid('1.3.14.3.2.26'), der.nothing()),
      der.octetString(sha1(name)),
      der.octetString(keyHash),
      serial,
    )
  const answer = ({
    by = ca,
    status = der.implicit(0, Buffer.alloc(0)),
    serial = serialOf(card),
    from = NOW - HOUR,
    to = NOW + HOUR,
    made = NOW,
    extensions = [] as readonly Buffer[],
  } = {}) => {
    const single = der.sequence(
      certId(serial),
      status,
      generalizedTime(from),
      ...(to === 0 ? [] : [der.context(0, generalizedTime(to))]),
    )
    const data = der.sequence(
      der.context(1, name),
      generalizedTime(made),
      der.sequence(single),
      ...(extensions.length > 0 ? [der.context(1, der.sequence(...extensions))] : []),
    )
    return wrapped(0, signed(data, by.key))
  }
  const wrapped = (code: number, basic: Buffer) =>
    der.sequence(
      der.element(0x0a, Buffer.from([code])),
      der.context(0, der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic))),
    )
  const withNonce = (value: Buffer) => extension('1.3.6.1.5.5.7.48.1.2', false, der.octetString(value))
  const read = (bytes: Buffer) => readOcspAnswer(bytes, { certificate: card, issuer, now: NOW }, nonce)

  it('says good, revoked or unknown, and until when', () => {
    expect(read(answer())).toEqual({ status: 'good', nextUpdate: NOW + HOUR })
    expect(read(answer({ status: der.context(1, generalizedTime(NOW - HOUR)) })).status).toBe('revoked')
    expect(read(answer({ status: der.implicit(2, Buffer.alloc(0)) })).status).toBe('unknown')
  })

  it('need not repeat the nonce; when it does, it must be ours', () => {
    expect(read(answer({ extensions: [withNonce(nonce)] })).status).toBe('good')
    expect(() => read(answer({ extensions: [withNonce(Buffer.alloc(16, 8))] }))).toThrow('nonce')
  })

  it('without an end is good while it is fresh, or when it repeats the nonce', () => {
    expect(read(answer({ to: 0 }))).toEqual({ status: 'good' })
    expect(() => read(answer({ to: 0, made: NOW - HOUR }))).toThrow('is old')
    expect(read(answer({ to: 0, made: NOW - HOUR, extensions: [withNonce(nonce)] })).status).toBe('good')
  })

  it.each([
    ['by another authority of the same name', answer({ by: other }), 'signed neither by'],
    ['about another card', answer({ serial: der.integer(7) }), 'nothing of this certificate'],
    ['whose time is over', answer({ from: NOW - 2 * HOUR, to: NOW - HOUR }), 'was to be replaced'],
    ['of tomorrow', answer({ from: NOW + HOUR, to: NOW + 2 * HOUR }), 'not come yet'],
    ['with a critical extension', answer({ extensions: [extension('1.2.3.4', true, der.nothing())] }), 'critical'],
    ['that the responder is busy', der.sequence(der.element(0x0a, Buffer.from([3]))), 'tryLater'],
    ['that is a page', Buffer.from('<html></html>'), 'malformed DER'],
  ])('%s is not believed', (_what, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason)
  })

  it('is asked for by hashes of the issuer and by the serial, with the nonce', () => {
    const bytes = writeOcspRequest({ certificate: card, issuer }, nonce)
    expect(bytes.includes(certId())).toBe(true)
    expect(bytes.includes(withNonce(nonce))).toBe(true)
  })
})

describe('the sources of a certificate', () => {
  it('are the web addresses in it, two of each kind at most', () => {
    const from = (id: string, value: Buffer) => revocationSourcesOf(cardOf(ca, [[id, value, false]]).x509)
    expect(from('1.3.6.1.5.5.7.1.1', access('http://ocsp.example/'))).toEqual({
      ocsp: ['http://ocsp.example/'],
      crl: [],
    })
    expect(revocationSourcesOf(card.x509).crl).toEqual([{ url: LIST, names: ['ldap://ca.example/cn=list', LIST] }])
    expect(
      from('2.5.29.31', pointsTo('ftp://a.example', 'http://1.example', 'http://2.example', 'http://3.example')).crl,
    ).toHaveLength(2)
  })

  it('are none in an extension that cannot be read', () => {
    const broken = cardOf(ca, [['2.5.29.31', Buffer.from('garbage'), false]])
    expect(revocationSourcesOf(broken.x509)).toEqual({ ocsp: [], crl: [] })
  })
})

describe('the check', () => {
  const check = (answers: Readonly<Record<string, () => Promise<Response>>>, graceHours = 0) => {
    const events: RevocationEvent[] = []
    const asked: string[] = []
    const run = createRevocationCheck({
      fetch: async (input) => {
        asked.push(String(input))
        return (await answers[String(input)]?.()) ?? new Response('', { status: 404 })
      },
      graceHours,
      randomBytes: (size) => Buffer.alloc(size, 7),
      report: (event) => events.push(event),
    })
    return { run, events, asked }
  }
  const response = (bytes: Buffer) => async () => new Response(new Uint8Array(bytes))

  it('takes the part of a list that the card names', async () => {
    const { run } = check({ [LIST]: response(list({ extensions: [partOf(named(LIST))], revoked: [der.integer(7)] })) })
    await expect(run(card, [issuer], NOW)).resolves.toBeUndefined()
  })

  it('does not take another part for it, which is silent about the card', async () => {
    const part = list({ extensions: [partOf(named('http://ca.example/part2.crl'))] })
    const { run, events } = check({ [LIST]: response(part) })
    await expect(run(card, [issuer], NOW)).rejects.toMatchObject({ code: 'cns_revocation_unknown' })
    expect(events).toMatchObject([{ reason: 'it is another part of the list' }])
  })

  it('fetches a list once for those who come at the same time', async () => {
    const { run, asked } = check({ [LIST]: response(list()) })
    await Promise.all([run(card, [issuer], NOW), run(card, [issuer], NOW), run(card, [issuer], NOW)])
    expect(asked).toEqual([LIST])
  })

  it('refuses a card below a CA that was revoked itself', async () => {
    const url = 'http://root.example/root.crl'
    const root = createAuthority({ subject: subject('Root') })
    const middle = root.authority({ subject: subject('CA'), extra: [['2.5.29.31', pointsTo(url), false]] })
    const [top, below] = [readCertificate(root.der), readCertificate(middle.der)]
    const leaf = cardOf(middle, [['2.5.29.31', pointsTo(LIST), false]])
    const lists = (revoked: Buffer[]) => ({
      [LIST]: response(list({ by: middle })),
      [url]: response(list({ by: root, revoked })),
    })
    await expect(check(lists([])).run(leaf, [below, top], NOW)).resolves.toBeUndefined()
    await expect(check(lists([serialOf(below)])).run(leaf, [below, top], NOW)).rejects.toMatchObject({
      code: 'cns_revoked',
    })
  })

  it('tells operators which services failed and the citizen’s log line only their hosts', async () => {
    const { run, events } = check({})
    await expect(run(card, [issuer], NOW)).rejects.toMatchObject({
      code: 'cns_revocation_unknown',
      detail: 'crl ca.example',
    })
    expect(events).toEqual([{ type: 'revocation.source_failed', source: 'crl', url: LIST, reason: 'it answered 404' }])
  })

  it('reads a list of 200,000 cards in well under a second', () => {
    const revoked = Array.from({ length: 200_000 }, (_, index) => der.integer(index + 1))
    const bytes = list({ revoked })
    const begun = performance.now()
    expect(readCrl(bytes, { issuer, now: NOW }).hasSerial('030d40')).toBe(true)
    expect(performance.now() - begun).toBeLessThan(3_000)
  })
})
