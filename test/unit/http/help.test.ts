import { describe, expect, it } from 'vitest'
import { helpGroups, isShown, questionOf } from '../../../src/http/help.ts'
import { Phrase, phrases } from '../../../src/http/phrases.ts'
import { facts } from '../../../views/help/facts.ts'

const all = {
  methods: [
    { id: 'cie' as const, label: 'CIE' },
    { id: 'spid' as const, label: 'SPID' },
    { id: 'cns' as const, label: 'CPS' },
  ],
}
const shown = (language: 'it' | 'de' | 'lld' | 'en', view = all) =>
  helpGroups(phrases[language], language, view).flatMap((group) => group.facts)

describe('the facts of the help page', () => {
  it('have an id of their own, a whole text in three languages, and a link with words in each', () => {
    const ids = facts.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    for (const { id, it: italian, de, en, href } of facts) {
      for (const { question, answer, link } of [italian, de, en]) {
        expect([id, question.trim() === question && question !== '', answer.endsWith('.')]).toEqual([id, true, true])
        expect([id, link !== undefined]).toEqual([id, href !== undefined])
      }
    }
  })

  it('link to official pages only', () => {
    const hosts = facts.flatMap(({ href }) => (href === undefined ? [] : new URL(href).host))
    expect(new Set(hosts)).toEqual(new Set(['www.cartaidentita.interno.gov.it']))
  })

  it('are compared with their source on a day that has been', () => {
    for (const { reviewed } of facts) {
      if (reviewed !== undefined) expect(new Date(reviewed).toISOString().slice(0, 10)).toBe(reviewed)
    }
  })

  it('answer what citizens ask most', () => {
    const topics = shown('it').map(({ id }) => id)
    for (const topic of [
      'cie-activate',
      'cie-pin-lost',
      'cie-puk-blocked',
      'minors',
      'family',
      'abroad',
      'cost',
      'cns-needs',
      'helping',
      'in-app',
    ])
      expect(topics).toContain(topic)
  })
})

describe('helpGroups', () => {
  it('shows no fact without a source', () => {
    const unsourced = facts.filter((fact) => !isShown(fact)).map(({ id }) => id)
    expect(unsourced).toEqual(['cns-pin-blocked'])
    for (const id of unsourced) {
      expect(shown('it').map((fact) => fact.id)).not.toContain(id)
      expect(questionOf(id, 'it')).toBeUndefined()
    }
  })

  it('follows the order of the ways in and leaves out those that are off, what is for everyone last', () => {
    const groups = (methods: typeof all.methods) => helpGroups(phrases.it, 'it', { methods }).map(({ id }) => id)
    expect(groups(all.methods)).toEqual(['cie', 'spid', 'cns', 'everyone'])
    expect(groups(all.methods.slice(0, 1))).toEqual(['cie', 'everyone'])
  })

  it('names source and day in the language of the page, Ladin in Italian and marked as such', () => {
    const source = (language: 'it' | 'de' | 'lld' | 'en') => shown(language).find(({ id }) => id === 'levels')?.source
    expect(source('de')?.text).toBe(
      'Quelle: Area Enti Locali del Trentino, guida operativa CIE, agosto 2025. Geprüft am 22. November 2026.',
    )
    expect(source('en')?.text).toContain('22 November 2026')
    expect(source('lld')).toEqual(new Phrase(source('it')?.text ?? '', 'it'))
    expect(shown('lld')[0]?.question.language).toBe('it')
    expect(shown('it')[0]?.question.language).toBeUndefined()
  })
})
