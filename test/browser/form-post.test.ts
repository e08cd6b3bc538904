/** `response_mode=form_post` in a real browser, under the policy that our pages have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenDemo, openDemo } from '../fixtures/browser/demo.ts'

let world: OpenDemo
beforeAll(async () => {
  world = await openDemo()
})
afterAll(() => world?.close())

/** A site asks without a page: nobody is logged in, so the answer comes at once. */
const request = () => {
  const { gateway, site } = world.demo.urls
  const query = new URLSearchParams({
    client_id: 'sito',
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'openid',
    redirect_uri: `${site}/ala/callback`,
    state: '"><script>document.title="mine"</script>',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  return { url: `${gateway}/t/ala/authorize?${query}`, callback: `${site}/ala/callback`, state: query.get('state') }
}

describe('an answer by form_post', () => {
  it.each([
    ['goes on by itself', true],
    ['waits for its button where there is no JavaScript', false],
  ])('%s, and reaches the site', async (_, javaScript) => {
    const person = await world.person({ javaScript })
    const { url, callback, state } = request()
    const posted = person.page.waitForRequest((sent) => sent.url() === callback && sent.method() === 'POST')
    await person.page.goto(url, { waitUntil: 'commit' })
    if (!javaScript) await person.page.getByRole('button', { name: 'Continua' }).click()
    const sent = await posted
    expect(Object.fromEntries(new URLSearchParams(sent.postData() ?? ''))).toMatchObject({
      error: 'login_required',
      state,
    })
    const headers = await sent.allHeaders()
    expect([headers['content-type'], headers.origin]).toEqual([
      'application/x-www-form-urlencoded',
      new URL(world.demo.urls.gateway).origin,
    ])
    // nothing was stopped by the policy, and no markup of the state came to life
    expect(person.seen.complaints().filter((line) => /Content Security Policy/i.test(line))).toEqual([])
    await person.leave()
  })
})
