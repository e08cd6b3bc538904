/** A gateway that keeps the application of one tenant only: between any two requests of a login it is let go, and built again. */
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from '../fixtures/gateway/browser.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ mostApps: 1 })
})
afterAll(() => gateway.close())

const jwksOf = async (tenant: string) =>
  (await request(gateway.regional).get(`/t/${tenant}/jwks`).set('Host', hosts.login).expect(200)).body

/** After each request of this browser somebody asks another tenant. */
const interrupted = (): Browser => {
  const one = gateway.browser()
  const visit: Browser['visit'] = async (...visited) => {
    const page = await one.visit(...visited)
    await jwksOf('moena')
    return page
  }
  const follow = async (page: Page): Promise<Page> =>
    page.location !== undefined && new URL(page.location).host === hosts.login
      ? follow(await visit(page.location))
      : page
  return {
    ...one,
    visit,
    follow,
    get: async (url, options) => follow(await visit(url, options)),
    post: async (url, form, options = {}) => follow(await visit(url, { ...options, form })),
  }
}

describe('a tenant whose application was let go', () => {
  it('answers with the same keys', async () => {
    const before = await jwksOf('ala')
    await jwksOf('moena')
    expect(await jwksOf('ala')).toEqual(before)
  })

  it.each(['spid', 'cie'] as const)('ends a login by %s that began before, for the same `sub`', async (way) => {
    const { login, end } = await gateway.loginBy(way)
    const { userinfo } = await gateway.claimsOf(login, end)
    const later = await gateway.loginBy(way, { browser: interrupted() })
    const tokens = await gateway.redeem(later.login, gateway.codeOf(later.end)).expect(200)
    await jwksOf('moena')
    const info = await gateway.userinfo('ala', tokens.body.access_token).expect(200)
    expect(info.body.fiscal_number).toBe(userinfo.fiscal_number)
    expect(info.body.sub).toBe(userinfo.sub)
  })

  it('still refuses what was used: a code that was redeemed before', async () => {
    const { login, end } = await gateway.loginBy('spid', { browser: interrupted() })
    await gateway.redeem(login, gateway.codeOf(end)).expect(200)
    await jwksOf('moena')
    await gateway.redeem(login, gateway.codeOf(end)).expect(400)
  })
})
