/** docs/errors.md, made from the error table and the Italian dictionary. `--write` writes it; test/check.ts compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errorRow, errorTable } from '../src/errors.ts'
import { it } from '../views/locales/it.ts'

const file = new URL('../docs/errors.md', import.meta.url)

export const errorsPage = (): string => {
  const rows = (Object.keys(errorTable) as ErrorCode[]).map((code) => {
    const { status, oauth, page, sentence, alarm } = errorRow(code)
    const told = oauth === 'none' ? '–' : `\`${oauth}\``
    const where = page === 'choice' ? 'login page' : 'page of its own'
    return `| \`${code}\` | ${status} | ${told} | ${where} | ${it.sentences[sentence].title} | ${alarm ? 'yes' : ''} |`
  })
  return `# Error codes

Made from \`src/errors.ts\` and \`views/locales/it.ts\` by \`varco run test/docs-errors.ts --write\`.

The citizen sees the sentence, the code and the number of the request; the log has the cause under the same number.
*Told to the service* is the OAuth error that the service gets when the citizen goes back to it; – where it must not be
told, because the request may not have been its own. An *alarm* is logged at level error.

| Code | HTTP | Told to the service | Shown on | What the citizen reads (Italian) | Alarm |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
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
