/** Two gateways on one Redis and one state folder: which of them answers must not matter, at any step. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { type Browser, createBrowser, type Page } from '../fixtures/gateway/browser.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { createStories, type Login } from '../fixtures/gateway/stories.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

let redis: RedisServer
let folder: string
let gateways: readonly [TestGateway, TestGateway]
beforeAll(async () => {
  redis = await startRedis()
  folder = await mkdtemp(join(tmpdir(), 'varco-two-'))
  const start = () =>
    startGateway({ folder, config: (config) => ({ ...config, store: { kind: 'redis', url: redis.url } }) })
  gateways = [await start(), await start()]
})
afterAll(async () => {
  for (const gateway of gateways) await gateway.close({ keep: true })
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Each request goes to the other gateway than the one before. */
const alternating = (first: number) => {
  let turn = first
  const asked: number[] = []
  const here = () => gateways[turn % 2] as TestGateway
  const addressOf = (host: string) => (host === hosts.login ? here().regional : '')
  const next = () => {
    asked.push(turn % 2)
    turn += 1
  }
  const one = createBrowser({ addressOf })
  const visit: Browser['visit'] = async (...visited) => {
    const page = await one.visit(...visited)
    next()
    return page
  }
  const follow = async (page: Page): Promise<Page> =>
    page.location !== undefined && new URL(page.location).host === hosts.login
      ? follow(await visit(page.location))
      : page
  const browser: Browser = {
    ...one,
    visit,
    follow,
    get: async (url, options) => follow(await visit(url, options)),
    post: async (url, form, options = {}) => follow(await visit(url, { ...options, form })),
  }
  const [{ idps, issuerOf }] = gateways
  const presentCard = async (url: string, card?: Identity) => {
    const shown = await here().presentCard(url, card)
    next()
    return shown
  }
  const story = createStories({ issuerOf, addressOf, idps, presentCard })
  const claimsOf = async (login: Login, end: Page) => {
    const { body } = await story.redeem(login, story.codeOf(end)).expect(200)
    next()
    const { body: userinfo } = await story.userinfo(login.tenant, body.access_token).expect(200)
    next()
    return { tokens: body, userinfo }
  }
  return { ...story, browser, claimsOf, asked }
}

describe.each([
  ['the first', 0],
  ['the second', 1],
])('a login that begins on %s gateway', (_, first) => {
  it.each(['spid', 'cie'] as const)(
    'by %s goes on at the other after each step, until it is logged out',
    async (way) => {
      const { browser, loginBy, claimsOf, deliver, asked, ...story } = alternating(first)
      const { login, post } = await story.upToAnswer(way, { browser })
      const { tokens, userinfo } = await claimsOf(login, await deliver(browser, post))
      expect(userinfo).toMatchObject({ family_name: expect.stringMatching(/^rossi$/i) })
      expect((await deliver(browser, post)).text).toContain('saml_response_already_used')
      const leave = new URLSearchParams({
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: 'https://www.ala.example/',
      })
      const left = await browser.get(`https://${hosts.login}/t/ala/end-session?${leave}`)
      expect(left.location).toBe('https://www.ala.example/')
      await story.userinfo('ala', tokens.access_token).expect(401)
      expect(asked.length).toBeGreaterThan(8)
      expect(asked).toEqual(asked.map((_gateway, step) => (first + step) % 2))
    },
  )

  it('by card goes on at the other after each step', async () => {
    const { browser, loginByCard, claimsOf, asked } = alternating(first)
    const card = await gateways[0].keys.card('ada')
    const { login, end } = await loginByCard(card, { browser })
    expect((await claimsOf(login, end as Page)).userinfo).toMatchObject({
      family_name: expect.stringMatching(/^rossi$/i),
    })
    expect(asked).toEqual(asked.map((_gateway, step) => (first + step) % 2))
  })
})

it('of two gateways that get the same answer at once, one passes it on', async () => {
  const [one, two] = gateways
  const { login, post } = await one.upToAnswer('spid')
  const [first, second] = await Promise.all([
    one.browser().visit(post.action, { form: post.fields, crossSite: true }),
    two.browser().visit(post.action, { form: post.fields, crossSite: true }),
  ])
  expect([first.status, second.status].toSorted()).toEqual([303, 403])
  const passed = first.status === 303 ? first : second
  expect((await login.browser.get(passed.location ?? '')).location).toContain('code=')
})

it('of two gateways that get the same code at once, at most one gives tokens for it', async () => {
  const [one, two] = gateways
  const { login, end } = await one.loginBy('spid')
  const code = one.codeOf(end)
  const answers = await Promise.all([one, two, one, two].map((gateway) => gateway.redeem(login, code)))
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2)
})
