import { describe, expect, it } from 'vitest'
import { isInApp, isPhone } from '../../../src/http/user-agent.ts'

const browsers = {
  'Chrome on Android':
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  'Safari on iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Firefox on Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Safari on Mac':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
}
const apps = {
  'Facebook on Android':
    'Mozilla/5.0 (Linux; Android 14; SM-A546B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470.0;]',
  'Instagram on iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 337.0',
  'an app nobody knows on Android':
    'Mozilla/5.0 (Linux; Android 13; Pixel 6; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36',
  'an app nobody knows on iPad':
    'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
}

describe('isInApp', () => {
  it.each(Object.entries(apps))('knows %s', (_, agent) => expect(isInApp({ 'user-agent': agent })).toBe(true))

  it.each(Object.entries(browsers))('does not take %s for an app', (_, agent) =>
    expect(isInApp({ 'user-agent': agent })).toBe(false),
  )

  it('looks at the beginning alone, however much a browser says', () => {
    expect(isInApp({ 'user-agent': `${'x'.repeat(500)}Instagram` })).toBe(true)
    expect(isInApp({ 'user-agent': `${'x'.repeat(600)}Instagram` })).toBe(false)
    expect(isInApp({})).toBe(false)
  })
})

describe('isPhone', () => {
  it('believes the hint, then the name', () => {
    expect(isPhone({ 'sec-ch-ua-mobile': '?1' })).toBe(true)
    expect(isPhone({ 'user-agent': browsers['Safari on iPhone'] })).toBe(true)
    expect(isPhone({ 'user-agent': browsers['Chrome on Android'] })).toBe(true)
    expect(isPhone({ 'sec-ch-ua-mobile': '?0', 'user-agent': browsers['Firefox on Linux'] })).toBe(false)
    expect(isPhone({})).toBe(false)
  })
})
