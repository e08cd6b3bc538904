import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/errors.ts'
import { fill, Phrase, phrases } from '../../../src/http/phrases.ts'
import { de } from '../../../views/locales/de.ts'
import { en } from '../../../views/locales/en.ts'
import { it as italian } from '../../../views/locales/it.ts'
import { lld } from '../../../views/locales/lld.ts'

/** `login.title` → text, for every string of a dictionary. */
const flat = (dictionary: object, path = ''): Map<string, string> =>
  new Map(
    Object.entries(dictionary).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

const own = flat(italian)
const complete = { de: flat(de), en: flat(en) }
const sentences = [...new Set(Object.values(errorTable).map(({ sentence }) => sentence))]

describe('the dictionaries', () => {
  it.each(Object.entries(complete))('%s has exactly the keys of Italian', (_, texts) => {
    expect([...texts.keys()].sort()).toEqual([...own.keys()].sort())
  })

  it('Ladin has no key that Italian lacks', () => {
    expect([...flat(lld).keys()].filter((key) => !own.has(key))).toEqual([])
  })

  it.each(Object.entries({ ...complete, lld: flat(lld) }))(
    '%s has the placeholders of Italian in every text',
    (_, texts) => {
      for (const [key, text] of texts)
        expect([key, placeholders(text)]).toEqual([key, placeholders(own.get(key) ?? '')])
    },
  )

  it.each(Object.entries({ it: own, ...complete, lld: flat(lld) }))('%s has no empty or untrimmed text', (_, texts) => {
    expect([...texts].filter(([, text]) => text === '' || text !== text.trim())).toEqual([])
  })

  it.each(Object.entries({ it: italian, de, en }))('%s tells a sentence for every error code', (_, dictionary) => {
    for (const sentence of sentences) {
      const { title, what, next } = dictionary.sentences[sentence]
      expect(new Set([title, what, next]).size).toBe(3)
    }
  })

  it.each([
    ['it', own, /["„“”]|'/],
    ['de', complete.de, /["«»”]|'/],
    ['en', complete.en, /["«»„]|'/],
  ] as const)('%s quotes as its readers do', (_, texts, foreign) => {
    expect([...texts].filter(([, text]) => foreign.test(text))).toEqual([])
  })

  it('names SPID only where it is offered: a region can be after it', () => {
    const everywhere = /^(login\.(?!spid)|inApp\.|help\.)/
    for (const texts of [own, ...Object.values(complete)])
      expect([...texts].filter(([key, text]) => everywhere.test(key) && text.includes('SPID'))).toEqual([])
  })

  it('speaks of people, not of protocols', () => {
    const jargon = /\b(asserzione|assertion|idp|identity provider id|saml|openid|oidc|token|endpoint|client|relay)\b/i
    for (const texts of [own, ...Object.values(complete)])
      expect([...texts].filter(([, text]) => jargon.test(text))).toEqual([])
  })
})

describe('phrases', () => {
  it('gives Ladin its own text where there is one', () => {
    expect(phrases.lld.claims.fiscal_number).toEqual(new Phrase('Codesc fiscal'))
  })

  it('gives Ladin the Italian text, marked as Italian, where there is none', () => {
    expect(phrases.lld.sentences.expired.title).toEqual(new Phrase(italian.sentences.expired.title, 'it'))
  })

  it('marks nothing in the complete languages', () => {
    const marked = (tree: object): boolean =>
      Object.values(tree).some((value) => (value instanceof Phrase ? value.language !== undefined : marked(value)))
    expect([marked(phrases.it), marked(phrases.de), marked(phrases.en), marked(phrases.lld)]).toEqual([
      false,
      false,
      false,
      true,
    ])
  })
})

describe('fill', () => {
  it('fills every placeholder once and keeps the language', () => {
    const filled = fill(new Phrase('{a}, {b}, {a}', 'it'), { a: '1', b: '2' })
    expect(filled).toEqual(new Phrase('1, 2, 1', 'it'))
  })

  it('takes a value literally, braces and dollars and all', () => {
    expect(fill(new Phrase('{a} {b}'), { a: '{b}', b: '$& $1' }).text).toBe('{b} $& $1')
  })

  it('does not find a value on the prototype', () => {
    expect(fill(new Phrase('{constructor}'), {}).text).toBe('{constructor}')
  })
})
