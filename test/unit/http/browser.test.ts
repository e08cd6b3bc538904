import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { browserOf, nameBrowser } from '../../../src/http/browser.ts'
import type { Ctx } from '../../../src/http/request-context.ts'

const requestWith = (cookie?: string) => ({ headers: { cookie } }) as IncomingMessage
const name = 'n'.repeat(32)

describe('the name of a browser', () => {
  it('is read where it stands among others', () => {
    expect(browserOf(requestWith(`a=1; __Host-varco_browser=${name}; b=2`), true)).toBe(name)
    expect(browserOf(requestWith(`varco_browser=${name}`), false)).toBe(name)
  })

  it.each([
    ['a no-break space in front', `\u00a0__Host-varco_browser=${name}`],
    ['a no-break space in front, after another', `a=1; \u00a0__Host-varco_browser=${name}`],
    ['a vertical tab in front', `\u000b__Host-varco_browser=${name}`],
    ['a name in front', `x=__Host-varco_browser=${name}`],
    ['no prefix', `varco_browser=${name}`],
    ['another case', `__host-varco_browser=${name}`],
    ['a value that is too short', '__Host-varco_browser=abc'],
  ])('is not believed with %s', (_what, cookie) => {
    expect(browserOf(requestWith(cookie), true)).toBeUndefined()
  })

  it('counts in the request that gives it, also beside a value that is none', () => {
    const req = requestWith('__Host-varco_browser=broken')
    nameBrowser({ req, cookies: { set: () => undefined } } as unknown as Ctx, true, () => name)
    expect(browserOf(req, true)).toBe(name)
  })
})
