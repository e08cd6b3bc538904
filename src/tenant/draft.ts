/** The file of a body of which little is known yet: what is known, and what a person must still add. */
import { blockText } from '../config/yaml-text.ts'
import { languages as every, type Language, type Localised } from './tenant.ts'

export interface Body {
  readonly id: string
  readonly names: Localised
  readonly ipaCode: string
  readonly belfiore?: string
  readonly province?: string
  readonly siteUrl?: string
}

export interface Missing {
  readonly path: string
  /** What is amiss, where it does not simply lack. */
  readonly reason?: string
  readonly fix: string
  /** The file is not valid without it. */
  readonly needed: boolean
}

/**
 * @param schema where editors find the rules, as seen from the file
 * @param languages in which its pages will be
 */
export const draftOf = (
  body: Body,
  schema: string,
  languages: readonly Language[] = every,
): { readonly text: string; readonly missing: readonly Missing[] } => {
  const { id, names, ipaCode, belfiore, province, siteUrl } = body
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '',
    ...blockText({ schema: 1, id, ...(isEnte(body) && { kind: 'ente' }), state: 'draft' }),
    'organisation:',
    ...blockText({
      ipa_code: ipaCode,
      ...(belfiore !== undefined && { belfiore }),
      ...(province !== undefined && { province }),
      names: { ...names },
    }).map((line) => `  ${line}`),
    ...(siteUrl === undefined ? ['# site_url: https://…   # needed'] : blockText({ site_url: siteUrl })),
    'clients: [] # varco client add writes them',
  ]
  return { text: `${lines.join('\n')}\n`, missing: missingIn(body, languages) }
}

/** Made from the Belfiore code; other bodies have one of their own choice. */
const isComune = (ipaCode: string): boolean => /^c_[a-z]\d{3}$/.test(ipaCode)

const isEnte = (body: Body): boolean => !isComune(body.ipaCode) && ipaCodeFault(body) === undefined

/** The code becomes part of what is registered with AgID: one that was meant for a Comune and is none is not taken. */
export const ipaCodeFault = ({ ipaCode, names }: Body): readonly [reason: string, fix: string] | undefined => {
  if (isComune(ipaCode)) return undefined
  const meantFor = /^comune\b/i.test(names.it) || /^c[_-]/i.test(ipaCode) || /^[a-z]\d{3}$/i.test(ipaCode)
  if (!meantFor) return undefined
  const [, belfiore] = /([a-z]\d{3})$/i.exec(ipaCode) ?? []
  const like = belfiore === undefined ? 'as c_a116 for Ala' : `as c_${belfiore.toLowerCase()}`
  return [
    `${ipaCode} is not the code of a Comune`,
    `write c_ and its Belfiore code in small letters, ${like}; indicepa.gov.it has it`,
  ]
}

const missingIn = (body: Body, languages: readonly Language[]): readonly Missing[] => {
  const { names, siteUrl, belfiore, ipaCode } = body
  return [
    ...(isEnte(body)
      ? [
          {
            path: 'kind',
            reason: `is ente: ${ipaCode} is no code of a Comune`,
            fix: 'if it is one, write c_x999 and remove kind',
            needed: false,
          },
        ]
      : []),
    ...(siteUrl === undefined
      ? [{ path: 'site_url', fix: 'write the address of its site, as https://www.comune.…', needed: true }]
      : []),
    ...(belfiore === undefined && ipaCode.startsWith('c_')
      ? [
          {
            path: 'organisation.belfiore',
            fix: 'write its Belfiore code, so that the IPA code can be checked',
            needed: false,
          },
        ]
      : []),
    ...languages
      .filter((language) => names[language] === undefined)
      .map((language) => ({
        path: `organisation.names.${language}`,
        fix: `write its name there, or take ${language} out of languages`,
        needed: false,
      })),
    { path: 'clients', fix: 'add its services with varco client add', needed: false },
  ]
}
