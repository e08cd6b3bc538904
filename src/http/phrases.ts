/** The dictionaries as the pages use them: complete in every language, each text knowing when it is in another one. */
import { de } from '../../views/locales/de.ts'
import type { Dictionary, PartialDictionary } from '../../views/locales/dictionary.ts'
import { en } from '../../views/locales/en.ts'
import { it } from '../../views/locales/it.ts'
import { lld } from '../../views/locales/lld.ts'
import type { Language, Localised } from '../tenant/tenant.ts'

/** A text with its language where that is not the page's own. A class, so that the escape function can tell it from data. */
export class Phrase {
  readonly text: string
  readonly language: Language | undefined

  constructor(text: string, language?: Language) {
    this.text = text
    this.language = language
  }
}

type Phrased<T> = { readonly [K in keyof T]: T[K] extends string ? Phrase : Phrased<T[K]> }
export type Phrases = Phrased<Dictionary>

interface Tree {
  readonly [key: string]: string | Tree | undefined
}

const complete = (italian: Tree, own: Tree): object =>
  Object.fromEntries(
    Object.entries(italian).map(([key, value]) => {
      const mine = own[key]
      if (typeof value === 'object') return [key, complete(value, typeof mine === 'object' ? mine : {})]
      return [key, typeof mine === 'string' ? new Phrase(mine) : new Phrase(value ?? '', 'it')]
    }),
  )

const phrased = (dictionary: PartialDictionary): Phrases =>
  complete(it as unknown as Tree, dictionary as unknown as Tree) as Phrases

export const phrases: Readonly<Record<Language, Phrases>> = {
  it: phrased(it),
  de: phrased(de),
  lld: phrased(lld),
  en: phrased(en),
}

/** One pass, so that a value with braces or `$` in it stays what it is. A name without a value stays visible. */
export const fill = (phrase: Phrase, values: Readonly<Record<string, string>>): Phrase =>
  new Phrase(
    phrase.text.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? '') : placeholder,
    ),
    phrase.language,
  )

/** A text of a tenant's or the region's file, marked where the page's language lacks it. */
export const phraseIn = (text: Localised, language: Language): Phrase => {
  const own = text[language]
  return own === undefined ? new Phrase(text.it, 'it') : new Phrase(own)
}
