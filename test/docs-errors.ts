/** docs/errors.md, made from the error table and the dictionaries. `--write` writes it; test/check.ts compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errorRow, errorTable, type Sentence } from '../src/errors.ts'
import { de } from '../views/locales/de.ts'
import type { Dictionary, PartialDictionary, SentenceText } from '../views/locales/dictionary.ts'
import { en } from '../views/locales/en.ts'
import { it } from '../views/locales/it.ts'
import { lld } from '../views/locales/lld.ts'

const file = new URL('../docs/errors.md', import.meta.url)

const codes = Object.keys(errorTable) as ErrorCode[]
const sentences = [...new Set(codes.map((code) => errorRow(code).sentence))]

/** Ladin says what it can; what is missing there is shown in Italian. */
const languages: Readonly<Record<string, PartialDictionary>> = { it, de, lld, en }

const table = (textOf: (dictionary: PartialDictionary) => Partial<SentenceText> | undefined): string =>
  Object.entries(languages)
    .map(([language, dictionary]) => {
      const { title, what, next } = textOf(dictionary) ?? {}
      if (title === undefined && what === undefined && next === undefined) return `| ${language} | in Italian | | |`
      return `| ${language} | ${title ?? ''} | ${what ?? ''} | ${next ?? ''} |`
    })
    .join('\n')

const HEAD = `| | What happened | Why | What to do |
| --- | --- | --- | --- |`

const has = <K extends string>(texts: Readonly<Record<K, unknown>>, key: string): key is K => Object.hasOwn(texts, key)

const sectionOf = (sentence: Sentence): string => {
  const { cieSentences, identitySentences } = it satisfies Dictionary
  const variants = [`${HEAD}\n${table(({ sentences }) => sentences?.[sentence])}`]
  if (has(cieSentences, sentence)) {
    variants.push(`From CIE:\n\n${HEAD}\n${table(({ cieSentences }) => cieSentences?.[sentence])}`)
  }
  if (sentence === 'identity_type') {
    for (const kind of Object.keys(identitySentences) as (keyof typeof identitySentences)[]) {
      variants.push(
        `Where the service wants a ${kind} identity:\n\n${HEAD}\n${table(({ identitySentences }) => identitySentences?.[kind])}`,
      )
    }
  }
  return `### ${sentence}\n\n${variants.join('\n\n')}`
}

export const errorsPage = (): string => {
  const rows = codes.map((code) => {
    const { status, oauth, page, sentence, alarm } = errorRow(code)
    const told = oauth === 'none' ? '–' : `\`${oauth}\``
    const where = page === 'choice' ? 'login page' : 'page of its own'
    const reads = `[${it.sentences[sentence].title}](#${sentence})`
    return `| \`${code}\` | ${status} | ${told} | ${where} | ${reads} | ${alarm ? 'yes' : ''} |`
  })
  return `# Error codes

Made from \`src/errors.ts\` and \`views/locales\` by \`varco run test/docs-errors.ts --write\`.

The citizen sees the sentence, the code, the number of the request and the time, and can send them to the help desk with one
link; the log has the cause under the same number. *Told to the service* is the OAuth error that the service gets when the
citizen goes back to it; – where it must not be told, because the request may not have been its own. An *alarm* is logged at
level error.

| Code | HTTP | Told to the service | Shown on | What the citizen reads (Italian) | Alarm |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## What the citizen reads

In each language, by sentence. \`{provider}\` is the provider's name where it is known.

${sentences.map(sectionOf).join('\n\n')}
`
}

export const isErrorsPageInStep = (): boolean => {
  try {
    return readFileSync(file, 'utf8') === errorsPage()
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write'))
  writeFileSync(file, errorsPage())
