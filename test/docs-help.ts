/** docs/help.md, made from the facts of the help page. `--write` writes it; test/check.ts compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isShown } from '../src/http/help.ts'
import { facts } from '../views/help/facts.ts'

const file = new URL('../docs/help.md', import.meta.url)

export const helpPage = (): string => {
  const rows = facts.map((fact) => {
    const { id, about, it, source = 'none', reviewed = '–' } = fact
    return `| \`${id}\` | ${about} | ${it.question} | ${source} | ${reviewed} | ${isShown(fact) ? 'yes' : 'no'} |`
  })
  const open = facts.flatMap(({ id, confirm }) => (confirm === undefined ? [] : [`- \`${id}\`: ${confirm}`]))
  return `# The facts of the help page

Made from \`views/help/facts.ts\` by \`varco run test/docs-help.ts --write\`.

Every fact that citizens read at \`/help\` says where it was read and on which day somebody last compared it with that. One that
cannot is not shown. When a source changes: correct the fact in Italian, German and English, and write the day.

| Fact | About | Question (Italian) | Source | Compared | Shown |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## What the region must confirm

Before it goes live; the sources leave it open, or disagree.

${open.join('\n')}
- The Ladin words (\`views/locales/lld.ts\`): an office signs them by \`review\` there. Until then every Ladin page says that none has.
`
}

export const isHelpPageInStep = (): boolean => {
  try {
    return readFileSync(file, 'utf8') === helpPage()
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write'))
  writeFileSync(file, helpPage())
