/** Which language a page is shown in. Pure. */
import { type Language, languages } from '../tenant/tenant.ts'

export interface LanguageWishes {
  /** `?lang=`: the citizen has just clicked a language. */
  readonly query?: string | undefined
  /** `ui_locales` of the OpenID Connect request: tags separated by spaces, best first. */
  readonly uiLocales?: string | undefined
  /** What the citizen chose earlier. */
  readonly cookie?: string | undefined
  readonly acceptLanguage?: string | undefined
  /** The tenant's own. */
  readonly fallback: Language
  /** Those that the tenant's pages come in; all unless said. */
  readonly among?: readonly Language[]
}

/** Of the first tag whose language is one of those: `de-AT` → `de`. */
const firstOf = (tags: readonly string[], among: readonly Language[]): Language | undefined => {
  for (const tag of tags) {
    const primary = tag.trim().toLowerCase().split(/[-_]/, 1)[0]
    const language = among.find((one) => one === primary)
    if (language !== undefined) return language
  }
  return undefined
}

/** RFC 9110 12.4.2: a weight of 0 means "not this one"; a malformed weight makes the entry worthless. */
const weightOf = (parameters: readonly string[]): number => {
  const weight = parameters.map((parameter) => parameter.trim()).find((parameter) => /^q=/i.test(parameter))
  if (weight === undefined) return 1
  return /^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/i.test(weight) ? Number(weight.slice(2)) : 0
}

const byWeight = (header: string): string[] =>
  header
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';')
      return { tag, weight: weightOf(parameters) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)

export const pickLanguage = ({
  query = '',
  uiLocales = '',
  cookie = '',
  acceptLanguage = '',
  fallback,
  among = languages,
}: LanguageWishes): Language =>
  firstOf([query, ...uiLocales.split(' '), cookie, ...byWeight(acceptLanguage)], among) ?? fallback
