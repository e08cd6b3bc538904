/** CIE over HTTP, against the whole gateway: what only it can show of docs/rules/cie.md A4, A5 and A7. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

describe('an answer of CIE', () => {
  it('cie A4 binding: is taken by POST only', async () => {
    const { login, post } = await gateway.upToAnswer('cie')
    const end = await login.browser.get(`${post.action}?${new URLSearchParams(post.fields)}`, { crossSite: true })
    expect([end.status, end.location, end.text.includes('method_not_allowed')]).toEqual([405, undefined, true])
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
  })

  it('cie A4 Response/@InResponseTo: is worth nothing in another browser', async () => {
    const { post } = await gateway.upToAnswer('cie')
    const end = await gateway.deliver(gateway.browser(), post)
    expect([end.status, end.text.includes('login_browser_mismatch')]).toEqual([403, true])
  })

  it('cie A4 replay: is taken once', async () => {
    const { login, post } = await gateway.upToAnswer('cie')
    expect(gateway.codeOf(await gateway.deliver(login.browser, post))).toBeTruthy()
    const again = await gateway.deliver(login.browser, post)
    expect([again.status, again.text.includes('saml_response_already_used')]).toEqual([403, true])
  })
})

describe('an error of CIE', () => {
  const headingOf = (page: { readonly text: string }) => /role="alert"[^>]*>\s*<h2>([^<]*)/.exec(page.text)?.[1]

  it('cie A5 pages: 21, 22, 23 and 25 are four sentences at the choice, each with its code', async () => {
    const pages = await Promise.all(
      [21, 22, 23, 25].map(async (errorCode) => {
        const { end } = await gateway.loginBy('cie', { errorCode })
        return { ...end, code: /<code[^>]*>(idp_\w+)<\/code>/.exec(end.text)?.[1], heading: headingOf(end) }
      }),
    )
    expect(pages.map(({ status, code }) => [status, code])).toEqual([
      [403, 'idp_timeout'],
      [403, 'idp_consent_refused'],
      [403, 'idp_identity_blocked'],
      [403, 'idp_cancelled'],
    ])
    expect(new Set(pages.map(({ heading }) => heading)).size).toBe(4)
    expect(pages[2]?.heading).toBe('La tua CIE è scaduta o bloccata')
  })

  it('cie A5 pages: after one of them the citizen may try again', async () => {
    const { login, end } = await gateway.loginBy('cie', { errorCode: 21 })
    const sent = await gateway.choose({ ...login, page: end }, 'cie', gateway.idps.cie)
    const second = await gateway.deliver(login.browser, gateway.answer(gateway.idps.cie, sent))
    expect(gateway.codeOf(second)).toBeTruthy()
  })

  it.each([19, 20, 24])('cie A5 nr%i: says that it is not known why, and offers the choice', async (errorCode) => {
    const { end } = await gateway.loginBy('cie', { errorCode })
    expect([end.status, end.text.includes('idp_error_unknown')]).toEqual([403, true])
  })
})
