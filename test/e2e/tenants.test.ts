import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../../src/config/gateway-config.ts'
import { createKeyring } from '../../src/keyring/keyring.ts'
import type { Tenant } from '../../src/tenant/tenant.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const open: TestGateway[] = []
const start = async (...options: Parameters<typeof startGateway>) => {
  const gateway = await startGateway(...options)
  open.push(gateway)
  return gateway
}
afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
})

const host = 'login.regione.example'
const html = { Host: host, Accept: 'text/html' }

describe('a tenant', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())
  const get = (path: string, headers: Record<string, string> = { Host: host }) =>
    request(gateway.regional).get(path).set(headers)

  it('describes itself: issuer, endpoints, levels, claims, and nothing that it does not offer', async () => {
    const { body } = await get('/t/ala/.well-known/openid-configuration').expect(200)
    const issuer = 'https://login.regione.example/t/ala'
    expect(body).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/end-session`,
      acr_values_supported: [1, 2, 3].map((level) => `https://www.spid.gov.it/SpidL${level}`),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    })
    expect(body.claims_supported).toEqual(
      expect.arrayContaining(['sub', 'fiscal_number', 'birthdate_source', 'tenant']),
    )
    expect(body.scopes_supported).not.toContain('offline_access')
  })

  it('has keys of its own', async () => {
    const keys = await Promise.all(
      ['ala', 'moena'].map(async (id) => (await get(`/t/${id}/jwks`).expect(200)).body.keys),
    )
    expect(keys[0]).toHaveLength(2)
    expect(keys[0][0]).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' })
    expect(keys[0][0]).not.toHaveProperty('d')
    expect(keys[0][0].kid).not.toBe(keys[1][0].kid)
  })

  it.each(['/t/nobody/authorize', '/t/', '/t/__proto__/jwks', '/t/constructor/authorize'])(
    'that does not exist is a 404 page: %s',
    async (path) => {
      const answer = await get(path, html)
      expect([answer.status, answer.text.includes('tenant_unknown')]).toEqual([404, true])
    },
  )

  it.each([
    '/',
    '/t/ala',
    '/t/ala/',
    '/t/ala/nothing',
    '/t/ala/interaction/x',
    '/t/ala/../moena/jwks',
    '/assets/../package.json',
  ])('has no page at %s', async (path) => {
    expect((await get(path, html)).status).toBe(404)
  })

  it('answers programs in JSON', async () => {
    const { status, body } = await get('/t/nobody/token')
    expect([status, body.error]).toEqual([404, 'tenant_unknown'])
    expect(body.request_id).toBeTruthy()
  })

  it('shows one request id on the page, in the header and in the log', async () => {
    const answer = await get('/t/nobody/authorize', html)
    const id = String(answer.headers['x-request-id'])
    expect(answer.text).toContain(id)
    expect(gateway.logged()).toContain(`"requestId":"${id}"`)
  })

  it('sends strict headers with every page', async () => {
    const { headers } = await get('/t/nobody/authorize', html)
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'; frame-ancestors 'none'/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['strict-transport-security']).toBeTruthy()
  })
})

describe('the state of a tenant', () => {
  it('suspended: a courteous page with 503, for the others nothing changes', async () => {
    const gateway = await start({
      tenants: { moena: '' },
      config: (config) => ({
        ...config,
        tenants: config.tenants.map((tenant) =>
          tenant.id === 'moena' ? { ...tenant, state: 'suspended' as const } : tenant,
        ),
      }),
    })
    const answer = await request(gateway.regional).get('/t/moena/authorize').set(html)
    expect([answer.status, answer.text.includes('tenant_suspended')]).toEqual([503, true])
    expect((await gateway.begin()).page.status).toBe(200)
  })

  /** As `moena` is now: what its file would say. */
  const withMoena = (change: Partial<Tenant>) => (config: GatewayConfig) => ({
    ...config,
    tenants: config.tenants.map((tenant) => (tenant.id === 'moena' ? { ...tenant, ...change } : tenant)),
  })

  it('suspended: its services are answered as programs, and no token of before is worth anything', async () => {
    const before = await start()
    const { login, end } = await before.loginBy('spid', { tenant: 'moena' })
    const { tokens } = await before.claimsOf(login, end)
    const gateway = await start({ config: withMoena({ state: 'suspended' }) })
    const asked = { Host: host, Accept: 'text/html,*/*' }
    for (const path of ['token', 'userinfo', 'jwks', '.well-known/openid-configuration', 'introspection']) {
      const { status, body, headers } = await request(gateway.regional)
        .post(`/t/moena/${path}`)
        .set({ ...asked, Authorization: `Bearer ${tokens.access_token}` })
      expect([path, status, body.error, headers['retry-after']]).toEqual([path, 503, 'tenant_suspended', '30'])
    }
    for (const path of ['login/u', 'help', 'end-session', 'saml/spid/acs']) {
      const page = await request(gateway.regional).get(`/t/moena/${path}`).set(asked)
      expect([path, page.status, page.type]).toEqual([path, 503, 'text/html'])
    }
    // what was registered with AgID is read by providers, whatever the tenant does
    await request(gateway.regional).get('/pub-ag-full/c_f263').set('Host', host).expect(200)
  })

  it('suspended after a merger: gone, and the page leads to the successor', async () => {
    const gateway = await start({ config: withMoena({ state: 'suspended', succeededBy: 'ala' }) })
    const { status, text } = await request(gateway.regional).get('/t/moena/authorize').set(html)
    expect([status, text.includes('tenant_succeeded'), text.includes('href="https://www.ala.example"')]).toEqual([
      410,
      true,
      true,
    ])
  })

  it('succeeded by another: the old issuer still lets people in, and its page names the new body', async () => {
    const gateway = await start({ config: withMoena({ state: 'live', succeededBy: 'ala' }) })
    await createKeyring({ stateDir: gateway.stateDir, masterKeys: gateway.masterKeys, now: Date.now }).create('moena')
    const login = await gateway.begin({ tenant: 'moena' })
    expect(login.page.text).toContain('Comune di moena oggi fa parte di: Comune di ala.')
    const german = await gateway.begin({ tenant: 'moena', params: { ui_locales: 'de' } })
    expect(german.page.text).toContain('Gemeinde moena gehört heute zu: Gemeinde ala.')
    expect((await gateway.loginBy('spid', { tenant: 'moena' })).end.location).toMatch(/[?&]code=/)
  })

  it('draft: nothing of it is served but before test providers, where its pages say that it is a trial', async () => {
    const production = await start({ config: withMoena({ state: 'draft' }) })
    for (const path of ['/t/moena/authorize', '/t/moena/jwks', '/pub-ag-full/c_f263', '/cie/c_f263']) {
      const { status, text } = await request(production.regional).get(path).set(html)
      expect([path, status, text.includes('Comune di moena')]).toEqual([path, 404, false])
    }
    const config = withMoena({ state: 'draft' })
    const sandbox = await start({ config: (before) => ({ ...config(before), sandbox: true }) })
    const { page } = await sandbox.begin({ tenant: 'moena' })
    expect([page.status, page.text.includes('Questo accesso è in prova')]).toEqual([200, true])
  })

  it('test says so on every page, live does not', async () => {
    const gateway = await start({ config: withMoena({ state: 'live' }) })
    await createKeyring({ stateDir: gateway.stateDir, masterKeys: gateway.masterKeys, now: Date.now }).create('moena')
    const isTrial = async (tenant: string) => (await gateway.begin({ tenant })).page.text.includes('è in prova')
    expect([await isTrial('ala'), await isTrial('moena')]).toEqual([true, false])
  })

  it('live without its keys: not served and an alarm, rather than given new ones; the others run', async () => {
    const gateway = await start({
      config: (config) => ({
        ...config,
        tenants: config.tenants.map((tenant) =>
          tenant.id === 'moena' ? { ...tenant, state: 'live' as const } : tenant,
        ),
      }),
    })
    const answer = await request(gateway.regional).get('/t/moena/.well-known/openid-configuration').set(html)
    expect([answer.status, answer.text.includes('tenant_not_served')]).toEqual([503, true])
    expect(gateway.events('tenant.not_served')).not.toHaveLength(0)
    expect((await readdir(join(gateway.folder, 'state'))).join()).not.toContain('moena')
    expect((await gateway.begin()).page.status).toBe(200)
  })

  it('survives a restart of a memory gateway: the same keys and the same `sub`', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-restart-'))
    const seen = []
    for (let run = 0; run < 2; run++) {
      const gateway = await startGateway({ folder })
      const { login, end } = await gateway.loginBy('spid')
      const { idToken } = await gateway.claimsOf(login, end)
      const jwks = await request(gateway.regional).get('/t/ala/jwks').set({ Host: host })
      seen.push({ sub: idToken.sub, kid: jwks.body.keys[0].kid })
      await gateway.close({ keep: true })
    }
    expect(seen[0]).toEqual(seen[1])
    await rm(folder, { recursive: true })
  })

  it('has one set of keys when two gateways on one state folder need it first at the same moment', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-two-'))
    const two = await Promise.all([startGateway({ folder }), startGateway({ folder })])
    const answers = await Promise.all(
      two.map(({ regional }) => request(regional).get('/t/ala/jwks').set({ Host: host })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]?.body).toEqual(answers[1]?.body)
    for (const gateway of two) await gateway.close({ keep: true })
    await rm(folder, { recursive: true })
  })

  it('refuses to start with another subject key than the one that made the subjects so far', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-subject-'))
    const first = await startGateway({ folder })
    await first.close({ keep: true })
    await expect(
      startGateway({ folder, config: (config) => ({ ...config, subjectKey: Buffer.alloc(32, 9) }) }),
    ).rejects.toThrow(/subject key/i)
    await rm(folder, { recursive: true })
  })
})

describe('the operations listener', () => {
  it('says alive and ready', async () => {
    const gateway = await start()
    expect((await request(gateway.operations).get('/livez')).body).toEqual({ status: 'alive' })
    expect((await request(gateway.operations).get('/readyz')).body).toEqual({ status: 'ready' })
    expect((await request(gateway.operations).get('/t/ala/jwks')).status).toBe(404)
  })
  it('is the only one that does', async () => {
    const gateway = await start()
    expect((await request(gateway.regional).get('/livez').set({ Host: host })).status).toBe(404)
  })
})
