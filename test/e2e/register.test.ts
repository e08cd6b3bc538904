/** What the register has of every kind of login, and that nobody logs in without it. */
import { hash, X509Certificate } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutPerson } from '../../src/audit/register/records.ts'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const sha256 = (text: string) => hash('sha256', text, 'base64url')

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const since = async (before: number) => (await gateway.registered()).slice(before)
const count = async () => (await gateway.registered()).length
const L2 = 'https://www.spid.gov.it/SpidL2'

const post = (path: string, form: Record<string, string>) =>
  request(gateway.regional)
    .post(`/t/ala${path}`)
    .set('Host', hosts.login)
    .type('form')
    .auth('sito', clientSecret)
    .send(form)

describe('a login by SPID', () => {
  it('leaves the exact request and response, and a record of each answer to the site', async () => {
    const before = await count()
    const { login, sent, post: answer, idp } = await gateway.upToAnswer('spid', { params: { acr_values: L2 } })
    const end = await gateway.deliver(login.browser, answer)
    const code = gateway.codeOf(end)
    const { tokens, userinfo } = await gateway.claimsOf(login, end)
    await post('/revocation', { token: tokens.access_token }).expect(200)
    await login.browser.visit(
      `${gateway.issuerOf('ala')}/end-session?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://www.ala.example/', state: 'over' })}`,
    )
    const records = await since(before)
    expect(records.map(({ kind }) => kind).filter((kind) => kind !== 'chain.opened')).toEqual([
      'login.request',
      'login.response',
      'oidc.authorization',
      'oidc.token',
      'oidc.userinfo',
      'oidc.revocation',
      'oidc.end-session',
    ])
    const [asked, answered, authorization, token, info, revocation, ended] = records.filter(
      ({ kind }) => kind !== 'chain.opened',
    )
    const responseXml = Buffer.from(answer.fields.SAMLResponse ?? '', 'base64').toString()
    const asking = {
      tenant: 'ala',
      client: 'sito',
      upstream: 'spid',
      idp: idp.entityId,
      entityId: `https://${hosts.login}/pub-ag-full/c_a116`,
      requestId: gateway.requestIn(sent).id,
      requestIssueInstant: expect.stringMatching(/^\d{4}-.*Z$/),
      levelAsked: 2,
      clientAddress: '127.0.0.1',
      support: expect.stringMatching(/^\w{4}-\w{4}-\w{4}$/),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    }
    expect(asked).toMatchObject({ ...asking, result: 'sent', message: gateway.requestIn(sent).xml })
    expect(answered).toMatchObject({
      ...asking,
      result: 'verified',
      levelReached: 2,
      authenticated: true,
      anomaly: 1,
      message: responseXml,
      responseId: /<samlp:Response[^>]* ID="([^"]+)"/.exec(responseXml)?.[1],
      responseIssuer: idp.entityId,
      responseIssueInstant: expect.stringMatching(/Z$/),
      assertionId: /<saml:Assertion[^>]* ID="([^"]+)"/.exec(responseXml)?.[1],
      subject: expect.any(String),
      subjectNameQualifier: idp.entityId,
      person: `TINIT-${userinfo.fiscal_number}`,
    })
    expect(authorization).toMatchObject({
      client: 'sito',
      login: 'login' in (asked ?? {}) ? (asked as { login: string }).login : '',
      redirectUri: 'https://www.ala.example/callback',
      scope: 'openid profile',
      acrAsked: L2,
      acr: L2,
      sub: userinfo.sub,
      code: sha256(code),
      state: sha256(login.state),
      nonce: sha256(login.nonce),
      result: 'success',
    })
    const { grant } = authorization as { grant?: string }
    expect(grant).toMatch(/^[\w-]{43}$/)
    expect(token).toMatchObject({
      client: 'sito',
      grantType: 'authorization_code',
      clientAuthentication: 'client_secret_basic',
      redirectUri: 'https://www.ala.example/callback',
      acr: L2,
      sub: userinfo.sub,
      code: sha256(code),
      jti: sha256(tokens.access_token),
      idToken: sha256(tokens.id_token),
      grant,
      result: 'success',
    })
    expect(info).toMatchObject({ jti: sha256(tokens.access_token), grant, sub: userinfo.sub, result: 'success' })
    expect([...((info as { released?: readonly string[] }).released ?? [])].toSorted()).toEqual(
      Object.keys(userinfo).toSorted(),
    )
    expect(revocation).toMatchObject({ jti: sha256(tokens.access_token), tokenKind: 'AccessToken', result: 'success' })
    expect(ended).toMatchObject({
      client: 'sito',
      result: 'ended',
      sub: userinfo.sub,
      redirectUri: 'https://www.ala.example/',
      state: sha256('over'),
    })

    // nothing that could be used: neither the code nor a token, nor who the client is
    const text = JSON.stringify(records)
    for (const secret of [
      code,
      tokens.access_token,
      tokens.id_token,
      login.verifier,
      login.state,
      login.nonce,
      clientSecret,
    ])
      expect(text).not.toContain(secret)
  })

  it('names as personal every field that says who it was', async () => {
    const before = await count()
    const { login, end } = await gateway.loginBy('spid', { person: 'ada' })
    const { userinfo, tokens } = await gateway.claimsOf(login, end)
    await post('/revocation', { token: tokens.access_token })
    const text = JSON.stringify((await since(before)).map(withoutPerson))
    for (const told of [
      'Ada',
      'ADA',
      'Rossi',
      'ROSSI',
      '1980-05-12',
      userinfo.fiscal_number,
      userinfo.sub,
      '127.0.0.1',
    ])
      expect(text).not.toContain(told)
    expect(JSON.stringify(await since(before))).toContain(userinfo.fiscal_number)
  })

  it('that the provider refuses leaves its answer, with its number', async () => {
    const before = await count()
    const { login, post: answer } = await gateway.upToAnswer('spid', { errorCode: 25 })
    await gateway.deliver(login.browser, answer)
    expect(await since(before)).toMatchObject([
      { kind: 'login.request' },
      {
        kind: 'login.response',
        result: 'idp_cancelled',
        anomaly: 25,
        authenticated: true,
        message: Buffer.from(answer.fields.SAMLResponse ?? '', 'base64').toString(),
      },
      // what the citizen reads, under the support code of that page
      { kind: 'login.told', result: 'idp_cancelled', client: 'sito' },
    ])
  })

  it('that is refused here, and one that comes a second time, leaves its answer and why', async () => {
    const before = await count()
    const forged = await gateway.upToAnswer('spid', { sign: 'none' })
    await gateway.deliver(forged.login.browser, forged.post)
    const twice = await gateway.upToAnswer('spid')
    const browsers = [twice.login.browser, gateway.browser(), gateway.browser()]
    await Promise.all(browsers.map((browser) => gateway.deliver(browser, twice.post)))
    const results = (await since(before)).flatMap((record) => (record.kind === 'login.response' ? [record] : []))
    expect(results.map(({ result }) => result).toSorted()).toEqual(
      ['saml_signature_missing', 'verified', ...results.slice(2).map(() => 'saml_response_already_used')].toSorted(),
    )
    expect(results[0]).toMatchObject({ authenticated: false, result: 'saml_signature_missing' })
    expect(results[0]).not.toHaveProperty('person')
    expect(results[0]?.message).toBe(Buffer.from(forged.post.fields.SAMLResponse ?? '', 'base64').toString())
  })

  it('keeps of what nobody signed for the beginning, and what the whole of it was', async () => {
    const before = await count()
    const { login, sent } = await gateway.upToAnswer('spid')
    const xml = `<a>${'x'.repeat(40_000)}</a>`
    const { fields } = gateway.answer(gateway.idps.alfa, sent)
    await login.browser.post(`${gateway.issuerOf('ala')}/saml/spid/acs`, {
      ...fields,
      SAMLResponse: Buffer.from(xml).toString('base64'),
    })
    expect((await since(before)).at(-1)).toMatchObject({
      kind: 'login.response',
      result: 'saml_message_malformed',
      message: xml.slice(0, 32_768),
      messageLength: xml.length,
      messageHash: sha256(xml),
    })
  })

  it('that the citizen gives up is told to the site, and recorded', async () => {
    const before = await count()
    const login = await gateway.begin()
    await login.browser.get(`${login.page.url.split('?')[0]}/abort`)
    expect(await since(before)).toMatchObject([{ kind: 'oidc.authorization', client: 'sito', result: 'access_denied' }])
    expect((await since(before))[0]).not.toHaveProperty('code')
  })
})

describe('other ways in', () => {
  it('by CIE leaves request and response', async () => {
    const before = await count()
    const { login, sent, post: answer } = await gateway.upToAnswer('cie')
    await gateway.deliver(login.browser, answer)
    expect((await since(before)).slice(0, 2)).toMatchObject([
      { kind: 'login.request', upstream: 'cie', message: gateway.requestIn(sent).xml },
      {
        kind: 'login.response',
        upstream: 'cie',
        message: expect.stringContaining('<samlp:Response'),
        result: 'verified',
      },
    ])
  })

  it('by card leaves the certificate and each of its checks', async () => {
    const before = await count()
    const card = await gateway.keys.card('ada')
    await gateway.loginByCard(card)
    const [asked, answered] = await since(before)
    expect(asked).toMatchObject({ kind: 'login.request', upstream: 'cns' })
    expect(asked).not.toHaveProperty('message')
    expect(answered).toMatchObject({ kind: 'login.response', result: 'verified', levelReached: 3, authenticated: true })
    const { message = '', checks = [] } = answered as { message?: string; checks?: string[] }
    expect(new X509Certificate(message).fingerprint256).toBe(new X509Certificate(card.certificate).fingerprint256)
    expect(checks.length).toBeGreaterThan(8)
    expect(checks.slice(0, -1).every((check) => check.endsWith(': passed'))).toBe(true)
    expect(checks.at(-1)).toBe('revocation: not asked')
  })

  it('by a card that is refused leaves the check that it did not pass, as the last one', async () => {
    const before = await count()
    await gateway.loginByCard(await gateway.keys.card('ada', 'expired'))
    const answered = (await since(before))[1] as { result?: string; checks?: string[]; person?: string }
    expect(answered.result).toBe('cns_certificate_expired')
    expect(answered.checks?.at(-1)).toBe('dates: cns_certificate_expired')
    expect(answered.person).toBeUndefined()
  })
})

describe('what a site does wrong', () => {
  it('is recorded with its error, and a code that comes again with the hash of the first one', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const code = gateway.codeOf(end)
    await gateway.redeem(login, code).expect(200)
    const before = await count()
    await gateway.redeem(login, code).expect(400)
    await post('/token', { grant_type: 'authorization_code', code: 'nothing' }).expect(400)
    expect(await since(before)).toMatchObject([
      { kind: 'oidc.token', client: 'sito', result: 'invalid_grant', code: sha256(code) },
      { kind: 'oidc.token', client: 'sito', result: expect.stringMatching(/^invalid_/), code: sha256('nothing') },
    ])
  })

  it('is cut short where it was refused: nobody fills a disk with it', async () => {
    const scope = `openid ${'x'.repeat(4000)}`
    const before = await count()
    await gateway.begin({ params: { scope, response_type: 'token' } })
    const [refused] = await since(before)
    expect(refused).toMatchObject({ kind: 'oidc.authorization', scope: scope.slice(0, 256) })
    expect((refused as { result: string }).result).not.toBe('success')
  })

  it('is not recorded of who names a client without a secret and brings what nobody issued', async () => {
    const { login, end } = await gateway.loginBy('spid', { client: 'palestra' })
    const { tokens } = await gateway.claimsOf(login, end)
    const before = await count()
    const open = (path: string, form: Record<string, string>) =>
      request(gateway.regional).post(`/t/ala${path}`).set('Host', hosts.login).type('form').send(form)
    const redeem = (code: string) =>
      open('/token', {
        grant_type: 'authorization_code',
        code,
        client_id: 'palestra',
        code_verifier: login.verifier,
        redirect_uri: 'https://palestra.ala.example/callback',
      })
    await redeem('made-up').expect(400)
    await open('/revocation', { token: 'made-up', client_id: 'palestra' }).expect(200)
    expect(await since(before)).toEqual([])
    await redeem(gateway.codeOf(end)).expect(400)
    await open('/revocation', { token: tokens.access_token, client_id: 'palestra' })
    expect((await since(before)).map(({ kind }) => kind)).toContain('oidc.token')
  })

  it('is not recorded of who names no client: nobody fills a disk with it', async () => {
    const before = await count()
    await request(gateway.regional).get('/t/ala/authorize?client_id=nobody').set('Host', hosts.login)
    await request(gateway.regional).get('/t/ala/userinfo').set('Host', hosts.login).auth('none', { type: 'bearer' })
    await request(gateway.regional).get('/t/ala/end-session').set('Host', hosts.login)
    expect(await since(before)).toEqual([])
  })
})

describe('a register that cannot be written', () => {
  /** Not even root can write where a file stands in the place of a folder. */
  const broken = async (options?: Parameters<typeof startGateway>[0]) => {
    const started = await startGateway(options)
    const folder = join(started.stateDir, 'register')
    return {
      started,
      lose: async () => {
        await rm(folder, { recursive: true, force: true })
        await writeFile(folder, '')
      },
      find: async () => {
        await rm(folder)
        await mkdir(folder)
      },
    }
  }

  it('lets nobody in, tells the citizen and the alarm, and lets them in again afterwards', async () => {
    const { started, lose, find } = await broken()
    try {
      const { login, post: answer } = await started.upToAnswer('spid')
      await lose()
      const refused = await started.deliver(login.browser, answer)
      expect(refused.status).toBe(503)
      expect(refused.text).toContain('register_unavailable')
      expect(refused.headers['retry-after']).toBeDefined()
      expect(started.events('register.failed')).toHaveLength(1)
      expect(started.events('code.issued')).toEqual([])
      await find()
      const again = await started.loginBy('spid')
      expect(started.codeOf(again.end)).toBeTruthy()
      expect(started.events('register.recovered')).toHaveLength(1)
    } finally {
      await started.close()
    }
  })

  it('keeps code and tokens back when only their own record cannot be written', async () => {
    const { started, lose, find } = await broken()
    try {
      const { login, post: answer } = await started.upToAnswer('spid')
      const passed = await login.browser.visit(answer.action, { form: answer.fields, crossSite: true })
      const resumed = await login.browser.visit(passed.location ?? '')
      await lose()
      const kept = await login.browser.visit(resumed.location ?? '')
      expect([kept.status, kept.location]).toEqual([503, undefined])
      expect(kept.text).toContain('register_unavailable')
      expect(kept.text).not.toContain('code=')
      await find()
      const whole = await started.loginBy('spid')
      const code = started.codeOf(whole.end)
      await lose()
      const { body } = await started.redeem(whole.login, code).expect(503)
      expect(body).toEqual({ error: 'temporarily_unavailable', error_description: 'register_unavailable' })
    } finally {
      await find()
      await started.close()
    }
  })

  it('lets them in without a record only where the configuration says so', async () => {
    const { started, lose, find } = await broken({ gateway: 'register: { on_failure: continue }' })
    try {
      await lose()
      const { login, end } = await started.loginBy('spid')
      await started.claimsOf(login, end)
      expect(started.events('register.failed')).toMatchObject([{ logins: 'unrecorded' }])
      const metrics = async () => (await fetch(`${started.operations}/metrics`)).text()
      expect(await metrics()).toContain('varco_register_up 0')
      await find()
      await started.loginBy('spid')
      expect(started.events('register.recovered')).toMatchObject([{ lost: 5 }])
      expect(await metrics()).toContain('varco_register_up 1')
      const [first] = await started.registered()
      expect(first).toMatchObject({ kind: 'chain.opened', lost: { records: 5 } })
    } finally {
      await started.close()
    }
  })
})
