import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as der from '../../../../sandbox/pki/der.ts'
import { type Certificate, readCertificate } from '../../../../src/upstream/cns/certificate.ts'
import { createRevocationCheck, type RevocationEvent } from '../../../../src/upstream/cns/revocation.ts'
import { revocationSourcesOf } from '../../../../src/upstream/cns/revocation-sources.ts'
import { type Authority, cardProfile, createAuthority, subject } from './card-authority.ts'
import {
  answer,
  asksAt,
  ca,
  card,
  cardOf,
  certId,
  good,
  HOUR,
  issuer,
  LIST,
  list,
  NOW,
  named,
  onlyThose,
  partOf,
  pointsTo,
  RESPONDER,
  responderOf,
  revoked,
  serialOf,
} from './revocation-answers.ts'

describe('the sources of a certificate', () => {
  it('are the web addresses in it, two of each kind at most', () => {
    const from = (extra: ReturnType<typeof asksAt>) => revocationSourcesOf(cardOf(ca, extra).x509)
    expect(from(asksAt(RESPONDER))).toEqual({ ocsp: [RESPONDER], crl: [] })
    expect(revocationSourcesOf(card.x509).crl).toEqual([{ url: LIST, names: ['ldap://ca.example/cn=list', LIST] }])
    expect(
      from(pointsTo('ftp://a.example', 'http://1.example', 'http://2.example', 'http://3.example')).crl,
    ).toHaveLength(2)
  })

  it('are none in an extension that cannot be read', () => {
    const broken = cardOf(ca, ['2.5.29.31', Buffer.from('garbage'), false])
    expect(revocationSourcesOf(broken.x509)).toEqual({ ocsp: [], crl: [] })
  })
})

/** What each address answers, and may be made to answer later; every other one is 404. */
const check = (answers: Record<string, Buffer>, graceHours = 0) => {
  const events: RevocationEvent[] = []
  const asked: string[] = []
  const run = createRevocationCheck({
    fetch: async (input) => {
      asked.push(String(input))
      const bytes = answers[String(input)]
      return bytes === undefined ? new Response('', { status: 404 }) : new Response(new Uint8Array(bytes))
    },
    graceHours,
    randomBytes: (size) => Buffer.alloc(size, 7),
    report: (event) => events.push(event),
  })
  /** `good`, or the code of the refusal. */
  const standing = (one = card, now = NOW, path = [issuer]) =>
    run(one, path, now).then(
      () => 'good',
      ({ code }) => code,
    )
  return { run, standing, events, asked, answers }
}

describe('the check', () => {
  it('takes the part of a list that the card names', async () => {
    const { standing } = check({ [LIST]: list({ extensions: [partOf(named(LIST))], revoked: [der.integer(7)] }) })
    expect(await standing()).toBe('good')
  })

  it('does not take another part for it, which is silent about the card', async () => {
    const part = list({ extensions: [partOf(named('http://ca.example/part2.crl'))] })
    const { standing, events } = check({ [LIST]: part })
    expect(await standing()).toBe('cns_revocation_unknown')
    expect(events).toMatchObject([{ reason: 'it is another part of the list' }])
  })

  it('fetches a list once for those who come at the same time', async () => {
    const { standing, asked } = check({ [LIST]: list() })
    expect(await Promise.all([standing(), standing(), standing()])).toEqual(['good', 'good', 'good'])
    expect(asked).toEqual([LIST])
  })

  describe('with a CA between the card and ours', () => {
    const url = 'http://root.example/root.crl'
    const root = createAuthority({ subject: subject('Root') })
    const middle = root.authority({ subject: subject('CA'), extra: [pointsTo(url)] })
    const path = [readCertificate(middle.der), readCertificate(root.der)] as const
    const leaf = cardOf(middle, pointsTo(LIST))
    const standing = (options: Parameters<typeof list>[0]) =>
      check({ [LIST]: list({ by: middle }), [url]: list({ by: root, ...options }) }).standing(leaf, NOW, [...path])

    it('refuses a card below a CA that was revoked itself', async () => {
      expect(await standing({})).toBe('good')
      expect(await standing({ revoked: [serialOf(path[0])] })).toBe('cns_revoked')
    })

    it('takes a list of authorities for it, and none of cards, which is silent about it', async () => {
      expect(await standing({ extensions: [onlyThose(2)] })).toBe('good')
      expect(await standing({ extensions: [onlyThose(2)], revoked: [serialOf(path[0])] })).toBe('cns_revoked')
      expect(await standing({ extensions: [onlyThose(1)] })).toBe('cns_revocation_unknown')
    })
  })

  it('takes a list of cards for a card, and none of authorities', async () => {
    expect(await check({ [LIST]: list({ extensions: [onlyThose(1)] }) }).standing()).toBe('good')
    const { standing, events } = check({ [LIST]: list({ extensions: [onlyThose(2)] }) })
    expect(await standing()).toBe('cns_revocation_unknown')
    expect(events).toMatchObject([{ reason: 'it is a list of authorities only' }])
  })

  it('looks at the next list after a day, however long this one holds, and goes on with it when there is none', async () => {
    const month = { to: NOW + 30 * 24 * HOUR }
    const { standing, answers, asked, events } = check({ [LIST]: list(month) })
    expect([await standing(), await standing(card, NOW + 23 * HOUR)]).toEqual(['good', 'good'])
    expect(asked).toHaveLength(1)
    delete answers[LIST]
    expect(await standing(card, NOW + 25 * HOUR)).toBe('good')
    expect(events).toMatchObject([{ type: 'revocation.source_failed', reason: 'it answered 404' }])
    answers[LIST] = list({ ...month, from: NOW + 20 * HOUR, revoked: [serialOf(card)] })
    expect(await standing(card, NOW + 25 * HOUR)).toBe('cns_revoked')
  })

  it('tells operators which services failed and the citizen’s log line only their hosts', async () => {
    const { run, events } = check({})
    await expect(run(card, [issuer], NOW)).rejects.toMatchObject({
      code: 'cns_revocation_unknown',
      detail: 'crl ca.example',
    })
    expect(events).toEqual([{ type: 'revocation.source_failed', source: 'crl', url: LIST, reason: 'it answered 404' }])
  })
})

interface Issued {
  readonly by: Authority
  readonly issuer: Certificate
  readonly card: Certificate
}

describe('the check by OCSP', () => {
  const asking = cardOf(ca, asksAt(RESPONDER), pointsTo(LIST))
  const about = certId(serialOf(asking))

  it('asks again after a day, however long the answer holds', async () => {
    const { standing, answers } = check({ [RESPONDER]: answer({ about, to: NOW + 30 * 24 * HOUR }) })
    expect(await standing(asking)).toBe('good')
    answers[RESPONDER] = answer({ about, status: revoked, from: NOW, to: NOW + 48 * HOUR })
    expect(await standing(asking, NOW + 23 * HOUR)).toBe('good')
    expect(await standing(asking, NOW + 25 * HOUR)).toBe('cns_revoked')
  })

  it('does not take an older answer for a newer one, nor a list that was written before the card was revoked', async () => {
    const { standing, answers, events } = check({
      [RESPONDER]: answer({ about, status: revoked, from: NOW - HOUR, to: NOW + HOUR }),
    })
    expect(await standing(asking)).toBe('cns_revoked')
    answers[RESPONDER] = answer({ about, status: good, from: NOW - 2 * HOUR, to: NOW + 24 * HOUR })
    answers[LIST] = list({ from: NOW - 2 * HOUR, to: NOW + 24 * HOUR })
    expect(await standing(asking, NOW + 2 * HOUR)).toBe('cns_revoked')
    expect(events).toMatchObject([{ source: 'ocsp', reason: 'it is older than the one before' }])
    answers[LIST] = list({ from: NOW, to: NOW + 24 * HOUR })
    answers[RESPONDER] = answer({ about, status: good, from: NOW, to: NOW + 24 * HOUR })
    expect(await standing(asking, NOW + 2 * HOUR)).toBe('good')
  })

  it('does not take the answer about a card for that of another authority with the same key and number', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const [one, two] = ['CA prima', 'CA dopo'].map((name) => {
      const by = createAuthority({ subject: subject(name) }, keys)
      const same = { serial: Buffer.from([7]), extra: [asksAt(RESPONDER)] }
      return { by, issuer: readCertificate(by.der), card: readCertificate(by.issue(cardProfile(same))) }
    }) as [Issued, Issued]
    const { standing } = check({ [RESPONDER]: answer({ by: one.by, about: certId(serialOf(one.card), one.issuer) }) })
    expect(await standing(one.card, NOW, [one.issuer])).toBe('good')
    expect(await standing(two.card, NOW, [two.issuer])).toBe('cns_revocation_unknown')
  })

  describe('through a responder that the issuer appointed', () => {
    const OWN_LIST = 'http://ca.example/responders.crl'
    const told = (responder: Authority, lists: Record<string, Buffer> = {}) =>
      check({ [RESPONDER]: answer({ about, by: responder, sends: responder.der }), ...lists })
    const listed = responderOf(ca, { extra: [pointsTo(OWN_LIST)] })

    it('believes one that need not be asked about', async () => {
      expect(await told(responderOf()).standing(asking)).toBe('good')
    })

    it('believes one that the issuer’s list does not name, and no other', async () => {
      expect(await told(listed, { [OWN_LIST]: list() }).standing(asking)).toBe('good')
      const { standing, events } = told(listed, {
        [OWN_LIST]: list({ revoked: [serialOf(readCertificate(listed.der))] }),
      })
      expect(await standing(asking)).toBe('cns_revocation_unknown')
      expect(events).toMatchObject([{ source: 'ocsp', reason: 'the responder was revoked' }, { source: 'crl' }])
    })

    it.each([
      ['whose list is away', listed],
      ['that names no list', responderOf(ca, { extra: [] })],
      ['that only names itself', responderOf(ca, { extra: [asksAt(RESPONDER)] })],
    ])('does not believe one %s', async (_which, responder) => {
      const { standing, events } = told(responder)
      expect(await standing(asking)).toBe('cns_revocation_unknown')
      expect(events).toContainEqual({
        type: 'revocation.source_failed',
        source: 'ocsp',
        url: RESPONDER,
        reason: 'nobody says whether the responder was revoked',
      })
    })
  })
})
