import { describe, expect, it } from 'vitest'
import { pickLanguage } from '../../../src/http/language.ts'

const fallback = 'it'

describe('pickLanguage', () => {
  it('prefers the link just clicked, then ui_locales, then the cookie, then the browser', () => {
    const wishes = { query: 'de', uiLocales: 'lld', cookie: 'en', acceptLanguage: 'it', fallback } as const
    expect(pickLanguage(wishes)).toBe('de')
    expect(pickLanguage({ ...wishes, query: undefined })).toBe('lld')
    expect(pickLanguage({ ...wishes, query: undefined, uiLocales: undefined })).toBe('en')
    expect(pickLanguage({ acceptLanguage: 'en', fallback })).toBe('en')
  })

  it("falls back to the tenant's language when nobody says anything", () => {
    expect(pickLanguage({ fallback: 'lld' })).toBe('lld')
  })

  it.each([
    ['de-AT', 'de'],
    ['lld-IT', 'lld'],
    ['EN-gb', 'en'],
    ['it_IT', 'it'],
  ])('takes the language of the tag %s', (tag, language) => {
    const other = language === 'it' ? 'en' : 'it'
    expect(pickLanguage({ query: tag, fallback: other })).toBe(language)
    expect(pickLanguage({ acceptLanguage: tag, fallback: other })).toBe(language)
  })

  it('passes over a language it does not speak, wherever it stands', () => {
    expect(pickLanguage({ query: 'fr', uiLocales: 'sl fr-CA de-IT', fallback })).toBe('de')
    expect(pickLanguage({ cookie: 'sl', acceptLanguage: 'sl, en;q=0.5', fallback })).toBe('en')
    expect(pickLanguage({ query: 'dexter', fallback })).toBe('it')
  })

  it('orders Accept-Language by weight and keeps the order of equals', () => {
    expect(pickLanguage({ acceptLanguage: 'en;q=0.4, de;q=0.9, it;q=0.5', fallback })).toBe('de')
    expect(pickLanguage({ acceptLanguage: 'fr, lld, de', fallback })).toBe('lld')
    expect(pickLanguage({ acceptLanguage: 'en; Q=0.2 ,de ; q=0.30', fallback })).toBe('de')
  })

  it('never takes a language with weight 0 or a malformed weight', () => {
    expect(pickLanguage({ acceptLanguage: 'de;q=0, en;q=0.1', fallback })).toBe('en')
    expect(pickLanguage({ acceptLanguage: 'de;q=0.000', fallback })).toBe('it')
    expect(pickLanguage({ acceptLanguage: 'de;q=lots, en;q=2', fallback })).toBe('it')
  })

  it.each(['', '*', ';;;,,,', ',', 'q=1', '\u0000'])('survives the header %j', (acceptLanguage) => {
    expect(pickLanguage({ acceptLanguage, fallback: 'de' })).toBe('de')
  })
})
