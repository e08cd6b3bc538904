/** What a Comune writes about lifetimes is what its tokens and logins live. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    now: () => Date.now(),
    tenants: { ala: 'lifetimes: { code: 30, access_token: 120, id_token: 300, interaction: 300 }' },
  })
  return () => gateway.close()
})
afterEach(() => {
  vi.useRealTimers()
})
const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

describe('a short life', () => {
  it('of tokens is told to the service, and kept', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { tokens, idToken } = await gateway.claimsOf(login, end)
    expect([tokens.expires_in, idToken.exp - idToken.iat]).toEqual([120, 300])
    later(121)
    expect((await gateway.userinfo('ala', tokens.access_token)).status).toBe(401)
  })

  it('of a code ends it', async () => {
    const { login, end } = await gateway.loginBy('spid')
    later(31)
    expect((await gateway.redeem(login, gateway.codeOf(end))).body.error).toBe('invalid_grant')
  })

  it('of a login ends it on every page, and leads back to the service', async () => {
    const login = await gateway.begin()
    const answer = gateway.answer(gateway.idps.alfa, await gateway.choose(login, 'spid', gateway.idps.alfa))
    later(301)
    const page = await login.browser.get(login.page.url)
    expect([page.status, page.text.includes('https://www.ala.example/accedi')]).toEqual([400, true])
    const answered = await gateway.deliver(login.browser, answer)
    expect(answered.location ?? '').not.toContain('code=')
    expect(answered.status).toBeGreaterThanOrEqual(400)
  })

  it("is the Comune's own: the next one has Varco's", async () => {
    const { login, end } = await gateway.loginBy('spid', { tenant: 'moena' })
    expect((await gateway.claimsOf(login, end)).tokens.expires_in).toBe(600)
  })
})
