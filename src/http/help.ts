/** The questions and answers for a tenant's ways in. A fact that nobody can say the source of is not shown. */
import type { Fact } from '../../views/help/fact.ts'
import { facts } from '../../views/help/facts.ts'
import type { Language } from '../tenant/tenant.ts'
import { fill, Phrase, type Phrases } from './phrases.ts'
import type { HelpView } from './views.ts'

export interface HelpGroup {
  readonly id: HelpView['methods'][number]['id'] | 'everyone'
  readonly title: Phrase | string
  readonly facts: readonly {
    readonly id: string
    readonly question: Phrase
    readonly answer: Phrase
    readonly link?: { readonly text: Phrase; readonly href: string }
    readonly source: Phrase
  }[]
}

export const isShown = ({ source, reviewed }: Fact): boolean => source !== undefined && reviewed !== undefined

/** ICU knows no Ladin: its dates are written as in Italian. English ones with the day first, as in Europe. */
export const dateLocale = (language: Language): string => ({ it: 'it', de: 'de', lld: 'it', en: 'en-GB' })[language]

const day = (date: string, language: Language): string =>
  new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date))

const phraseOf = (fact: Fact, language: Language, part: 'question' | 'answer' | 'link'): Phrase => {
  const own = fact[language]?.[part]
  return own === undefined ? new Phrase(fact.it[part] ?? '', 'it') : new Phrase(own)
}

/** The question of a fact that is shown, for a link to it. */
export const questionOf = (id: string, language: Language): Phrase | undefined => {
  const fact = facts.find((one) => one.id === id)
  return fact && isShown(fact) ? phraseOf(fact, language, 'question') : undefined
}

export const helpGroups = (t: Phrases, language: Language, { methods }: HelpView): readonly HelpGroup[] =>
  [...methods, { id: 'everyone' as const, label: t.help.everyone }]
    .map(({ id, label }) => ({
      id,
      title: label,
      facts: facts
        .filter((fact) => fact.about === id && isShown(fact))
        .map((fact) => ({
          id: fact.id,
          question: phraseOf(fact, language, 'question'),
          answer: phraseOf(fact, language, 'answer'),
          ...(fact.href !== undefined && { link: { text: phraseOf(fact, language, 'link'), href: fact.href } }),
          source: fill(t.help.source, { source: fact.source ?? '', reviewed: day(fact.reviewed ?? '', language) }),
        })),
    }))
    .filter((group) => group.facts.length > 0)
