import { describe, expect, it } from 'vitest'
import { createMarks } from '../../../src/http/marks.ts'
import type { Picture } from '../../../src/tenant/tenant.ts'

const picture = (text: string): Picture => ({ type: 'image/png', body: Buffer.from(text) })
const marks = createMarks({
  spid: picture('spid'),
  providers: { 'https://a.example': picture('a'), 'https://b.example': picture('b') },
})

describe('the official marks', () => {
  it('are served under a policy that lets them do nothing, by an address with their hash', () => {
    const { spid = '' } = marks.hrefs
    expect(spid).toMatch(/^\/assets\/marks\/spid-[0-9a-f]{16}\.png$/)
    expect(marks.get(spid)).toMatchObject({ type: 'image/png', body: Buffer.from('spid') })
    expect(marks.get(spid)?.headers).toMatchObject({
      'Content-Security-Policy': expect.stringContaining('sandbox'),
      'X-Content-Type-Options': 'nosniff',
    })
    expect(marks.get('/assets/marks/spid.png')).toBeUndefined()
  })

  it('of providers are shown for all of them or for none', () => {
    expect(marks.logosOf(['https://a.example', 'https://b.example'])?.size).toBe(2)
    expect(marks.logosOf(['https://a.example', 'https://c.example'])).toBeUndefined()
    expect(marks.logosOf([undefined])).toBeUndefined()
    expect(marks.logosOf(['constructor'])).toBeUndefined()
  })

  it('are none where the region has none', () => {
    const none = createMarks()
    expect([none.hrefs, none.logosOf(['https://a.example'])]).toEqual([{}, undefined])
  })
})
