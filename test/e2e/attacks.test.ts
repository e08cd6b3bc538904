import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const acs = 'https://login.regione.example/t/ala/saml/spid/acs'

describe('login CSRF and answers that go astray', () => {
  it('gives nothing to who began a login that a victim ended', async () => {
    const { login: attacker, post } = await gateway.upToAnswer('spid')
    const victim = gateway.browser()
    const answered = await victim.visit(post.action, { form: post.fields, crossSite: true })
    const finish = answered.location ?? ''
    expect(finish).toMatch(/\/finish\?handle=[\w-]{22,}&c=sito$/)
    const atVictim = await victim.get(finish)
    expect([atVictim.status, atVictim.text.includes('login_browser_mismatch')]).toEqual([403, true])
    // even one who learns the handle is too late: the outcome is gone
    const atAttacker = await attacker.browser.get(finish)
    expect([atAttacker.location, atAttacker.text.includes('Scegli come entrare')]).toEqual([undefined, true])
    expect(gateway.events('login.cross_browser')).toHaveLength(1)
  })

  it('gives nothing to who planted the interaction cookie in the victim from another host of the domain', async () => {
    const { login: attacker, post } = await gateway.upToAnswer('spid')
    const victim = gateway.browser()
    // what a sibling host can write: anything but a __Host- cookie
    for (const [key, cookie] of attacker.browser.jar) if (!key.includes('__Host-')) victim.jar.set(key, cookie)
    const answered = await victim.visit(post.action, { form: post.fields, crossSite: true })
    const atVictim = await victim.get(answered.location ?? '')
    expect([atVictim.status, atVictim.text.includes('login_browser_mismatch')]).toEqual([403, true])
    const uid = new URL(attacker.page.url).pathname.split('/').at(-1)
    const resumed = await attacker.browser.get(`https://login.regione.example/t/ala/authorize/${uid}`)
    expect(resumed.location ?? '').not.toContain('code=')
  })

  it('gives nothing to who planted the name of his browser behind a no-break space', async () => {
    const { login: attacker, post } = await gateway.upToAnswer('spid')
    const victim = gateway.browser()
    // browsers see no prefix in it, so a sibling host may set it, and for a longer path, so that it comes first
    for (const [key, cookie] of attacker.browser.jar) {
      const planted = key.includes('__Host-') ? { ...cookie, path: '/t/ala', value: `\u00a0${cookie.value}` } : cookie
      victim.jar.set(key, planted)
    }
    const answered = await victim.visit(post.action, { form: post.fields, crossSite: true })
    const atVictim = await victim.get(answered.location ?? '')
    expect([atVictim.status, atVictim.text.includes('login_browser_mismatch')]).toEqual([403, true])
  })

  it('resumes a login only in the browser that began it', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const answered = await login.browser.visit(post.action, { form: post.fields, crossSite: true })
    const finished = await login.browser.visit(answered.location ?? '')
    const thief = gateway.browser()
    for (const [key, cookie] of login.browser.jar) if (!key.includes('__Host-')) thief.jar.set(key, cookie)
    const stolen = await thief.get(finished.location ?? '')
    expect([stolen.status, stolen.text.includes('login_browser_mismatch')]).toEqual([403, true])
  })

  it('resumes no other login than the one that the address names, whatever cookie was planted for it', async () => {
    const attacker = await gateway.upToAnswer('spid')
    const done = await attacker.login.browser.visit(attacker.post.action, {
      form: attacker.post.fields,
      crossSite: true,
    })
    const ready = new URL((await attacker.login.browser.visit(done.location ?? '')).location ?? '')
    const victim = await gateway.begin()
    const own = `/t/ala/authorize/${new URL(victim.page.url).pathname.split('/').at(-1)}`
    for (const [key, cookie] of attacker.login.browser.jar) {
      if (cookie.path !== ready.pathname) continue
      victim.browser.jar.set(key.replace(ready.pathname, own), { ...cookie, path: own })
    }
    const resumed = await victim.browser.get(`https://login.regione.example${own}`)
    expect([resumed.status, resumed.text.includes('login_browser_mismatch')]).toEqual([403, true])
    // and a page that is loaded again when the login is over says so
    await attacker.login.browser.get(ready.href)
    const over = await attacker.login.browser.get(ready.href)
    expect([over.status, over.text.includes('interaction_expired')]).toEqual([400, true])
  })

  it('gives nothing to a browser that has the cookie and not the handle', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    await gateway.browser().visit(post.action, { form: post.fields, crossSite: true })
    const guess = await login.browser.get(`${login.page.url.split('?')[0]}/finish?handle=${'A'.repeat(32)}`)
    expect([guess.status, guess.text.includes('Scegli come entrare')]).toEqual([200, true])
    const none = await login.browser.get(`${login.page.url.split('?')[0]}/finish`)
    expect([none.status, none.text.includes('Scegli come entrare')]).toEqual([200, true])
  })

  it('does not let one login of a browser be ended by the answer to another', async () => {
    const browser = gateway.browser()
    const first = await gateway.upToAnswer('spid', { browser })
    const second = await gateway.begin({ browser })
    const answered = await browser.visit(first.post.action, { form: first.post.fields, crossSite: true })
    const handle = new URL(answered.location ?? '').searchParams.get('handle')
    const crossed = await browser.get(`${second.page.url.split('?')[0]}/finish?handle=${handle}`)
    expect([crossed.status, crossed.text.includes('login_browser_mismatch')]).toEqual([403, true])
  })

  it('reads no cookie at the response endpoint', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const answered = await login.browser.visit(post.action, { form: post.fields, crossSite: true })
    expect(answered.cookiesSent).toEqual([])
    expect(answered.headers).not.toHaveProperty('set-cookie')
    expect(answered.status).toBe(303)
  })

  it('begins nothing for a browser without the interaction cookie', async () => {
    const login = await gateway.begin()
    const link = linksIn(login.page).find((href) => href.includes('/begin?')) ?? ''
    const stranger = await gateway.browser().get(link)
    expect([stranger.status, stranger.location]).toEqual([400, undefined])
  })

  it('ends a card login only in the browser that began it', async () => {
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'cns')
    const shown = await gateway.presentCard(sent.location ?? '', await gateway.keys.card('ada'))
    const elsewhere = await gateway.browser().get(shown.location ?? '')
    expect([elsewhere.status, elsewhere.text.includes('login_browser_mismatch')]).toEqual([403, true])
  })

  it('takes a card ticket once', async () => {
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'cns')
    const card = await gateway.keys.card('ada')
    expect((await gateway.presentCard(sent.location ?? '', card)).status).toBe(303)
    const again = await gateway.presentCard(sent.location ?? '', card)
    expect([again.status, again.location]).toEqual([403, undefined])
  })
})

describe('answers that were not given, or were given before', () => {
  it('rejects a response that was already used', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    expect((await login.browser.visit(post.action, { form: post.fields, crossSite: true })).status).toBe(303)
    const again = await gateway.deliver(gateway.browser(), post)
    expect([again.status, again.text.includes('saml_response_already_used')]).toEqual([403, true])
  })

  it('accepts one of twenty parallel deliveries of one response', async () => {
    const { post } = await gateway.upToAnswer('spid')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => gateway.browser().visit(post.action, { form: post.fields, crossSite: true })),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(19)
  })

  it('rejects an assertion that was used before, under another RelayState too', async () => {
    const first = await gateway.upToAnswer('spid')
    const second = await gateway.upToAnswer('spid')
    await gateway.deliver(first.login.browser, first.post)
    const fields = { ...first.post.fields, RelayState: second.post.fields.RelayState ?? '' }
    const end = await gateway.deliver(second.login.browser, { action: second.post.action, fields })
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain('saml_in_response_to_mismatch')
  })

  it.each([
    ['unsigned', { sign: 'none' }, 'saml_signature_missing'],
    ['signed by another key', { sign: 'wrong-key' }, 'saml_signature_invalid'],
    ['with an unsigned assertion in a signed response', { sign: 'response' }, 'saml_signature_missing'],
  ] as const)('rejects a response that is %s', async (_what, options, code) => {
    const { login, post } = await gateway.upToAnswer('spid', options)
    const end = await gateway.deliver(login.browser, post)
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain(code)
  })

  it('accepts a response whose assertion alone is signed', async () => {
    const { login, end } = await gateway.loginBy('spid', { sign: 'assertion' })
    expect((await gateway.claimsOf(login, end)).idToken.acr).toBe('https://www.spid.gov.it/SpidL2')
  })

  it('rejects the answer of one provider to the request that went to another', async () => {
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'spid', gateway.idps.alfa)
    const samlRequest = gateway.requestIn(sent)
    const { theCitizen } = await import('../../sandbox/citizens.ts')
    const end = await gateway.deliver(
      login.browser,
      gateway.idps.beta.respond({ samlRequest, citizen: theCitizen('ada'), level: 2 }),
    )
    expect([end.status, end.location]).toEqual([403, undefined])
    expect(end.text).toContain('saml_signature_invalid')
  })

  it('rejects a response at the endpoint of another tenant, and of another system', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    for (const action of [acs.replace('ala', 'moena'), acs.replace('spid', 'cie')]) {
      const end = await gateway.deliver(login.browser, { ...post, action })
      expect([end.status, end.text.includes('saml_relay_state_unknown')]).toEqual([403, true])
    }
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
  })

  it.each([
    ['no fields at all', {}, 403],
    ['an unknown RelayState', { SAMLResponse: 'PHg+', RelayState: 'A'.repeat(32) }, 403],
  ])('answers %s with a page and a code', async (_what, form, status) => {
    const page = await gateway.browser().post(acs, form as Record<string, string>, { crossSite: true })
    expect([page.status, page.text.includes('saml_relay_state_unknown')]).toEqual([status, true])
  })

  it.each([
    ['garbage', 'garbage that is no base64 §§', 'saml_message_malformed'],
    ['base64 of garbage', Buffer.from('<<<').toString('base64'), 'saml_message_malformed'],
    [
      'a document type',
      Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').toString('base64'),
      'saml_doctype_forbidden',
    ],
    ['something else signed by nobody', Buffer.from('<a xmlns="urn:x"/>').toString('base64'), 'saml_'],
  ])('answers %s with a page and a code, and the real answer still counts', async (_what, SAMLResponse, code) => {
    const { login, post } = await gateway.upToAnswer('spid')
    const page = await gateway.deliver(login.browser, { ...post, fields: { ...post.fields, SAMLResponse } })
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(page.status).toBeLessThan(500)
    expect(page.text).toContain(code)
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
  })

  it('rejects a response cut off in the middle', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const xml = Buffer.from(post.fields.SAMLResponse ?? '', 'base64')
    const SAMLResponse = xml.subarray(0, xml.length / 2).toString('base64')
    const page = await gateway.deliver(login.browser, { ...post, fields: { ...post.fields, SAMLResponse } })
    expect([page.status, page.text.includes('saml_message_malformed')]).toEqual([400, true])
  })

  it.each([
    ['600 empty elements', `<a>${'<b/>'.repeat(600)}</a>`],
    ['20,000 empty elements', `<a>${'<b/>x'.repeat(20_000)}</a>`],
    ['5,000 attributes', `<a ${Array.from({ length: 5000 }, (_, index) => `b${index}="1"`).join(' ')}/>`],
  ])('refuses %s before any engine searches through them', async (_what, xml) => {
    const { login, post } = await gateway.upToAnswer('spid')
    const SAMLResponse = Buffer.from(xml).toString('base64')
    const page = await gateway.deliver(login.browser, { ...post, fields: { ...post.fields, SAMLResponse } })
    expect([page.status, page.text.includes('saml_message_too_large')]).toEqual([413, true])
  })

  it('ends a login after ten answers that nobody signed for', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    const garbage = { ...post, fields: { ...post.fields, SAMLResponse: 'PGEvPg==' } }
    for (let attempt = 0; attempt < 11; attempt++) await gateway.deliver(login.browser, garbage)
    const late = await gateway.deliver(login.browser, post)
    expect([late.status, late.text.includes('saml_response_already_used')]).toEqual([403, true])
  })

  it('sends one login out thirty times and no more', async () => {
    const login = await gateway.begin()
    for (let click = 0; click < 30; click++)
      expect((await gateway.choose(login, 'spid', gateway.idps.alfa)).status).toBe(302)
    const page = await gateway.choose(login, 'spid', gateway.idps.alfa)
    expect([page.status, page.text.includes('too_many_requests')]).toEqual([429, true])
  })

  it('raises no alarm for an error that anybody can have posted', async () => {
    const before = gateway.events('login.refused').length
    const { login, idp, sent } = await gateway.upToAnswer('spid')
    await gateway.deliver(login.browser, gateway.answer(idp, sent, { errorCode: 8, sign: 'none' }))
    const [event] = gateway.events('login.refused').slice(before) as {
      level?: number
      code?: string
      authenticated?: boolean
    }[]
    expect(event).toMatchObject({ level: 30, code: 'idp_request_rejected', authenticated: false })
  })

  it('answers 413 to more than 256 KB, without reading on', async () => {
    const page = await gateway
      .browser()
      .post(acs, { SAMLResponse: 'A'.repeat(300_000), RelayState: 'x' }, { crossSite: true })
    expect([page.status, page.text.includes('request_too_large')]).toEqual([413, true])
  })

  it('rejects a field that stands twice', async () => {
    const { pathname, host } = new URL(acs)
    const answer = await request(gateway.regional)
      .post(pathname)
      .set('Host', host)
      .type('form')
      .send('SAMLResponse=a&RelayState=b&RelayState=c')
    expect([answer.status, answer.body.error]).toEqual([400, 'request_malformed'])
  })
})

describe('codes, cookies and tokens', () => {
  it('redeems a code once of twenty times at the same moment, and revokes what that one got', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const code = gateway.codeOf(end)
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.redeem(login, code)))
    const good = answers.filter(({ status }) => status === 200)
    expect(good).toHaveLength(1)
    expect(answers.filter(({ status, body }) => status === 400 && body.error === 'invalid_grant')).toHaveLength(19)
    await gateway.userinfo('ala', good[0]?.body.access_token).expect(401)
  })

  it('revokes the tokens of a code that is redeemed again later (RFC 6749 4.1.2)', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    await gateway.redeem(login, gateway.codeOf(end)).expect(400)
    await gateway.userinfo('ala', tokens.access_token).expect(401)
  })

  it('does not redeem a code at another tenant, for another client or without its PKCE verifier', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const code = gateway.codeOf(end)
    await gateway.redeem({ ...login, tenant: 'moena' }, code).expect(400)
    await gateway.redeem({ ...login, client: 'palestra' }, code).expect(400)
    await gateway.redeem({ ...login, verifier: 'x'.repeat(43) }, code).expect(400)
  })

  it('does not accept a token of one tenant at another', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    await gateway.userinfo('moena', tokens.access_token).expect(401)
  })

  it('refuses a client secret that is wrong', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { pathname, host } = new URL('https://login.regione.example/t/ala/token')
    const form = {
      grant_type: 'authorization_code',
      code: gateway.codeOf(end),
      redirect_uri: 'https://www.ala.example/callback',
    }
    const answer = await request(gateway.regional)
      .post(pathname)
      .set('Host', host)
      .auth('sito', 'not the secret')
      .type('form')
      .send({ ...form, code_verifier: login.verifier })
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
  })

  it('knows tampered cookies', async () => {
    const login = await gateway.begin()
    for (const [key, cookie] of login.browser.jar) {
      if (key.endsWith('.sig')) login.browser.jar.set(key, { ...cookie, value: `${cookie.value.slice(0, -2)}xx` })
    }
    const page = await login.browser.get(login.page.url)
    expect([page.status, page.text.includes('interaction_expired')]).toEqual([400, true])
  })

  it('does not take the interaction cookie of one tenant at another', async () => {
    const login = await gateway.begin()
    for (const [key, cookie] of [...login.browser.jar]) {
      login.browser.jar.set(`${key} moena`, { ...cookie, path: cookie.path.replace('/t/ala', '/t/moena') })
    }
    const page = await login.browser.get(login.page.url.replace('/t/ala', '/t/moena'))
    expect([page.status, page.text.includes('interaction_expired')]).toEqual([400, true])
  })

  it('names every cookie __Secure-, Secure, HttpOnly and SameSite=Lax, below its tenant', async () => {
    const login = await gateway.begin()
    const { pathname, host } = new URL(login.page.url)
    const answer = await request(gateway.regional)
      .get(
        '/t/ala/authorize?client_id=sito&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fwww.ala.example%2Fcallback&code_challenge=EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE&code_challenge_method=S256',
      )
      .set('Host', host)
    const cookies = answer.headers['set-cookie'] as unknown as string[]
    expect(cookies.length).toBeGreaterThanOrEqual(4)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; secure/i)
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; samesite=lax/i)
      expect(cookie).toMatch(/^__Secure-varco_.*; path=\/t\/ala\/|^__Host-varco_browser=[\w-]{22,}; path=\/;/)
    }
    expect(pathname).toMatch(/^\/t\/ala\/login\//)
  })

  it('requires PKCE', async () => {
    const { host } = new URL(acs)
    const answer = await request(gateway.regional)
      .get(
        '/t/ala/authorize?client_id=sito&response_type=code&scope=openid&state=s&redirect_uri=https%3A%2F%2Fwww.ala.example%2Fcallback',
      )
      .set('Host', host)
    expect(answer.status).toBe(303)
    expect(new URL(answer.headers.location ?? '').searchParams.get('error')).toBe('invalid_request')
  })
})

describe('addresses', () => {
  const get = (path: string, headers: Record<string, string>) =>
    request(gateway.regional).get(path).set(headers).redirects(0)

  it('answers 421 to a Host header of somebody else', async () => {
    const answer = await get('/t/ala/.well-known/openid-configuration', { Host: 'evil.example' })
    expect([answer.status, answer.body.error]).toEqual([421, 'host_unknown'])
  })

  it('states its addresses from the configuration, whatever the request claims', async () => {
    const answer = await get('/t/ala/.well-known/openid-configuration', {
      Host: 'login.regione.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'http',
      'X-Original-Url': '/t/moena',
      Forwarded: 'host=evil.example;proto=http',
    })
    expect(JSON.stringify(answer.body)).not.toContain('evil')
    expect(answer.body).toMatchObject({
      issuer: 'https://login.regione.example/t/ala',
      authorization_endpoint: 'https://login.regione.example/t/ala/authorize',
      end_session_endpoint: 'https://login.regione.example/t/ala/end-session',
    })
  })

  it('does not serve the card page on the regional host, nor logins on the card host', async () => {
    expect((await get('/t/ala/cns?ticket=x', { Host: 'login.regione.example' })).status).toBe(404)
    const shown = await gateway.presentCard('https://cns.regione.example/t/ala/authorize')
    expect(shown.status).toBe(404)
    const other = await gateway.presentCard('https://cns.regione.example/t/ala/cns?ticket=x', undefined, {
      Host: 'login.regione.example',
    })
    expect(other.status).toBe(421)
  })

  it('does not believe a certificate in a header', async () => {
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'cns')
    const card = await gateway.keys.card('ada')
    const header = encodeURIComponent(card.certificate)
    const shown = await gateway.presentCard(sent.location ?? '', undefined, {
      'X-SSL-Client-Cert': header,
      'X-SSL-Client-Verify': 'SUCCESS',
    })
    const end = await login.browser.get(shown.location ?? '')
    expect([end.status, end.text.includes('cns_certificate_missing')]).toEqual([403, true])
  })

  it.each(['http://[::1', 'http://a:b', 'x://[', '*', 'ftp://login.regione.example/'])(
    'answers the request target %s with 400, on both listeners, and lives',
    async (target) => {
      const { connect } = await import('node:net')
      const send = (port: number) =>
        new Promise<string>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () =>
            socket.write(`GET ${target} HTTP/1.1\r\nHost: login.regione.example\r\n\r\n`),
          )
          socket.once('data', (chunk) => resolve(String(chunk)))
          socket.once('error', reject)
        })
      expect(await send(Number(new URL(gateway.regional).port))).toMatch(/^HTTP\/1\.1 400/)
      await expect(
        gateway.rawCardRequest(`GET ${target} HTTP/1.1\r\nHost: cns.regione.example\r\n\r\n`),
      ).resolves.toMatch(/^HTTP\/1\.1 400/)
      expect((await request(gateway.operations).get('/livez')).status).toBe(200)
    },
  )

  it('closes the connection of a card after its login: the next one needs the card again', async () => {
    const answer = await gateway.rawCardRequest('GET /t/ala/cns HTTP/1.1\r\nHost: cns.regione.example\r\n\r\n')
    expect(answer).toMatch(/\r\nConnection: close\r\n/i)
  })

  it('says nothing of a self-signed card’s holder in the log', async () => {
    const login = await gateway.begin()
    const sent = await gateway.choose(login, 'cns')
    const { selfSigned } = await import('../../sandbox/pki/certificate.ts')
    const day = 86_400_000
    const card = await selfSigned({
      subject: [
        ['CN', 'RSSDAA80E52L378U/6120.abc='],
        ['GN', 'Ada'],
        ['SN', 'Rossi'],
      ],
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + day),
      extensions: [],
    })
    await gateway.presentCard(sent.location ?? '', card)
    expect(gateway.logged()).toContain('cns_issuer_unknown')
    expect(gateway.logged()).not.toContain('RSSDAA')
  })

  it('passes no parameter on to a login that is resumed', async () => {
    const answer = await get('/t/ala/authorize/abc?client_id=sito&post_logout_redirect_uri=::', {
      Host: 'login.regione.example',
    })
    expect([answer.status, answer.body.error]).toEqual([403, 'login_browser_mismatch'])
  })

  it('never redirects to an address that the client did not register', async () => {
    const answer = await get(
      '/t/ala/authorize?client_id=sito&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fevil.example%2F&code_challenge=EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE&code_challenge_method=S256',
      { Host: 'login.regione.example', Accept: 'text/html' },
    )
    expect([answer.status, answer.headers.location]).toEqual([400, undefined])
    expect(answer.text).toContain('oidc_request_invalid')
    expect(answer.text).not.toContain('Asilo nido')
  })
})

describe('logout', () => {
  it('does not log out for a link on another page without asking', async () => {
    const { login, end } = await gateway.loginBy('spid')
    gateway.codeOf(end)
    const page = await login.browser.get('https://login.regione.example/t/ala/end-session')
    expect(page.status).toBe(200)
    expect(page.text).toMatch(/<form[^>]*method="post"/)
    const session = [...login.browser.jar.keys()].some((key) => key.includes('varco_session'))
    expect(session).toBe(true)
  })

  it('takes the answer to its question only from its own page', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    const { formIn } = await import('../fixtures/gateway/stories.ts')
    const page = await login.browser.get('https://login.regione.example/t/ala/end-session')
    const { action, fields } = formIn(page)
    await login.browser.post(action, fields, { crossSite: true })
    await gateway.userinfo('ala', tokens.access_token).expect(200)
  })

  it('logs out at once with a hint that names the person of the session, and ends the tokens', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://www.ala.example/',
      state: 'z',
    })
    const out = await login.browser.get(`https://login.regione.example/t/ala/end-session?${query}`)
    expect([out.status, out.location]).toEqual([303, 'https://www.ala.example/?state=z'])
    await gateway.userinfo('ala', tokens.access_token).expect(401)
  })

  it('asks, and never answers 400, when the hint is of somebody else or of nobody', async () => {
    const other = await gateway.loginBy('spid', { person: 'mario' })
    const { tokens } = await gateway.claimsOf(other.login, other.end)
    const { login } = await gateway.loginBy('spid')
    for (const hint of [tokens.id_token, 'garbage']) {
      const page = await login.browser.get(`https://login.regione.example/t/ala/end-session?id_token_hint=${hint}`)
      expect([page.status, page.location]).toEqual([200, undefined])
      expect(page.text).toMatch(/<form/)
    }
  })

  it('never redirects after logout to an address that is not registered', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(login, end)
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://evil.example/',
    })
    const out = await login.browser.get(`https://login.regione.example/t/ala/end-session?${query}`)
    expect([out.status, out.location]).toEqual([200, undefined])
  })

  it('ends the session of the first person when a second logs in with the same browser', async () => {
    const first = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(first.login, first.end)
    const second = await gateway.loginBy('spid', { browser: first.login.browser, person: 'mario' })
    const end = await gateway.pastAnother(second.login, second.end)
    const { userinfo } = await gateway.claimsOf(second.login, end)
    expect(userinfo.given_name).toBe('Mario')
    await gateway.userinfo('ala', tokens.access_token).expect(401)
  })

  it('ends the session that another tab has opened for somebody else meanwhile', async () => {
    const browser = gateway.browser()
    const first = await gateway.upToAnswer('spid', { browser })
    const other = await gateway.loginBy('spid', { browser, person: 'mario' })
    const { tokens } = await gateway.claimsOf(other.login, other.end)
    const end = await gateway.pastAnother(first.login, await gateway.deliver(browser, first.post))
    expect((await gateway.claimsOf(first.login, end)).userinfo.given_name).toBe('Ada')
    await gateway.userinfo('ala', tokens.access_token).expect(401)
  })

  it('keeps what the first login said when the same person logs in to another service by other means', async () => {
    const first = await gateway.loginBy('spid')
    const { tokens } = await gateway.claimsOf(first.login, first.end)
    const second = await gateway.loginBy('cie', { browser: first.login.browser, client: 'palestra' })
    expect((await gateway.claimsOf(second.login, second.end)).userinfo.idp_type).toBe('cie')
    const { body } = await gateway.userinfo('ala', tokens.access_token).expect(200)
    expect([body.given_name, body.idp_type]).toEqual(['Ada', 'spid'])
  })
})

describe('the log', () => {
  it('has nothing personal in it after all of the above, and no live credential', () => {
    const text = gateway.logged()
    expect(text.length).toBeGreaterThan(10_000)
    expect(text).not.toMatch(/RSSMRA|RSSDAA|Rossi|ROSSI|1980-05-12/)
    expect(text).not.toMatch(/handle=|code=[\w-]{10}|RelayState|SAMLResponse/)
  })
})
