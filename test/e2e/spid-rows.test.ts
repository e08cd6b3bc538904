/**
 * docs/rules/spid-saml.md 5.2, 5.3 and 8 as a citizen's browser meets them: a real gateway, real HTTP, each row's response
 * signed on the fly. Accepted is a code at the site; rejected is a last page with an error status and the code of the check.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/errors.ts'
import type { Browser, Page } from '../fixtures/gateway/browser.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import type { Login } from '../fixtures/gateway/stories.ts'
import { encoded, type ResponseOptions } from '../fixtures/saml/idp.ts'
import { attacks, type Change, levelRows, messageOf, rows } from '../fixtures/saml/rows.ts'

const classOf = (level: 1 | 2 | 3) => `https://www.spid.gov.it/SpidL${level}`
const pem = ({ key, certificate }: TestGateway['keys']['alfa']) => ({
  key,
  keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  certificate,
})

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

let responses = 0

/** A login that waits for the provider's answer, and what a good answer to it says. */
const waiting = async ({ level = 2, ...options }: { level?: 1 | 2 | 3; tenant?: string; browser?: Browser } = {}) => {
  const login = await gateway.begin({ ...options, params: { acr_values: classOf(level) } })
  const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
  const request = gateway.requestIn(sent)
  responses += 1
  const good: ResponseOptions = {
    signer: pem(gateway.keys.alfa),
    idp: gateway.idps.alfa.entityId,
    audience: request.issuer?.value ?? '',
    acs: request.acsUrl ?? '',
    requestId: request.id ?? '',
    issuedAt: Date.now(),
    classRef: classOf(level),
    id: String(responses),
  }
  return { login, good, relayState: request.relayState ?? '' }
}

const post = ({ login, good, relayState }: Awaited<ReturnType<typeof waiting>>, message: string, action = good.acs) =>
  gateway.deliver(login.browser, {
    action: action ?? '',
    fields: { SAMLResponse: encoded(message), RelayState: relayState },
  })

const answer = async (change: Change, options?: Parameters<typeof waiting>[0]) => {
  const started = await waiting(options)
  const before = { cookies: cookiesOf(started.login), codes: gateway.events('code.issued').length }
  return { ...started, before, end: await post(started, messageOf(change, started.good)) }
}

const cookiesOf = ({ browser }: Login) => [...browser.jar.values()].map(({ value }) => value)

/** 5.1: the last page of the chain is an error page; nobody is logged in by it, and nobody out. */
const expectRejected = ({ end, login, before }: Awaited<ReturnType<typeof answer>>, code: ErrorCode) => {
  expect({ status: [400, 401, 403, 422, 500].includes(end.status), location: end.location }).toEqual({
    status: true,
    location: undefined,
  })
  expect(end.text).toContain(code)
  expect(end.headers['cache-control']).toContain('no-store')
  expect(cookiesOf(login)).toEqual(before.cookies)
  expect(gateway.events('code.issued')).toHaveLength(before.codes)
}

const expectVerdict = async (answered: Awaited<ReturnType<typeof answer>>, expected: 'accepted' | ErrorCode) => {
  if (expected !== 'accepted') return expectRejected(answered, expected)
  expect(gateway.codeOf(answered.end)).toMatch(/^[\w-]{20,}$/)
  const { idToken } = await gateway.claimsOf(answered.login, answered.end)
  expect(idToken.idp).toBe(gateway.idps.alfa.entityId)
}

describe('5.2', () => {
  it.each(rows)('row %s: %s → %s', async (_row, _wrong, expected, change) => {
    await expectVerdict(await answer(change), expected)
  })
})

describe('5.3, which we ask with Comparison minimum', () => {
  it.each(levelRows)(
    'row %s: SpidL%i returned where SpidL%i was requested → %s',
    async (_, returned, asked, expected) => {
      const answered = await answer({ classRef: classOf(returned) }, { level: asked })
      await expectVerdict(answered, expected)
    },
  )
})

describe('beyond the table', () => {
  it.each(attacks)('attack: %s, %s → %s', async (_, _what, expected, change) => {
    await expectVerdict(await answer(change), expected)
  })

  it('attack: a post of 10 MB → 413, and the gateway serves on', async () => {
    const started = await waiting()
    const end = await post(started, 'A'.repeat(10 * 1024 * 1024)).catch((error: Error) => error)
    // the gateway does not read it to its end: the sender sees the answer, or the connection closed under it
    if (end instanceof Error) expect(end.message).toMatch(/EPIPE|ECONNRESET|hang up|aborted/)
    else expect([end.status, end.text.includes('request_too_large')]).toEqual([413, true])
    await expectVerdict(await answer({}), 'accepted')
  })

  it('attack: the response in the query of a GET, as the Redirect binding has it → rejected', async () => {
    const { login, good, relayState } = await waiting()
    const query = new URLSearchParams({ SAMLResponse: encoded(messageOf({}, good)), RelayState: relayState })
    const end = await login.browser.get(`${good.acs}?${query}`, { crossSite: true })
    expect([end.status, end.location, end.text.includes('method_not_allowed')]).toEqual([405, undefined, true])
  })

  it('attack: IdP B answers the request that went to IdP A → rejected', async () => {
    const beta = { signer: pem(gateway.keys.beta), idp: gateway.idps.beta.entityId }
    const started = await waiting()
    const end = await post(started, messageOf({}, { ...started.good, ...beta }))
    expect([end.status, end.location, end.text.includes('saml_signature_invalid')]).toEqual([403, undefined, true])
    const pretending = await post(started, messageOf({}, { ...started.good, signer: beta.signer }))
    expect([pretending.status, pretending.text.includes('saml_signature_invalid')]).toEqual([403, true])
  })

  it('attack: the response that one tenant got, at the next one → rejected', async () => {
    const moena = await waiting({ tenant: 'moena' })
    const ala = await waiting()
    const stolen = messageOf({}, moena.good)
    const atItsOwnAcs = await gateway.deliver(ala.login.browser, {
      action: moena.good.acs ?? '',
      fields: { SAMLResponse: encoded(stolen), RelayState: ala.relayState },
    })
    expect([atItsOwnAcs.status, atItsOwnAcs.text.includes('saml_relay_state_unknown')]).toEqual([403, true])
    const atAla = await post(ala, stolen)
    expect([atAla.status, atAla.text.includes('saml_in_response_to_mismatch')]).toEqual([403, true])
  })

  it('attack: an assertion for the next tenant in the answer to this one → rejected', async () => {
    const other = 'https://login.regione.example/pub-ag-full/c_f263'
    expectRejected(await answer({ audience: other }), 'saml_audience_mismatch')
  })

  it('attack: CIE answers the request that went to SPID → rejected', async () => {
    const cie = { signer: pem(gateway.keys.cie), idp: gateway.idps.cie.entityId }
    const started = await waiting()
    const end = await post(started, messageOf({}, { ...started.good, ...cie }))
    expect([end.status, end.location, end.text.includes('saml_signature_invalid')]).toEqual([403, undefined, true])
    const elsewhere = await post(started, messageOf({}, started.good), started.good.acs?.replace('/spid/', '/cie/'))
    expect([elsewhere.status, elsewhere.text.includes('saml_relay_state_unknown')]).toEqual([403, true])
  })
})

interface Told {
  readonly code: ErrorCode
  /** `choice`: the login page again, with a way in; `error`: a page of its own. */
  readonly page: 'choice' | 'error'
  readonly alarm: boolean
}

const technical: Told = { code: 'idp_request_rejected', page: 'error', alarm: true }
const atChoice = (code: ErrorCode): Told => ({ code, page: 'choice', alarm: false })

const errorCodes: readonly (readonly [nr: string, Told])[] = [
  ...['08', '09', '11', '12', '13', '14', '15', '16', '17', '18'].map((nr) => [nr, technical] as const),
  ['19', atChoice('idp_too_many_attempts')],
  ['20', atChoice('idp_level_not_available')],
  ['21', atChoice('idp_timeout')],
  ['22', atChoice('idp_consent_refused')],
  ['23', atChoice('idp_identity_blocked')],
  ['25', atChoice('idp_cancelled')],
  ['30', atChoice('idp_identity_type')],
  // reserved, shown by the provider itself, and unknown ones: a general sentence
  ...['02', '10', '24', '29', '31', '99'].map((nr) => [nr, atChoice('idp_error_unknown')] as const),
]

/** Lines of level error that the call left in the log. */
const alarmsOf = async (call: () => Promise<Page>) => {
  const before = gateway.logged().length
  const end = await call()
  const lines = gateway.logged().slice(before).split('\n').filter(Boolean)
  return { end, alarms: lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50) }
}

describe('section 8', () => {
  it.each(errorCodes)('error nr%s', async (nr, { code, page, alarm }) => {
    const refused = { status: { code: 'Responder', message: `ErrorCode nr${nr}` } }
    const started = await waiting()
    const { end, alarms } = await alarmsOf(() => post(started, messageOf(refused, started.good)))
    expect({ status: end.status, location: end.location }).toEqual({ status: 403, location: undefined })
    expect(end.text).toContain(code)
    expect(/upstream=spid/.test(end.text)).toBe(page === 'choice')
    expect(alarms.some((line) => line.includes('login.refused') && line.includes(code))).toBe(alarm)
    expect(alarms.length > 0).toBe(alarm)
  })

  it.each(errorCodes)('error nr%s creates, changes and ends no session', async (nr) => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    const sessions = () => [...login.browser.jar].filter(([key]) => key.includes('varco_session'))
    const before = sessions()
    expect(before).not.toEqual([])
    const events = () => ['code.issued', 'login.finished', 'session.ended'].map((type) => gateway.events(type).length)
    const eventsBefore = events()
    const refused = { status: { code: 'Responder', message: `ErrorCode nr${nr}` } }
    const again = await waiting({ browser: login.browser })
    expect((await post(again, messageOf(refused, again.good))).status).toBe(403)
    expect(sessions()).toEqual(before)
    expect(events()).toEqual(eventsBefore)
    await gateway.userinfo('ala', tokens.access_token).expect(200)
  })

  it('error without a code, or with a text that is none: a general sentence', async () => {
    for (const message of [undefined, '', 'nr25', 'Autenticazione fallita']) {
      const status = message === undefined ? { code: 'Responder' } : { code: 'Responder', message }
      expectRejected(await answer({ status }), 'idp_error_unknown')
    }
  })

  it('error text of the provider is not repeated on the page', async () => {
    const status = { code: 'Responder', message: 'ErrorCode nr22 &lt;script&gt; RSSMRA80A01H501U' }
    const { end } = await answer({ status })
    expect(end.text).toContain('idp_consent_refused')
    expect(end.text).not.toMatch(/script&gt;|RSSMRA/)
  })
})
