import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { alarms } from '../../src/audit/events.ts'
import { traceLogin } from '../../src/audit/trace.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'
import { varco } from '../fixtures/gateway/varco.ts'

describe('who operates the gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  const metrics = async () => (await request(gateway.operations).get('/metrics').expect(200)).text
  const figure = (text: string, line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.slice(line.length + 1) ?? Number.NaN,
    )

  it('reads in the metrics how many logins began, ended well and were refused, by provider and code', async () => {
    await gateway.loginBy('spid', {})
    await gateway.loginBy('spid', { errorCode: 22 })
    const text = await metrics()
    const idp = `upstream="spid",idp="${gateway.idps.alfa.entityId}"`
    expect(figure(text, `varco_logins_sent_total{${idp}}`)).toBe(2)
    expect(figure(text, `varco_logins_returned_total{${idp},level="2"}`)).toBe(1)
    expect(figure(text, `varco_logins_refused_total{${idp},code="idp_consent_refused",authenticated="true"}`)).toBe(1)
    expect(figure(text, 'varco_logins_finished_total{tenant="ala",upstream="spid"}')).toBe(1)
    expect(figure(text, 'varco_store_up')).toBe(1)
    expect(figure(text, 'varco_store_fullness_ratio')).toBeLessThan(0.01)
    expect(figure(text, 'varco_state_dir_free_bytes')).toBeGreaterThan(0)
    expect(figure(text, `varco_idp_last_login_timestamp_seconds{${idp}}`)).toBeGreaterThan(1.7e9)
    expect(figure(text, 'varco_certificate_expiry_timestamp_seconds{use="spid",tenant=""}')).toBeGreaterThan(1.7e9)
    expect(figure(text, 'varco_http_request_duration_seconds_count{route="saml",method="POST",status="303"}')).toBe(2)
  })

  it('reads zero of each alarm that has not rung: Prometheus learns nothing from a counter that appears with one', async () => {
    const text = await metrics()
    for (const event of alarms) expect(figure(text, `varco_alarms_total{event="${event}"}`), event).not.toBeNaN()
    expect(figure(text, 'varco_register_up')).toBe(1)
    expect(figure(text, 'varco_last_login_timestamp_seconds')).toBeGreaterThan(1.7e9)
  })

  it('never lets a stranger make new series of the metrics', async () => {
    const series = (text: string) => new Set(text.split('\n').flatMap((line) => /^varco_[^ ]+/.exec(line)?.[0] ?? []))
    await request(gateway.regional).get('/t/ala/not/there').set('Host', 'login.regione.example').expect(404)
    const before = series(await metrics())
    for (let i = 0; i < 20; i++)
      await request(gateway.regional).get(`/t/ala/not/there/${i}`).set('Host', 'login.regione.example').expect(404)
    expect(series(await metrics()).size).toBe(before.size)
  })

  it('finds every step of a login by the support code on the citizen’s page', async () => {
    const { end } = await gateway.loginBy('spid', { errorCode: 22 })
    const code = /[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/.exec(end.text)?.[0] ?? ''
    // written together once a second
    const steps = await vi.waitFor(async () => {
      const found = await traceLogin(gateway.stateDir, code)
      expect(found).not.toEqual([])
      return found
    }, 5000)
    expect(steps.map(({ event }) => event)).toEqual(['login.started', 'login.sent', 'login.refused', 'request.refused'])
    expect(steps.at(-1)).toMatchObject({ requestId: code, tenant: 'ala', code: 'idp_consent_refused' })
  })

  it('keeps nothing of a person in the steps', async () => {
    await gateway.loginBy('spid', {})
    const folder = join(gateway.stateDir, 'steps')
    const text = await vi.waitFor(async () => {
      const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
      expect(texts.join('')).toContain('login.finished')
      return texts.join('')
    }, 5000)
    expect(text).not.toMatch(/Lovelace|LVL|1985/i)
  })

  const soon = <T>(check: () => Promise<T>) => vi.waitFor(check, 5000)

  it('pauses a way in with varco upstream pause: the page says so, offers the others and comes back by itself', async () => {
    expect(await varco(gateway, ['upstream', 'pause', 'spid', '--for', '30m', '--reason', 'outage'])).toMatchObject({
      code: 0,
    })
    await soon(async () => expect(gateway.events('switch.on')).toHaveLength(1))
    const login = await gateway.begin()
    expect(login.page.text).toContain('class="trouble"')
    const spid = linksIn(login.page).find((href) => href.includes('upstream=spid')) ?? ''
    const refused = await login.browser.get(spid)
    expect([refused.status, refused.text.includes('upstream_paused')]).toEqual([503, true])
    expect(linksIn(refused).some((href) => href.includes('upstream=cie'))).toBe(true)

    expect((await varco(gateway, ['status'])).text).toMatch(/spid until .* by anna: outage/)
    expect(await varco(gateway, ['upstream', 'resume', 'spid'])).toMatchObject({ code: 0 })
    await soon(async () => expect(gateway.events('switch.off')).toHaveLength(1))
    expect(gateway.codeOf((await gateway.loginBy('spid', {})).end)).toBeTruthy()
  })

  it('pauses one provider by its entityID and leaves the others', async () => {
    const paused = await varco(gateway, ['upstream', 'pause', gateway.idps.beta.entityId, '--reason', 'outage'])
    expect(paused.code).toBe(0)
    await soon(async () => expect(gateway.events('switch.on')).toHaveLength(2))
    expect(gateway.codeOf((await gateway.loginBy('spid', {})).end)).toBeTruthy()
    const login = await gateway.begin()
    const beta = linksIn(login.page).find((href) => href.includes(encodeURIComponent(gateway.idps.beta.entityId))) ?? ''
    expect((await login.browser.get(beta)).status).toBe(503)
    await varco(gateway, ['upstream', 'resume', gateway.idps.beta.entityId])
  })

  it('pauses a provider for who would rather read the card too', async () => {
    const { entityId } = gateway.idps.cie
    await varco(gateway, ['upstream', 'pause', entityId, '--reason', 'outage'])
    const { browser, page } = await gateway.begin()
    const card = linksIn(page).find((href) => href.includes('upstream=cie') && href.includes('level=3')) ?? ''
    await soon(async () => expect((await browser.visit(card)).status).toBe(503))
    await varco(gateway, ['upstream', 'resume', entityId])
  })

  it('lets nobody begin during maintenance and lets arrive who is on the way', async () => {
    const { login, post } = await gateway.upToAnswer('spid')
    await varco(gateway, ['maintenance', 'on', '--for', '10m', '--reason', 'update'])
    await soon(async () => expect((await gateway.begin()).page.status).toBe(503))
    const { page } = await gateway.begin()
    expect(page.text).toContain('manutenzione')
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
    await varco(gateway, ['maintenance', 'off'])
    await soon(async () => expect((await gateway.begin()).page.status).toBe(200))
  })

  it.each([
    [['upstream', 'pause', 'spid', '--for', '30d', '--reason', 'x'], /at most 7d/],
    [['upstream', 'pause', 'spid'], /--reason/],
    [['upstream', 'pause', 'poste', '--reason', 'x'], /no way in/],
    [['maintenance', 'perhaps', '--reason', 'x'], /maintenance on/],
  ])('refuses %j with what to type instead', async (words, message) => {
    expect(await varco(gateway, words)).toEqual({ code: 3, text: expect.stringMatching(message) })
  })

  it('pauses a provider that it does not know, and says that it may be written otherwise', async () => {
    const typed = 'https://alfa.example/ipd'
    const { code, text } = await varco(gateway, ['upstream', 'pause', typed, '--reason', 'outage'])
    expect([code, text]).toEqual([2, expect.stringContaining('spid idps list')])
    await varco(gateway, ['upstream', 'resume', typed])
  })

  it('says 2 when there is nothing to resume', async () => {
    expect((await varco(gateway, ['upstream', 'resume', 'cns'])).code).toBe(2)
  })

  it('names the gateways that run, in words and as JSON', async () => {
    expect((await varco(gateway, ['status'])).text).toMatch(
      /^1 gateway\n {2}\S+ {2}version 0\.1\.0, started less than a minute ago/,
    )
    const { gateways } = JSON.parse((await varco(gateway, ['status', '--json'])).text)
    expect(gateways).toMatchObject([{ draining: false, tenants: 2 }])
  })
})
