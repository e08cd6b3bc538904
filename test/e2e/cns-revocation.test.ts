/** Check 7 of docs/rules/cns.md section 4, against a real OCSP responder and real lists of openssl. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type Authority,
  basicConstraints,
  extendedKeyUsage,
  type Identity,
  issue,
  keyUsage,
  ocspNoCheck,
} from '../../sandbox/pki/certificate.ts'
import { type CardStanding, certificationAuthority } from '../../sandbox/pki/profiles.ts'
import { freePorts } from '../../sandbox/ports.ts'
import { createOpensslAuthority } from '../fixtures/cns/openssl-authority.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const HOUR = 3_600_000
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const NOBODY = 'http://127.0.0.1:9/' // the discard port: nothing listens there

const keys = await identities()
const authority = createOpensslAuthority(keys.cardAuthority)
afterAll(() => authority.close())

let ahead = 0
const now = () => Date.now() + ahead

/** A web server that answers as the test says, and counts. */
let server: Server
let web = ''
let calls: string[] = []
let answer: (response: ServerResponse, request: IncomingMessage) => void = () => {}
const answerWith = (body: string | Buffer, status = 200) => {
  answer = (response) => void response.writeHead(status).end(body)
}
const gateways: TestGateway[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    request.resume()
    answer(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(async () => {
  authority.stopResponders()
  for (const gateway of gateways.splice(0)) await gateway.close()
  ahead = 0
  calls = []
})

const start = async (revocation = '{ mode: required }') => {
  const gateway = await startGateway({
    now,
    cns: `  revocation: ${revocation}`,
    config: (config) => ({ ...config, outgoing: { allowedNetworks: ['127.0.0.0/8'] } }),
  })
  gateways.push(gateway)
  return gateway
}

const cardWith = (standing: CardStanding) => keys.card('ada', 'cns', keys.cardAuthority, standing)
const goodCard = async (standing: CardStanding) => {
  const card = await cardWith(standing)
  authority.issued(card)
  return card
}
const revokedCard = async (standing: CardStanding) => {
  const card = await cardWith(standing)
  authority.revoked(card)
  return card
}

const entered = async (gateway: TestGateway, card: Identity) => {
  const { login, end } = await gateway.loginByCard(card)
  if (end === undefined) throw new Error('the card page did not send the browser on')
  if (end.location === undefined) return /cns_\w+/.exec(end.text)?.[0]
  const { idToken } = await gateway.claimsOf(login, end)
  return idToken.idp_type
}

/** A card that names a responder which is not there yet: the register must know the card before it starts. */
const withResponder = async (make: (standing: CardStanding) => Promise<Identity>, by?: Identity, crl?: string) => {
  const port = (await freePorts()).cards
  const card = await make({ ocsp: `http://127.0.0.1:${port}/`, ...(crl !== undefined && { crl }) })
  await authority.startResponder(port, by)
  return card
}

const responderIdentity = (issuer: Authority, ...purposes: readonly string[]) =>
  issue(issuer, {
    subject: [['CN', 'OCSP']],
    notBefore: new Date(Date.now() - 24 * HOUR),
    notAfter: new Date(Date.now() + 24 * HOUR),
    extensions: [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage(...purposes), ocspNoCheck()],
  })

describe('by OCSP', () => {
  it('lets a card in that the responder calls good', async () => {
    const gateway = await start()
    expect(await entered(gateway, await withResponder(goodCard))).toBe('cns')
    expect(gateway.events('revocation.source_failed')).toEqual([])
  })

  it('remembers a good answer until its end, and asks again then', async () => {
    const gateway = await start()
    const card = await withResponder(goodCard)
    expect(await entered(gateway, card)).toBe('cns')
    authority.stopResponders()
    expect(await entered(gateway, card)).toBe('cns')
    ahead = 6 * 60_000
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
  })

  it('refuses a revoked card with a sentence of its own, back at the choice', async () => {
    const gateway = await start()
    const { end } = await gateway.loginByCard(await withResponder(revokedCard))
    expect(end?.status).toBe(403)
    expect(end?.text).toContain('cns_revoked')
    expect(end?.text).toContain('La carta è stata revocata')
  })

  it('believes a responder that the issuer appointed', async () => {
    const by = await responderIdentity(keys.cardAuthority, OCSP_SIGNING)
    expect(await entered(await start(), await withResponder(goodCard, by))).toBe('cns')
    expect(await entered(await start(), await withResponder(revokedCard, by))).toBe('cns_revoked')
  })

  it.each([
    ['whose certificate is for something else', keys.cardAuthority, '1.3.6.1.5.5.7.3.2'],
    ['whom another authority appointed', keys.strangerAuthority, OCSP_SIGNING],
  ])('does not believe a responder %s', async (_who, issuer, purpose) => {
    const gateway = await start()
    const card = await withResponder(goodCard, await responderIdentity(issuer, purpose))
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
    expect(gateway.events('revocation.source_failed')).toMatchObject([
      { source: 'ocsp', reason: expect.stringContaining('signed neither by the issuer nor by a responder') },
    ])
  })

  it('does not believe an answer whose time is over', async () => {
    const gateway = await start()
    const card = await withResponder(goodCard)
    ahead = HOUR
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
    expect(gateway.events('revocation.source_failed')).toMatchObject([
      { reason: expect.stringContaining('it was to be replaced at') },
    ])
  })

  it('does not let a card in that the responder does not know', async () => {
    expect(await entered(await start(), await withResponder(cardWith))).toBe('cns_revocation_unknown')
  })
})

describe('by the list, where OCSP does not help', () => {
  it.each([
    ['names no responder', undefined],
    ['names one that is away', NOBODY],
  ])('lets a good card in and refuses a revoked one when the card %s', async (_which, ocsp) => {
    const standing = { ...(ocsp !== undefined && { ocsp }), crl: `${web}/cards.crl` }
    const [good, revoked] = [await goodCard(standing), await revokedCard(standing)]
    answerWith(authority.list())
    const gateway = await start()
    expect(await entered(gateway, good)).toBe('cns')
    expect(await entered(gateway, revoked)).toBe('cns_revoked')
  })

  it('reads a list once for all cards until its end', async () => {
    const card = await goodCard({ crl: `${web}/cards.crl` })
    answerWith(authority.list())
    const gateway = await start()
    for (let login = 0; login < 3; login++) expect(await entered(gateway, card)).toBe('cns')
    expect(calls).toEqual(['GET /cards.crl'])
    ahead = 61 * 60_000
    answerWith(authority.list({ from: new Date(now()), to: new Date(now() + HOUR) }))
    expect(await entered(gateway, card)).toBe('cns')
    expect(calls).toHaveLength(2)
  })

  it('waits three seconds for a responder that never answers, then asks the list', async () => {
    const card = await goodCard({ ocsp: `${web}/ocsp`, crl: `${web}/cards.crl` })
    const list = authority.list()
    answer = (response, { method }) => void (method === 'GET' && response.end(list))
    const begun = performance.now()
    expect(await entered(await start(), card)).toBe('cns')
    expect(performance.now() - begun).toBeLessThan(8_000)
  })

  it('waits three seconds for a responder that sends byte after byte without end', async () => {
    const card = await goodCard({ ocsp: `${web}/ocsp`, crl: `${web}/cards.crl` })
    const list = authority.list()
    const dripping: NodeJS.Timeout[] = []
    answer = (response, { method }) => {
      if (method === 'GET') return void response.end(list)
      response.writeHead(200)
      dripping.push(setInterval(() => response.write('0'), 100))
    }
    const begun = performance.now()
    const gateway = await start()
    expect(await entered(gateway, card)).toBe('cns')
    for (const drip of dripping) clearInterval(drip)
    expect(performance.now() - begun).toBeLessThan(8_000)
    expect(gateway.events('revocation.source_failed')).toMatchObject([{ reason: expect.stringContaining('timeout') }])
  })

  it.each([
    ['its list elsewhere', 302, { location: 'http://169.254.169.254/latest/meta-data' }],
    ['an error', 500, {}],
  ])('follows no service that answers with %s', async (_what, status, headers) => {
    const card = await goodCard({ crl: `${web}/cards.crl` })
    answer = (response) => void response.writeHead(status, headers).end()
    const gateway = await start()
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
    expect(gateway.events('revocation.source_failed')).toMatchObject([{ reason: `it answered ${status}` }])
  })

  it('calls no service on a private network that the region does not name, whatever the card says', async () => {
    const gateway = await startGateway({ now, cns: '  revocation: { mode: required }' })
    gateways.push(gateway)
    answerWith(authority.list())
    expect(await entered(gateway, await goodCard({ ocsp: `${web}/ocsp`, crl: `${web}/cards.crl` }))).toBe(
      'cns_revocation_unknown',
    )
    expect(calls).toEqual([])
  })

  const beforeYesterday = new Date(Date.now() - 48 * HOUR)
  it.each<[what: string, () => Buffer | string, reason: string]>([
    [
      'whose time is over',
      () => authority.list({ from: beforeYesterday, to: new Date(Date.now() - HOUR) }),
      'it was to be replaced',
    ],
    [
      'of tomorrow',
      () => authority.list({ from: new Date(Date.now() + 24 * HOUR), to: new Date(Date.now() + 48 * HOUR) }),
      'not come yet',
    ],
    ['that a stranger signed', () => authority.list({ by: keys.strangerAuthority }), 'not signed by the issuer'],
    ['that is a page', () => '<html>', 'malformed DER'],
    ['of 9 MB', () => Buffer.alloc(9 * 1024 * 1024, 0x30), 'more than'],
  ])('does not believe a list %s', async (_what, body, reason) => {
    const card = await goodCard({ crl: `${web}/cards.crl` })
    answerWith(body())
    const gateway = await start()
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
    expect(gateway.events('revocation.source_failed')).toMatchObject([
      { source: 'crl', url: `${web}/cards.crl`, reason: expect.stringContaining(reason) },
    ])
  })

  it('does not believe a list that a stranger signed under the name of the issuer', async () => {
    const forger = await certificationAuthority('CA CNS di prova', new Date())
    const card = await goodCard({ crl: `${web}/cards.crl` })
    answerWith(authority.list({ by: forger }))
    expect(await entered(await start(), card)).toBe('cns_revocation_unknown')
  })
})

describe('when nobody answers', () => {
  it.each([
    ['everything is away', { ocsp: NOBODY, crl: NOBODY }],
    ['the card names nobody', {}],
    ['the card names only a directory', { crl: 'ldap://directory.example/cn=list' }],
  ])('refuses the card with an alarm and tells the citizen to try later when %s', async (_why, standing) => {
    const gateway = await start()
    const { end } = await gateway.loginByCard(await goodCard(standing))
    expect(end?.status).toBe(503)
    expect(end?.text).toContain('cns_revocation_unknown')
    expect(end?.text).toContain('Riprova più tardi')
    expect(gateway.events('login.refused')).toMatchObject([{ level: 50, code: 'cns_revocation_unknown' }])
  })

  it('asks nobody about a card that is wrong anyway', async () => {
    answerWith(authority.list())
    const gateway = await start()
    const standing = { ocsp: `${web}/ocsp`, crl: `${web}/cards.crl` }
    expect(await entered(gateway, await keys.card('ada', 'expired', keys.cardAuthority, standing))).toBe(
      'cns_certificate_expired',
    )
    expect(await entered(gateway, await keys.card('ada', 'cns', keys.strangerAuthority, standing))).toBe(
      'cns_issuer_unknown',
    )
    expect(calls).toEqual([])
  })
})

describe('a region with hours of grace', () => {
  it('uses the list it had for so long, with an alarm, and still refuses the cards in it', async () => {
    const standing = { crl: `${web}/cards.crl` }
    const [good, revoked] = [await goodCard(standing), await revokedCard(standing)]
    answerWith(authority.list())
    const gateway = await start('{ grace_hours: 2 }')
    expect(await entered(gateway, good)).toBe('cns')
    answerWith('', 503)
    ahead = 2.5 * HOUR
    expect(await entered(gateway, good)).toBe('cns')
    expect(gateway.events('revocation.grace')).toMatchObject([{ level: 50, url: `${web}/cards.crl` }])
    expect(await entered(gateway, revoked)).toBe('cns_revoked')
    ahead = 3.5 * HOUR
    expect(await entered(gateway, good)).toBe('cns_revocation_unknown')
  })

  it('does not extend it to a list that was over when it came', async () => {
    const card = await goodCard({ crl: `${web}/cards.crl` })
    answerWith(authority.list({ from: new Date(Date.now() - 3 * HOUR), to: new Date(Date.now() - HOUR) }))
    expect(await entered(await start('{ grace_hours: 2 }'), card)).toBe('cns_revocation_unknown')
  })

  it('does not take an older list for a newer one', async () => {
    const card = await goodCard({ crl: `${web}/cards.crl` })
    const older = authority.list({ from: new Date(Date.now() - HOUR), to: new Date(Date.now() + 12 * HOUR) })
    answerWith(authority.list({ to: new Date(Date.now() + HOUR) }))
    const gateway = await start()
    expect(await entered(gateway, card)).toBe('cns')
    answerWith(older)
    ahead = 2 * HOUR
    expect(await entered(gateway, card)).toBe('cns_revocation_unknown')
    expect(gateway.events('revocation.source_failed')).toMatchObject([{ reason: 'it is older than the one before' }])
  })
})

it('a region that switched it off lets a revoked card in', async () => {
  expect(await entered(await start('{ mode: off }'), await withResponder(revokedCard))).toBe('cns')
})
