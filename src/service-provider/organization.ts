/** The Comune as every SAML metadata names it, in all its languages. */
import { type Localised, languages, type Tenant } from '../tenant/tenant.ts'
import type { SpMetadata, Texts } from '../upstream/saml/sp-metadata.ts'

/** In the languages of its name: name, short name and page go together. */
export const organizationOf = ({ names, displayNames, urls }: Tenant): SpMetadata['organization'] => {
  const known = languages.filter((language) => names[language] !== undefined)
  return { names: texts(names, known), displayNames: texts(displayNames, known), urls: texts(urls, known) }
}

export const texts = (localised: Localised, wanted: readonly (typeof languages)[number][] = languages): Texts =>
  wanted.flatMap((language) => {
    const text = localised[language]
    return text === undefined ? [] : [{ language, text }]
  })
